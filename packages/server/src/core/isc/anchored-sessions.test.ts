/** Sessions that the server leads itself, between users of a SIP/IP core. OMA IM 9.1, 3GPP TS 24.229 §5.7.5 */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { MsrpDialer } from "@parlance/msrp";
import { concatBytes, utf8Bytes } from "@parlance/wire";
import { SessionPhone } from "../../testing/session-phone.ts";
import type { World } from "../world.test.ts";
import { behindCore, type CoreHabits, type SipIpCore } from "./sip-ip-core.test.ts";

const PLACE = { secure: false, host: "192.0.2.1", port: 2855, transport: "tcp" } as const;
const LARGE = ";+g.oma.sip-im.large-message";
const NOBODY: MsrpDialer = {
  dial(_, done) {
    queueMicrotask(() => done({ ok: false, failure: { why: "no answer", detail: "" } }));
    return () => {};
  },
};

interface Two {
  readonly world: World;
  readonly core: SipIpCore;
  readonly alice: SessionPhone;
  readonly bob: SessionPhone;
}

async function two(habits: CoreHabits = {}): Promise<Two> {
  const { world, core, phone } = await behindCore(habits, {}, NOBODY);
  world.server.media?.listens(PLACE);
  const [alice, bob] = [phone("alice"), phone("bob")];
  await alice.register();
  await bob.register();
  return {
    world,
    core,
    alice: new SessionPhone(alice, "alice", world),
    bob: new SessionPhone(bob, "bob", world),
  };
}

/** In session, both devices connected. */
async function inSession(habits?: CoreHabits): Promise<Two> {
  const made = await two(habits);
  const { alice, bob, world } = made;
  alice.invite("sip:bob@parlance.test");
  await world.settle();
  for (const phone of [alice, bob]) connect(world, phone);
  return made;
}

function connect({ server }: World, phone: SessionPhone): void {
  phone.device.connect((connection) => server.media?.taken(connection)).greet(phone.peerPath);
}

for (const habits of [{}, { servedUser: true }]) {
  test(`a session goes by the server once, at the terminating end: ${JSON.stringify(habits)}`, async () => {
    const { world, core, alice, bob } = await inSession(habits);
    assert.ok(alice.call !== undefined && bob.call !== undefined);
    for (const { peerPath } of [alice, bob]) {
      assert.match(peerPath, /^msrp:\/\/192\.0\.2\.1:2855\/\S{20,};tcp$/);
    }
    assert.equal(world.server.stats.sessions, 1);
    assert.deepEqual(core.asked, [
      "INVITE originating sip:alice@parlance.test",
      "INVITE terminating sip:bob@parlance.test",
    ]);
    alice.device.say(alice.peerPath, "hello");
    bob.device.say(bob.peerPath, "good day");
    assert.deepEqual([bob.device.texts, alice.device.texts], [["hello"], ["good day"]]);
  });
}

test("either side ends it, over the core", async () => {
  for (const [first, second] of [
    ["alice", "bob"],
    ["bob", "alice"],
  ] as const) {
    const made = await inSession();
    made[first].call?.end();
    await made.world.settle();
    assert.equal(made[second].ends[0]?.by, "peer", first);
    assert.equal(made.world.server.stats.sessions, 0);
  }
});

test("CANCEL ends both calls over a core as well (IM-7.1.2.4-X1)", async () => {
  const { world, alice, bob } = await two();
  bob.automatic = false;
  const call = alice.invite("sip:bob@parlance.test");
  await world.settle();
  bob.incoming?.ring();
  await world.settle();
  call.cancel();
  await world.clock.pass(1_000);
  assert.equal(bob.cancelled, 1);
  assert.deepEqual(
    alice.failures.map(({ kind }) => kind),
    ["cancelled"],
  );
  assert.equal(world.server.stats.sessions, 0);
});

test("a large message for who is away is taken, and brought over the core when he is back", async () => {
  const { world, core, phone } = await behindCore({}, {}, NOBODY);
  world.server.media?.listens(PLACE);
  const below = phone("alice");
  await below.register();
  const alice = new SessionPhone(below, "alice", world);
  const text = "x".repeat(20_000);
  const message = utf8Bytes(
    `From: <${below.address}>\r\nTo: <sip:bob@parlance.test>\r\n\r\nContent-Type: text/plain\r\n\r\n${text}`,
  );
  const file = `a=file-selector:type:message/cpim size:${message.length}`;
  alice
    .wish({ types: "message/cpim", lines: ["a=sendonly", file], features: LARGE })
    .invite("sip:bob@parlance.test", { "Accept-Contact": `*;+g.oma.sip-im, *${LARGE}` });
  await world.settle();
  connect(world, alice);
  alice.device.say(alice.peerPath, message, {
    messageId: "large",
    type: "message/cpim",
    range: `1-${message.length}/${message.length}`,
    flag: "$",
  });
  await world.settle();
  assert.equal((await world.stores.deferred.usage("bob")).messages, 1);
  alice.call?.end();
  await world.settle();

  const returned = phone("bob");
  const bob = new SessionPhone(returned, "bob", world);
  bob.wish({ features: LARGE, lines: ["a=recvonly"] });
  await returned.register((edit) => edit.setText("Contact", `${returned.contactValue}${LARGE}`));
  await world.settle();
  const invite = bob.incoming?.request ?? assert.fail("no INVITE for Bob");
  assert.match(invite.text("Contact") ?? "", /@192\.0\.2\.1:5070;transport=tcp>/);
  connect(world, bob);
  for (let turn = 0; turn < 20; turn += 1) await world.settle();
  const got = concatBytes(...bob.device.requests.map(({ body }) => body ?? new Uint8Array(0)));
  assert.equal(got.length, message.length);
  assert.ok(got.every((octet, at) => octet === message[at]));
  assert.equal(bob.ends[0]?.by, "peer");
  assert.equal((await world.stores.deferred.usage("bob")).messages, 0);
  const pushed = core.fromServer.find(
    ({ method, uriText }) => method === "INVITE" && uriText.startsWith("sip:bob@"),
  );
  assert.equal(pushed?.text("P-Asserted-Identity"), `<${below.address}>`);
});

test("the dialogs of the server hear the core alone, and nobody who is no part of it", async () => {
  const { world, alice, bob } = await inSession();
  const contact = alice.answer?.text("Contact")?.replace(/^<([^>]*)>.*$/, "$1") ?? "";
  const stranger = world.phone("carol", { port: 5_070 });
  const bye = stranger.make("BYE", contact, (edit) => {
    edit.setText("Call-ID", alice.call?.dialog.id.callId ?? "");
    edit.setText("To", `<sip:bob@parlance.test>;tag=${alice.call?.dialog.id.remoteTag}`);
    edit.setText("From", `<sip:alice@parlance.test>;tag=${alice.call?.dialog.id.localTag}`);
  });
  assert.equal((await stranger.send(bye)).status, 403);
  assert.deepEqual(bob.ends, []);
});

test("a core that asks again about the server's own INVITE leads it on, and to no second session", async () => {
  const { world, core, alice, bob } = await two({ forgetsRoutes: true });
  alice.invite("sip:bob@parlance.test");
  await world.settle();
  assert.ok(bob.call !== undefined);
  assert.equal(world.server.stats.sessions, 1);
  assert.equal(core.asked.filter((one) => one.startsWith("INVITE terminating")).length, 2);
});
