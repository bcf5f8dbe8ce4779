/** Who is there, as a core tells it, and what becomes of messages for who is not. 3GPP TS 24.229 §5.7.1.1, OMA IM 12 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { utf8Bytes } from "@parlance/wire";
import { bodyText, DOMAIN, IM, type Phone } from "../world.test.ts";
import { AS, behindCore } from "./sip-ip-core.test.ts";

const BOB = `sip:bob@${DOMAIN}`;
const CONTACT = "sip:192.0.2.1:5070;transport=tcp";
/** The server asks after a restart. */
const ASKING = {
  core: {
    ...AS.core,
    applicationServer: { ...AS.core.applicationServer, contact: CONTACT },
  },
};

for (const habits of [{}, { servedUser: true }, { thirdParty: false }]) {
  test(`a message for a user who is away is kept: 202, whatever the core tells: ${JSON.stringify(habits)}`, async () => {
    const { world, phone } = await behindCore(habits);
    const alice = phone("alice");
    await alice.register();
    assert.equal((await alice.message(BOB, "for later")).status, 202);
    assert.deepEqual(await world.stores.deferred.recipients(undefined, 10), ["bob"]);
  });
}

test("what waits comes by way of the core at the third-party REGISTER, in order and once", async () => {
  const { world, core, phone } = await behindCore();
  const alice = phone("alice");
  await alice.register();
  for (const text of ["one", "two"]) await alice.message(BOB, text);
  const bob = phone("bob");
  await bob.register();
  await world.clock.pass(100);
  assert.deepEqual(bob.received.map(bodyText), ["one", "two"]);
  assert.equal(bob.received[0]?.has("P-Asserted-Identity"), false); // taken out by the core
  assert.deepEqual(await world.stores.deferred.recipients(undefined, 10), []);
  const pushes = core.fromServer.filter(({ uriText }) => uriText === BOB);
  assert.equal(pushes.at(-1)?.text("P-Asserted-Identity"), `<${alice.address}>`);
  await world.clock.pass(600_000);
  assert.equal(bob.received.length, 2);
});

test("a core that has said that a user is away is not asked for his devices", async () => {
  const { core, phone } = await behindCore();
  const [alice, bob] = [phone("alice"), phone("bob")];
  await alice.register();
  await bob.register();
  await bob.register(undefined, 0);
  const before = core.fromServer.length;
  assert.equal((await alice.message(BOB, "x")).status, 202);
  assert.equal(core.fromServer.length, before + 1); // as originated, and not to the devices
});

test("regstate of the request counts more than what was told before", async () => {
  const { world, core, phone } = await behindCore({ servedUser: true, thirdParty: false });
  const [alice, bob] = [phone("alice"), phone("bob")];
  await alice.register();
  await bob.register();
  await core.register(BOB, 0);
  assert.equal((await alice.message(BOB, "he is there")).status, 200);
  await bob.register(undefined, 0);
  await core.register(BOB, 3_600);
  assert.equal((await alice.message(BOB, "he is away")).status, 202);
  await world.clock.pass(100);
  assert.deepEqual(bob.received.map(bodyText), ["he is there"]);
});

test("the client's REGISTER inside tells whether the device is an IM client", async () => {
  const { world, phone } = await behindCore({ embeds: true });
  const alice = phone("alice");
  await alice.register();
  const plain = phone("bob", { plain: true });
  await plain.register();
  assert.equal((await alice.message(BOB, "x")).status, 202);
  assert.equal(plain.received.length, 0);
  const able = phone("bob");
  await able.register();
  await world.clock.pass(100);
  assert.deepEqual(able.received.map(bodyText), ["x"]);
});

test("a restart keeps who is there, and brings what waits", async () => {
  const { world, core, phone } = await behindCore();
  const [alice, bob] = [phone("alice"), phone("bob")];
  await alice.register();
  await bob.register();
  bob.answer = () => 480;
  assert.equal((await alice.message(BOB, "x")).status, 202);
  await world.start(AS, world.crash());
  core.hangUp();
  const before = core.fromServer.length;
  bob.answer = () => 200;
  await world.clock.pass(61_000);
  assert.equal(bob.received.length, 2); // once before, once after
  assert.equal(core.fromServer.length, before + 2); // the push, and its way past the user's function
});

test("after a restart the core is asked about who is not known, and what waits comes", async () => {
  const { world, core, phone } = await behindCore({ thirdParty: false }, ASKING);
  const [alice, bob] = [phone("alice"), phone("bob")];
  await alice.register();
  await alice.message(BOB, "one");
  await alice.message(`sip:carol@${DOMAIN}`, "two");
  const image = world.crash();
  core.hangUp();
  await bob.register();
  core.registrations.set(BOB, reginfo(BOB, "active", bob.contact));
  await world.start(ASKING, image);
  await world.clock.pass(2_000);
  assert.deepEqual(core.asked.slice(-3), [
    `reg of ${BOB}`,
    `reg of sip:carol@${DOMAIN}`, // refused with 403, and that is that
    `MESSAGE terminating ${BOB}`,
  ]);
  assert.deepEqual(bob.received.map(bodyText), ["one"]);
  assert.deepEqual(await world.stores.deferred.recipients(undefined, 10), ["carol"]);
  assert.equal(world.server.admin.bindings("bob")[0]?.contact, `<${bob.contact}>;+g.oma.sip-im`);
});

