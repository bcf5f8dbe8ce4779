/** Sessions between users that pass through the server. RFC 3261 §16.12 */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  CallId,
  Contact,
  CSeq,
  ProxyAuthenticate,
  RecordRoute,
  type ServerTransaction,
  type SipRequest,
  type SipResponse,
  To,
} from "@parlance/sip";
import { DOMAIN, IM, type Phone, World } from "./world.test.ts";

interface Session {
  readonly world: World;
  readonly alice: Phone;
  readonly bob: Phone;
  readonly invite: SipRequest;
  readonly ok: SipResponse;
}

function takes(phone: Phone): (transaction: ServerTransaction) => void {
  return (transaction) =>
    transaction.reply(200, undefined, (edit) => {
      edit.setText("Contact", `<${phone.contact}>`);
      for (const text of transaction.request.texts("Record-Route"))
        edit.append(RecordRoute, ...RecordRoute.read(text));
    });
}

async function session(
  transports: readonly ["TCP" | "UDP" | "WS", "TCP" | "UDP" | "WS"],
): Promise<Session> {
  const world = await World.open();
  const alice = world.phone("alice", { transport: transports[0] });
  const bob = world.phone("bob", { transport: transports[1] });
  await alice.register();
  await bob.register();
  bob.serve = takes(bob);
  alice.serve = takes(alice);
  const ok = await alice.request("INVITE", bob.address, (edit) =>
    edit.setText("Contact", `<${alice.contact}>`).setText("Accept-Contact", IM),
  );
  assert.equal(ok.status, 200);
  const [invite] = bob.received;
  assert.ok(invite);
  return { world, alice, bob, invite, ok };
}

/** As the caller: the route set is turned round. RFC 3261 §12.1.2 */
function asCaller({ alice, invite, ok }: Session, method: string, cseq: number): SipRequest {
  const contact = ok.text("Contact") ?? "";
  return alice.make(method, contact.slice(1, -1), (edit) => {
    edit.setText("Route", ...ok.texts("Record-Route").toReversed());
    edit.setText("From", invite.text("From") ?? "").setText("To", ok.text("To") ?? "");
    edit.set(CallId, invite.callId).set(CSeq, { number: cseq, method });
  });
}

/** As the callee: in the order in which it came. RFC 3261 §12.1.1 */
function asCallee({ bob, invite, ok }: Session, method: string): SipRequest {
  const contact = invite.text("Contact") ?? "";
  return bob.make(method, contact.slice(1, -1), (edit) => {
    edit.setText("Route", ...invite.texts("Record-Route"));
    edit.setText("From", ok.text("To") ?? "").setText("To", invite.text("From") ?? "");
    edit.set(CallId, invite.callId);
  });
}

async function authorizedSend(phone: Phone, request: SipRequest): Promise<SipResponse> {
  const first = await phone.send(request);
  if (first.status !== 407) return first;
  const again = phone.authorized(request, first.get(ProxyAuthenticate) ?? []);
  assert.ok(again);
  return phone.send(again);
}

for (const transports of [
  ["TCP", "TCP"],
  ["UDP", "UDP"],
  ["WS", "UDP"],
  ["UDP", "TCP"],
] as const) {
  test(`a session over ${transports.join(" and ")}: ACK, and BYE from either side, find their way`, async () => {
    const it = await session(transports);
    assert.equal(it.invite.texts("Record-Route").length, 2); // one for each side, RFC 5658
    it.alice.endpoint.send(asCaller(it, "ACK", it.invite.cseq.number), it.alice.flow);
    await it.world.settle();
    assert.equal(it.bob.acks.length, 1);
    assert.equal(it.bob.acks[0]?.has("Route"), false);
    assert.equal((await authorizedSend(it.bob, asCallee(it, "UPDATE"))).status, 200);
    assert.equal(it.alice.received.at(-1)?.method, "UPDATE");
    assert.equal((await authorizedSend(it.alice, asCaller(it, "BYE", 99))).status, 200);
    assert.equal(it.bob.received.at(-1)?.method, "BYE");
  });
}

