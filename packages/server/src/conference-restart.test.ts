/** Sessions of many over kill -9 of the server: who was in comes back as who he was, who was sent away stays away. OMA IM 21, 7.2.1.5 */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  ConferenceWorld,
  contactOf,
  FACTORY,
  LOBBY,
  listed,
  refusal,
  type Somebody,
  told,
} from "./testing/conference-world.test.ts";

const ROOM = {
  rooms: [{ name: "lobby", moderators: ["alice"], allowAnonymity: true }],
  groups: [],
};

async function killAndStart(world: ConferenceWorld, people: readonly Somebody[]): Promise<void> {
  await world.restart();
  for (const { below } of people) {
    below.connect();
    await below.register();
  }
}

test("an ad-hoc session goes on under its address, with whoever was in it and nobody else (7.5)", async () => {
  const world = await ConferenceWorld.open();
  const alice = await world.somebody("alice");
  const bob = await world.somebody("bob");
  const carol = await world.somebody("carol");
  alice.phone.invite(FACTORY, {}, listed("sip:bob@parlance.test"));
  await world.settle();
  const session = contactOf(alice.phone);
  await killAndStart(world, [alice, bob, carol]);
  carol.phone.invite(session);
  await world.settle();
  assert.equal(refusal(carol.phone), "403 not authorised to join the session");
  for (const one of [alice, bob]) {
    one.phone.invite(session);
    await world.settle();
    assert.equal(refusal(one.phone), "none");
    one.connect();
  }
  assert.equal(contactOf(bob.phone), session);
  await alice.watch(session);
  await world.pass(200_000);
  assert.deepEqual(told(alice.documents[0]), [
    "sip:alice@parlance.test connected own",
    "sip:bob@parlance.test connected",
  ]);
  assert.equal(world.world.server.stats.conferences, 1);
  assert.deepEqual(alice.documents[0]?.users?.users[0]?.roles, ["creator"]);
});

test("strangers are the same strangers, and those sent away stay away (7.5, 7.12)", async () => {
  const world = await ConferenceWorld.open(ROOM);
  const alice = await world.inLobby("alice");
  const bob = await world.inLobby("bob");
  await alice.watch();
  const carol = await world.somebody("carol");
  const From = '"Night Owl" <sip:anonymous@anonymous.invalid>;tag=c1';
  carol.phone.invite(LOBBY, { Privacy: "id", From });
  await world.pass(1_000);
  const owl = alice.documents.at(-1)?.users?.users[0];
  assert.equal(owl?.displayText, "Night Owl");
  await alice.refer("<sip:bob@parlance.test;method=BYE>");
  await world.settle();
  await killAndStart(world, [alice, bob, carol]);
  bob.phone.invite(LOBBY);
  await world.settle();
  assert.equal(refusal(bob.phone), "403 not authorised to join the session");
  carol.phone.invite(LOBBY, { Privacy: "id", From });
  await world.settle();
  await carol.watch();
  await world.settle();
  const own = carol.documents.at(-1)?.users?.users.find(({ yourOwn }) => yourOwn);
  assert.deepEqual([own?.entity, own?.displayText], [owl.entity, "Night Owl"]);
});

test("where nobody comes back it is over after three minutes, and nothing is kept of it (16.6)", async () => {
  const world = await ConferenceWorld.open(ROOM);
  const alice = await world.inLobby("alice");
  const session = contactOf(alice.phone);
  await killAndStart(world, [alice]);
  assert.equal(world.world.server.stats.conferences, 1);
  await world.pass(179_000);
  assert.equal(world.world.server.stats.conferences, 1);
  await world.pass(2_000);
  assert.equal(world.world.server.stats.conferences, 0);
  await killAndStart(world, [alice]);
  assert.equal(world.world.server.stats.conferences, 0);
  alice.phone.invite(session);
  await world.settle();
  assert.equal(refusal(alice.phone), "404 conference URI does not exist");
});

test("a session whose group is gone from the configuration is not begun again, and what was said there is forgotten (16.6)", async () => {
  const world = await ConferenceWorld.open(ROOM);
  const alice = await world.inLobby("alice");
  const bob = await world.inLobby("bob");
  alice.phone.device.say(alice.phone.peerPath, SAID, { type: "message/cpim" });
  await world.settle();
  assert.deepEqual(await world.world.stores.rooms.list(undefined, 5), [LOBBY]);
  await world.restart({ rooms: [] });
  await world.settle();
  assert.equal(world.world.server.stats.conferences, 0);
  assert.deepEqual(await world.world.stores.rooms.list(undefined, 5), []);
  assert.deepEqual(await world.world.stores.conferences.list(undefined, 5), []);
  bob.below.connect();
  await bob.below.register();
  bob.phone.invite(LOBBY);
  await world.settle();
  const [failure] = bob.phone.failures;
  assert.equal(failure?.kind === "refused" && failure.response.status, 404);
  // Where it is there again it is a new one.
  await world.restart(ROOM);
  assert.equal(world.world.server.stats.conferences, 0);
  assert.equal(alice.phone.failures.length, 0);
});

test("what was said in a group that is still there outlives its session, and the server", async () => {
  const world = await ConferenceWorld.open(ROOM);
  const alice = await world.inLobby("alice");
  await world.inLobby("bob");
  alice.phone.device.say(alice.phone.peerPath, SAID, { type: "message/cpim" });
  await world.settle();
  await world.restart(ROOM);
  await world.pass(200_000);
  assert.equal(world.world.server.stats.conferences, 0);
  await world.restart(ROOM);
  assert.deepEqual(await world.world.stores.rooms.list(undefined, 5), [LOBBY]);
});

const SAID = [
  "From: <sip:alice@parlance.test>",
  `To: <${LOBBY}>`,
  "DateTime: 2030-05-04T10:00:00Z",
  "",
  "Content-Type: text/plain",
  "",
  "hello",
].join("\r\n");