for (const how of ["answers nonsense", "does not answer"]) {
  test(`a core that ${how} when it is asked stops nothing`, async () => {
    const { world, core, phone } = await behindCore({ thirdParty: false }, ASKING);
    const alice = phone("alice");
    await alice.register();
    await alice.message(BOB, "x");
    const image = world.crash();
    core.hangUp();
    if (how === "answers nonsense") core.registrations.set(BOB, "<reginfo");
    else core.away = true;
    await world.start(ASKING, image);
    await world.clock.pass(40_000);
    core.away = false;
    const bob = phone("bob");
    await bob.register();
    assert.equal(await core.register(BOB, 600), 200);
    await world.clock.pass(100);
    assert.deepEqual(bob.received.map(bodyText), ["x"]);
    assert.deepEqual(world.logged, []);
  });
}

test("contacts that a core has told of are none of a server that registers users itself", async () => {
  const { world, phone } = await behindCore();
  await phone("bob").register();
  await world.start({}, world.crash());
  assert.equal(world.server.stats.contacts, 0);
});

test("a registration that is not renewed ends at its time", async () => {
  const { world, core } = await behindCore();
  await core.register(BOB, 600);
  assert.equal(world.server.stats.contacts, 1);
  await world.clock.pass(601_000);
  assert.equal(world.server.stats.contacts, 0);
});

test("a client that does not answer is given up at its own end: 202, and no second copy for the sender to send", async () => {
  const { world, phone } = await behindCore();
  const [alice, bob] = [phone("alice"), phone("bob")];
  await alice.register();
  await bob.register();
  bob.serve = () => {};
  const answer = alice.message(BOB, "x");
  await world.clock.pass(24_000);
  assert.equal((await answer).status, 202);
});

test("a message to a list is copied once to each, over the core, and kept for who is away", async () => {
  const { world, core, phone } = await behindCore();
  const [alice, bob] = [phone("alice"), phone("bob")];
  await alice.register();
  await bob.register();
  assert.equal((await toList(alice, [BOB, `sip:carol@${DOMAIN}`])).status, 202);
  await world.clock.pass(5_000);
  assert.deepEqual(bob.received.map(bodyText), ["to all"]);
  assert.deepEqual(await world.stores.deferred.recipients(undefined, 10), ["carol"]);
  assert.deepEqual(core.asked.slice(0, 2), [
    "MESSAGE originating sip:alice@parlance.test",
    "MESSAGE terminating sip:conf-factory@parlance.test",
  ]);
});

test("copies wait until the core is there again", async () => {
  const { world, core, phone } = await behindCore();
  const [alice, bob] = [phone("alice"), phone("bob")];
  await alice.register();
  await bob.register();
  await toList(alice, [BOB]);
  core.away = true;
  await world.clock.pass(5_000);
  assert.equal(bob.received.length, 0);
  core.away = false;
  await world.clock.pass(120_000);
  assert.deepEqual(bob.received.map(bodyText), ["to all"]);
});

test("receipts of copies come back to the service of their own", async () => {
  const { world, phone } = await behindCore();
  const [alice, bob] = [phone("alice"), phone("bob")];
  await alice.register();
  await bob.register();
  const envelope = [
    `From: <${alice.address}>`,
    `To: <${BOB}>`,
    "DateTime: 2030-05-04T10:00:00Z",
    "NS: imdn <urn:ietf:params:imdn>",
    "imdn.Message-ID: m1",
    "imdn.Disposition-Notification: processing",
    "",
    "Content-Type: text/plain",
    "",
    "hello",
  ].join("\r\n");
  await bob.register(undefined, 0);
  const kept = await alice.message(BOB, "", (edit) =>
    edit.body(utf8Bytes(envelope), "message/cpim"),
  );
  assert.equal(kept.status, 202);
  await world.clock.pass(1_000);
  const [receipt] = alice.received; // "stored", written by the server in the name of Bob
  assert.ok(receipt);
  assert.match(bodyText(receipt), /<stored\/>/);
});

function reginfo(aor: string, state: string, uri: string): string {
  return (
    '<reginfo xmlns="urn:ietf:params:xml:ns:reginfo" version="0" state="full">' +
    `<registration aor="${aor}" id="r" state="${state}">` +
    `<contact id="c" state="active" event="registered" expires="600"><uri>${uri}</uri>` +
    '<unknown-param name="+g.oma.sip-im"/></contact></registration></reginfo>'
  );
}

function toList(alice: Phone, recipients: readonly string[]) {
  const entries = recipients.map((uri) => `<entry uri="${uri}"/>`).join("");
  const body = [
    "--b",
    "Content-Type: text/plain",
    "",
    "to all",
    "--b",
    "Content-Type: application/resource-lists+xml",
    "Content-Disposition: recipient-list",
    "",
    `<resource-lists xmlns="urn:ietf:params:xml:ns:resource-lists"><list>${entries}</list></resource-lists>`,
    "--b--",
    "",
  ].join("\r\n");
  return alice.message(`sip:conf-factory@${DOMAIN}`, "", (edit) =>
    edit
      .setText("Require", "recipient-list-message")
      .setText("Accept-Contact", IM)
      .body(utf8Bytes(body), 'multipart/mixed;boundary="b"'),
  );
}
