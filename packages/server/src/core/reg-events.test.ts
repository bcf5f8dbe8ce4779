/** The reg event package. RFC 3680, RFC 5628 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { parseReginfo, type Reginfo } from "@parlance/formats";
import { CallId, CSeq, type SipRequest, type SipResponse } from "@parlance/sip";
import { DOMAIN, type Phone, World } from "./world.test.ts";

async function watching(expires = 600): Promise<{ world: World; alice: Phone; ok: SipResponse }> {
  const world = await World.open();
  const alice = world.phone("alice");
  await alice.register();
  const ok = await subscribe(alice, alice.address, expires);
  await world.settle();
  return { world, alice, ok };
}

function subscribe(phone: Phone, to: string, expires: number): Promise<SipResponse> {
  return phone.request("SUBSCRIBE", to, (edit) =>
    edit
      .setText("Event", "reg")
      .setText("Expires", String(expires))
      .setText("Accept", "application/reginfo+xml")
      .setText("Contact", `<${phone.contact}>`)
      .set(CallId, "watch"),
  );
}

function documents(phone: Phone): readonly Reginfo[] {
  return phone.received
    .filter(({ method }) => method === "NOTIFY")
    .map(({ body }) => {
      const document = parseReginfo(body);
      assert.ok(document.ok);
      return document.value;
    });
}

function states(phone: Phone): readonly string[] {
  return phone.received.map((notify) => notify.text("Subscription-State") ?? "");
}

test("a subscription to one's own address is answered with the whole state (RFC 3680 §4)", async () => {
  const { alice, ok } = await watching();
  assert.equal(ok.status, 200);
  assert.equal(ok.text("Expires"), "600");
  const [first] = documents(alice);
  assert.equal(first?.state, "full");
  assert.equal(first?.version, 0);
  assert.equal(first?.registrations[0]?.aor, `sip:alice@${DOMAIN}`);
  assert.equal(first?.registrations[0]?.contacts[0]?.uri, alice.contact);
  assert.deepEqual(first?.registrations[0]?.contacts[0]?.parameters, [["+g.oma.sip-im", ""]]);
  assert.deepEqual(states(alice), ["active;expires=600"]);
});

test("what changes is told in partial documents whose version rises by one (RFC 3680 §5.1)", async () => {
  const { world, alice } = await watching();
  const second = world.phone("alice");
  await second.register();
  await world.settle();
  await second.hangUp();
  const [, came, went] = documents(alice);
  assert.deepEqual([came?.state, came?.version, went?.version], ["partial", 1, 2]);
  assert.equal(came?.registrations[0]?.contacts[0]?.event, "created");
  assert.equal(went?.registrations[0]?.contacts[0]?.event, "unregistered");
  assert.equal(went?.registrations[0]?.contacts[0]?.state, "terminated");
  assert.equal(came?.registrations[0]?.contacts[0]?.id, went?.registrations[0]?.contacts[0]?.id);
});

test("a contact that expires is told as expired, one that is renewed as refreshed", async () => {
  const { world, alice } = await watching();
  const second = world.phone("alice");
  await second.register(undefined, 60);
  await second.register(undefined, 60);
  await world.clock.pass(62_000);
  const events = documents(alice).flatMap(({ registrations }) =>
    registrations.flatMap(({ contacts }) => contacts.map(({ event }) => event)),
  );
  assert.deepEqual(events, ["registered", "created", "refreshed", "expired"]);
});

test("the registrations of somebody else, or of nobody, are 403 alike", async () => {
  const { world, alice } = await watching();
  await world.phone("bob").register();
  assert.equal((await subscribe(alice, `sip:bob@${DOMAIN}`, 600)).status, 403);
  assert.equal((await subscribe(alice, `sip:nobody@${DOMAIN}`, 600)).status, 403);
});

test("too short is 423, a wrong Accept 406, an unknown dialog 481 (RFC 6665 §4.2.1)", async () => {
  const { alice } = await watching();
  assert.equal((await subscribe(alice, alice.address, 5)).status, 423);
  const refused = await alice.request("SUBSCRIBE", alice.address, (edit) =>
    edit
      .setText("Event", "reg")
      .setText("Accept", "text/plain")
      .setText("Contact", `<${alice.contact}>`),
  );
  assert.equal(refused.status, 406);
  const lost = await alice.request("SUBSCRIBE", alice.address, (edit) =>
    edit.setText("Event", "reg").setText("To", `<${alice.address}>;tag=none`),
  );
  assert.equal(lost.status, 481);
});

test("a fetch gets one document and keeps nothing (RFC 6665 §4.4.3)", async () => {
  const { world, alice } = await watching(0);
  assert.deepEqual(states(alice), ["terminated;reason=timeout"]);
  assert.equal(documents(alice)[0]?.state, "full");
  assert.equal(world.server.stats.subscriptions, 0);
});

/** Inside the dialog that `ok` made. */
function refresh(alice: Phone, ok: SipResponse, expires: number): SipRequest {
  const target = (ok.text("Contact") ?? "").slice(1, -1);
  return alice.make("SUBSCRIBE", target, (edit) =>
    edit
      .setText("Event", "reg")
      .setText("From", ok.text("From") ?? "")
      .setText("To", ok.text("To") ?? "")
      .setText("Expires", String(expires))
      .setText("Contact", `<${alice.contact}>`)
      .set(CallId, ok.callId)
      .set(CSeq, { number: 900, method: "SUBSCRIBE" }),
  );
}

test("a refresh in the dialog is told the whole state again, Expires: 0 ends it (RFC 3680 §4.7)", async () => {
  const { world, alice, ok } = await watching();
  assert.equal((await alice.send(refresh(alice, ok, 300))).status, 200);
  await world.settle();
  assert.deepEqual(
    documents(alice).map(({ state, version }) => [state, version]),
    [
      ["full", 0],
      ["full", 1],
    ],
  );
  assert.equal((await alice.send(refresh(alice, ok, 0))).status, 200);
  await world.settle();
  assert.equal(states(alice).at(-1), "terminated;reason=timeout");
  assert.equal(world.server.stats.subscriptions, 0);
});

test("a subscription ends at its time", async () => {
  const { world, alice } = await watching(60);
  await world.clock.pass(61_000);
  assert.equal(states(alice).at(-1), "terminated;reason=timeout");
  assert.equal(world.server.stats.subscriptions, 0);
});

test("a watcher that knows the dialog no more is forgotten (RFC 6665 §4.2.2)", async () => {
  const { world, alice } = await watching();
  alice.answer = () => 481;
  await world.phone("alice").register();
  await world.settle();
  assert.equal(world.server.stats.subscriptions, 0);
});

test("a removed user is told no more, and his watchers are gone", async () => {
  const { world, alice } = await watching();
  await world.server.admin.users.remove("alice");
  await world.settle();
  assert.equal(world.server.stats.subscriptions, 0);
  assert.deepEqual(states(alice), ["active;expires=600"]); // his connection is closed as well
});
