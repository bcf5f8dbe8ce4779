/** Devices that sleep, and what comes for them meanwhile. RFC 8599 */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { SipResponse } from "@parlance/sip";
import type { ServerConfig } from "../../config.ts";
import { PushProvider } from "../../testing/push-provider.ts";
import { bodyText, DOMAIN, IM, type Phone, World } from "../world.test.ts";

const PUSH = ";pn-provider=acme;pn-prid=prid-1;pn-param=app";

async function pair(
  config: Partial<ServerConfig> = {},
): Promise<{ world: World; push: PushProvider; alice: Phone; bob: Phone }> {
  const push = new PushProvider();
  const world = await World.open(config, undefined, undefined, push);
  const [alice, bob] = [world.phone("alice"), world.phone("bob")];
  await alice.register();
  await register(bob);
  return { world, push, alice, bob };
}

/** `params` go into the URI of the Contact, `features` behind it. */
function register(
  phone: Phone,
  params = PUSH,
  expires = 3_600,
  features = "",
): Promise<SipResponse> {
  const contact = `<${phone.contact}${params}>;+g.oma.sip-im${features}`;
  return phone.register((edit) => edit.setText("Contact", contact), expires);
}

/** The device comes back by a connection of its own, as somebody who was woken. */
async function wakeUp(world: World, name = "bob"): Promise<Phone> {
  const phone = world.phone(name);
  await register(phone);
  return phone;
}

test("a REGISTER learns which push services there are, and which is not served (RFC 8599 §5.6.1)", async () => {
  const { bob } = await pair();
  assert.equal((await register(bob)).text("Feature-Caps"), '*;+sip.pns="acme"');
  const all = await register(bob, ";pn-provider");
  assert.equal(all.text("Feature-Caps"), '*;+sip.pns="acme", *;+sip.pns="fcm"');
  const unknown = await register(bob, ";pn-provider=other;pn-prid=x");
  assert.deepEqual(
    [unknown.status, unknown.reason],
    [555, "Push Notification Service Not Supported"],
  );
  assert.equal((await bob.register()).text("Feature-Caps"), undefined);
});

test("a server that wakes nobody says nothing of it, and takes the contact as any other", async () => {
  const world = await World.open();
  const bob = world.phone("bob");
  const answer = await register(bob);
  assert.deepEqual([answer.status, answer.text("Feature-Caps")], [200, undefined]);
});

test("a message for a device that sleeps wakes it, waits for it, and reaches it (RFC 8599 §5.6.2)", async () => {
  const { world, push, alice, bob } = await pair();
  await bob.hangUp();
  const sent = alice.message(bob.address, "are you there?");
  await world.clock.pass(2_000);
  const [wake] = push.wakes;
  assert.deepEqual(
    { ...wake, id: "" },
    {
      id: "",
      provider: "acme",
      prid: "prid-1",
      param: "app",
      reason: "message",
    },
  );
  assert.doesNotMatch(JSON.stringify(push.wakes), /there|alice/);
  const back = await wakeUp(world);
  assert.equal((await sent).status, 200);
  assert.deepEqual(back.received.map(bodyText), ["are you there?"]);
  assert.equal(world.metrics.labelled.get("push_waits_total woken"), 1);
  assert.equal(world.metrics.labelled.get("push_wakes_total sent"), 1);
});

test("a device that does not come in time gets its message later: 202 after the wait", async () => {
  const { world, push, alice, bob } = await pair();
  await bob.hangUp();
  let status = 0;
  void alice.message(bob.address, "late").then((answer) => (status = answer.status));
  await world.clock.pass(7_900);
  assert.equal(status, 0);
  await world.clock.pass(200);
  assert.equal(status, 202);
  assert.equal(world.metrics.labelled.get("push_waits_total in vain"), 1);
  const back = await wakeUp(world);
  await world.clock.pass(100);
  assert.deepEqual(back.received.map(bodyText), ["late"]);
  assert.equal(push.wakes.length, 1);
});