test("the names of the legs tell nobody who or where the other side is (RFC 3323)", async () => {
  const { invite, alice } = await session(["UDP", "TCP"]);
  for (const route of invite.texts("Record-Route")) {
    assert.doesNotMatch(route, new RegExp(`alice|${alice.host}`));
  }
});

test("dialog-bye-third: a BYE of somebody who is not in the dialog is 481, the session lives", async () => {
  const it = await session(["TCP", "TCP"]);
  const carol = it.world.phone("carol");
  await carol.register();
  const before = it.bob.received.length;
  const stolen = asCaller(it, "BYE", 99);
  // Even with the route set, which she cannot know.
  const own = stolen.edit().setText("From", `<${carol.address}>;tag=x`).done();
  assert.equal(
    (await carol.request("BYE", it.bob.address, (edit) => copyOf(own, edit))).status,
    481,
  );
  const bare = own.edit().remove("Route").done();
  assert.equal(
    (await carol.request("BYE", it.bob.address, (edit) => copyOf(bare, edit))).status,
    481,
  );
  assert.equal(it.bob.received.length, before);
});

function copyOf(
  request: SipRequest,
  edit: { setText(name: string, ...texts: readonly string[]): unknown },
): void {
  for (const name of ["Route", "From", "To", "Call-ID"]) {
    const texts = request.texts(name);
    if (texts.length > 0) edit.setText(name, ...texts);
  }
}

test("legs of one dialog open no other: 481", async () => {
  const it = await session(["TCP", "TCP"]);
  const forged = asCaller(it, "BYE", 99).edit().set(CallId, "another-dialog").done();
  assert.equal((await it.alice.send(forged)).status, 481);
  const cut = asCaller(it, "BYE", 100);
  const broken = cut
    .edit()
    .setText("Route", cut.text("Route")?.replace("sip:", "sip:x") ?? "")
    .done();
  assert.equal((await it.alice.send(broken)).status, 481);
});

test("when the connection of the other side is gone, its dialog answers 430 (RFC 5626 §5.3)", async () => {
  const it = await session(["TCP", "TCP"]);
  await it.bob.hangUp();
  assert.equal((await it.alice.send(asCaller(it, "BYE", 99))).status, 430);
});

test("dialog-cancel-third: a CANCEL from another source is 481, that of the caller reaches the callee", async () => {
  const world = await World.open();
  const alice = world.phone("alice");
  const bob = world.phone("bob");
  const carol = world.phone("carol");
  for (const phone of [alice, bob, carol]) await phone.register();
  let ringing: ServerTransaction | undefined;
  bob.serve = (transaction) => {
    ringing = transaction;
    transaction.reply(180);
  };
  const invite = alice.make("INVITE", bob.address, (edit) =>
    edit.set(Contact, Contact.read(`<${alice.contact}>`)).setText("Accept-Contact", IM),
  );
  const heard: number[] = [];
  const running = alice.endpoint.request(invite, alice.flow, {
    response: ({ status }) => void heard.push(status),
    timeout: () => {},
    failed: () => {},
  });
  await world.settle();
  assert.deepEqual(heard.at(-1), 180);
  const [sent] = world.serverMachine.sent.slice(-1);
  assert.ok(sent);
  const branch = ringing?.request.texts("Via").at(-1) ?? "";
  const answer = await carol.sendRaw(
    `CANCEL ${bob.address} SIP/2.0\nVia: ${branch}\nMax-Forwards: 70\nFrom: <${alice.address}>;tag=1\nTo: <${bob.address}>\nCall-ID: ${invite.callId}\nCSeq: ${invite.cseq.number} CANCEL\nContent-Length: 0\n\n`,
  );
  assert.match(answer?.startLine ?? "", /481/);
  assert.equal(ringing?.cancelled, false);
  running.cancel();
  await world.clock.pass(1_000);
  assert.equal(ringing?.cancelled, true);
  assert.equal(heard.at(-1), 487);
});