test("messages that come while a device wakes share one wake, and come in their order", async () => {
  const { world, push, alice, bob } = await pair();
  await bob.hangUp();
  const sent = ["one", "two", "three"].map((text) => alice.message(bob.address, text));
  await world.clock.pass(1_000);
  assert.equal(push.wakes.length, 1);
  const back = await wakeUp(world);
  const answers = await Promise.all(sent);
  assert.deepEqual(
    answers.map(({ status }) => status),
    [200, 200, 200],
  );
  assert.deepEqual(back.received.map(bodyText), ["one", "two", "three"]);
});

test("an INVITE waits for the device, and a caller who gives up does not", async () => {
  const { world, push, alice, bob } = await pair();
  await bob.hangUp();
  const invite = (): Promise<SipResponse> =>
    alice.request("INVITE", bob.address, (edit) => edit.setText("Accept-Contact", IM));
  const call = invite();
  await world.clock.pass(20_000);
  assert.deepEqual(
    push.wakes.map(({ reason }) => reason),
    ["session"],
  );
  const back = await wakeUp(world);
  assert.equal((await call).status, 200);
  assert.equal(back.received.at(-1)?.method, "INVITE");
  await back.hangUp();
  await world.clock.pass(11_000);

  const answered: number[] = [];
  const request = alice.signed(
    alice.make("INVITE", bob.address, (edit) => edit.setText("Accept-Contact", IM)),
  );
  const transaction = alice.endpoint.request(request, alice.flow, {
    response: ({ status }) => void answered.push(status),
    timeout: () => answered.push(408),
    failed: () => answered.push(503),
  });
  await world.clock.pass(1_000);
  transaction.cancel();
  await world.clock.pass(1_000);
  assert.equal(answered.at(-1), 487);
  assert.equal(world.metrics.labelled.get("push_waits_total given up"), 1);
});

test("a crash forgets no device that can be woken, whether it slept or not", async () => {
  const { world, push, alice, bob } = await pair();
  const carol = world.phone("carol");
  await register(carol, ";pn-provider=fcm;pn-prid=prid-2");
  await bob.hangUp();
  await world.start({}, world.crash());
  alice.connect();
  await alice.register();
  const sent = [alice.message(bob.address, "bob?"), alice.message(carol.address, "carol?")];
  await world.clock.pass(1_000);
  assert.deepEqual(push.wakes.map(({ prid }) => prid).toSorted(), ["prid-1", "prid-2"]);
  await world.clock.pass(8_000);
  for (const answer of await Promise.all(sent)) assert.equal(answer.status, 202);
});

test("a device that the provider does not know any more is forgotten", async () => {
  const { world, push, alice, bob } = await pair();
  await bob.hangUp();
  push.outcome = "gone";
  const first = alice.message(bob.address, "anybody?");
  await world.clock.pass(8_100);
  assert.equal((await first).status, 202);
  assert.equal((await alice.message(bob.address, "again")).status, 202); // at once
  assert.equal(push.wakes.length, 1);
  assert.equal(world.stores.image().bindings.filter(({ user }) => user.includes("bob")).length, 0);
});

test("nobody is woken for what he does not want", async () => {
  const { world, push, alice, bob } = await pair({ access: { invite: "refuse" } });
  await bob.hangUp();
  assert.equal((await alice.message(bob.address, "hello")).status, 403);
  await world.clock.pass(10_000);
  assert.deepEqual(push.wakes, []);
});

test("who has left is not woken, and neither is who has no account any more", async () => {
  const { world, push, alice, bob } = await pair();
  await register(bob, PUSH, 0);
  await bob.hangUp();
  assert.equal((await alice.message(bob.address, "gone?")).status, 202);

  const carol = await wakeUp(world, "carol");
  await carol.hangUp();
  await world.server.admin.users.setPassword("carol", "another");
  assert.equal((await alice.message(`sip:carol@${DOMAIN}`, "and you?")).status, 202);
  await world.clock.pass(10_000);
  assert.deepEqual(push.wakes, []);
});

test("a device that is awake gets the message now, and one that sleeps is woken for it", async () => {
  const { world, push, alice, bob } = await pair();
  await bob.hangUp();
  const desk = world.phone("bob");
  await desk.register();
  assert.equal((await alice.message(bob.address, "hello")).status, 200);
  assert.equal(push.wakes.length, 1);
});