test("an INVITE rings every device, the first that answers stops the others (RFC 3261 §16.7)", async () => {
  const world = await World.open();
  const alice = world.phone("alice");
  const one = world.phone("bob");
  const two = world.phone("bob");
  for (const phone of [alice, one, two]) await phone.register();
  let other: ServerTransaction | undefined;
  two.serve = (transaction) => {
    other = transaction;
    transaction.reply(180);
  };
  one.serve = (transaction) => {
    world.clock.schedule(1_000, () => takes(one)(transaction));
  };
  const answer = alice.request("INVITE", one.address, (edit) =>
    edit.setText("Contact", `<${alice.contact}>`).setText("Accept-Contact", IM),
  );
  await world.clock.pass(2_000);
  assert.equal((await answer).status, 200);
  assert.equal(other?.cancelled, true);
});

test("notify-forged: a NOTIFY without a dialog, or in one that does not exist, is 481", async () => {
  const world = await World.open();
  const alice = world.phone("alice");
  const bob = world.phone("bob");
  for (const phone of [alice, bob]) await phone.register();
  const forge = (tag: string) =>
    alice.request("NOTIFY", bob.address, (edit) =>
      edit
        .setText("Event", "reg")
        .setText("Subscription-State", "active")
        .setText("To", `<${bob.address}>${tag}`),
    );
  assert.equal((await forge("")).status, 481);
  assert.equal((await forge(";tag=guess")).status, 481);
  assert.equal(bob.received.length, 0);
});

test("SUBSCRIBE and NOTIFY between users pass, and the subscriber's dialog goes through us", async () => {
  const world = await World.open();
  const alice = world.phone("alice");
  const bob = world.phone("bob");
  for (const phone of [alice, bob]) await phone.register();
  bob.serve = takes(bob);
  const ok = await alice.request("SUBSCRIBE", bob.address, (edit) =>
    edit.setText("Event", "conference").setText("Contact", `<${alice.contact}>`),
  );
  assert.equal(ok.status, 200);
  const [subscribe] = bob.received;
  assert.ok(subscribe);
  const notify = asCallee({ world, alice, bob, invite: subscribe, ok }, "NOTIFY");
  assert.equal((await bob.send(notify)).status, 200);
  assert.equal(alice.received[0]?.method, "NOTIFY");
  assert.equal(alice.received[0]?.get(To)?.params.get("tag"), subscribe.from.params.get("tag"));
});

test("an in-dialog request to the server that knows no such dialog is 481", async () => {
  const world = await World.open();
  const alice = world.phone("alice");
  await alice.register();
  const response = await alice.request("BYE", `sip:${DOMAIN}`, (edit) =>
    edit.setText("To", `<sip:${DOMAIN}>;tag=none`),
  );
  assert.equal(response.status, 481);
});

test("a GRUU as remote target is translated to the contact of its device (interop, RFC 5627 §6.1)", async () => {
  const world = await World.open();
  const alice = world.phone("alice");
  const bob = world.phone("bob");
  await alice.register();
  const instance = "urn:uuid:00000000-0000-4000-8000-00000000000b";
  await bob.register((edit) =>
    edit.setText("Contact", `${bob.contactValue};+sip.instance="<${instance}>"`),
  );
  const gruu = `sip:bob@${DOMAIN};gr=${instance}`;
  bob.serve = (transaction) =>
    transaction.reply(200, undefined, (edit) => {
      edit.setText("Contact", `<${gruu}>`);
      const routes = transaction.request.texts("Record-Route");
      if (routes.length > 0) edit.setText("Record-Route", ...routes);
    });
  const ok = await alice.request("INVITE", bob.address, (edit) =>
    edit.setText("Contact", `<${alice.contact}>`).setText("Accept-Contact", IM),
  );
  const [invite] = bob.received;
  assert.ok(invite);
  const bye = asCaller({ world, alice, bob, invite, ok }, "BYE", 99);
  assert.equal(bye.uriText, gruu);
  assert.equal((await alice.send(bye)).status, 200);
  assert.equal(bob.received.at(-1)?.uriText, bob.contact);
});