test("before its registration ends a device is woken to register again (RFC 8599 §5.5)", async () => {
  const { world, push, alice, bob } = await pair();
  await register(bob, PUSH, 600);
  await bob.hangUp();
  await world.clock.pass(470_000);
  assert.deepEqual(push.wakes, []);
  await world.clock.pass(12_000);
  assert.deepEqual(
    push.wakes.map(({ reason }) => reason),
    ["refresh"],
  );
  await world.clock.pass(130_000); // it has not come
  assert.equal((await alice.message(bob.address, "too late")).status, 202);
  assert.equal(push.wakes.length, 1);
  assert.equal(world.stores.image().bindings.filter(({ user }) => user.includes("bob")).length, 0);
});

test("a device that renews its registration itself is told until when, and not woken for it (RFC 8599 §4.1.4, §5.5, §5.6.1.1)", async () => {
  for (const restart of [false, true]) {
    const { world, push, alice, bob } = await pair();
    const answer = await register(bob, PUSH, 600, ";+sip.pnsreg");
    assert.equal(answer.text("Feature-Caps"), '*;+sip.pns="acme";+sip.pnsreg="121"');
    const asks = await register(bob, ";pn-provider=acme", 600, ";+sip.pnsreg");
    assert.equal(asks.text("Feature-Caps"), '*;+sip.pns="acme"');
    await register(bob, PUSH, 600, ";+sip.pnsreg");
    await bob.hangUp();
    if (restart) {
      await world.start({}, world.crash());
      alice.connect();
      await alice.register();
    }
    await world.clock.pass(590_000);
    assert.deepEqual(push.wakes, []);
    void alice.message(bob.address, "what comes for it wakes it as any other");
    await world.settle();
    assert.deepEqual(
      push.wakes.map(({ reason }) => reason),
      ["message"],
    );
    await world.clock.pass(11_000);
    if (restart) continue; // the store keeps it for longer than was granted
    assert.equal((await alice.message(bob.address, "gone")).status, 202); // at once: its time is over
  }
});

test("a device that says no more by what it is woken is woken no more (RFC 8599 §4.1.2)", async () => {
  for (const expires of [0, 3_600]) {
    const { world, push, alice, bob } = await pair();
    const contact = `<${bob.contact};pn-provider=acme>;+g.oma.sip-im`;
    await bob.hangUp();
    const again = world.phone("bob");
    await again.register((edit) => edit.setText("Contact", contact), expires);
    await again.hangUp();
    assert.equal((await alice.message(bob.address, "anybody?")).status, 202);
    await world.clock.pass(10_000);
    assert.deepEqual(push.wakes, []);
  }
});

test("a device whose connection is dead without having said so is woken when it does not answer", async () => {
  const { world, push, alice, bob } = await pair();
  bob.die();
  const sent = alice.message(bob.address, "hello?");
  await world.clock.pass(21_000);
  assert.equal((await sent).status, 202);
  assert.deepEqual(
    push.wakes.map(({ reason }) => reason),
    ["message"],
  );
  const back = await wakeUp(world);
  await world.clock.pass(100);
  assert.deepEqual(back.received.map(bodyText), ["hello?"]);
});

test("so much waits for one user and no more", async () => {
  const { world, alice, bob } = await pair({ limits: { pushWaitingPerUser: 2 } });
  await bob.hangUp();
  const sent = ["one", "two"].map((text) => alice.message(bob.address, text));
  await world.settle();
  const answer = await alice.message(bob.address, "three");
  assert.equal(answer.status, 202);
  assert.equal(world.metrics.labelled.get("parlance_limit_hits_total pushWaiting"), 1);
  assert.deepEqual(
    ["pushWaiting", "pushWaitingPerUser", "messageBurst", "registerBurst", "bindingsPerUser"].map(
      (name) => world.server.used(name),
    ),
    [2, 2, 3, 1, 1],
  );
  await world.clock.pass(8_100);
  await Promise.all(sent);
});
