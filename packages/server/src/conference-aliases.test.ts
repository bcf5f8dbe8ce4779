/** What participants are called, and what the room says of it, through the running server. Clauses 7.1.1.15, 7.2.3.2, 7.2.3.5; D-09 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { ConferenceWorld, LOBBY, type Somebody } from "./testing/conference-world.test.ts";

const ROOM = {
  rooms: [{ name: "lobby", displayName: "Lobby", subject: "Anything", allowAnonymity: true }],
};

/** What the room has said to him, last of all. */
function announced(one: Somebody): readonly string[] {
  return one.phone.device.texts
    .filter((text) => /^From: .*;isfocus>\r$/m.test(text))
    .map((text) => text.split("\r\n\r\n").at(-1) ?? "");
}

async function named(world: ConferenceWorld, one: Somebody, alias: string): Promise<string> {
  const { device, peerPath } = one.phone;
  await world.pass(10_000); // one wish in ten seconds
  device.ask("NICKNAME", peerPath, [["Use-Nickname", `"${alias}"`]]);
  await world.settle();
  return device.responses.at(-1)?.split(" ")[1] ?? "";
}

async function hidden(world: ConferenceWorld, user: string, name: string): Promise<Somebody> {
  const one = await world.somebody(user);
  const From = `"${name}" <sip:anonymous@anonymous.invalid>;tag=${user}1`;
  one.phone.invite(LOBBY, { Privacy: "id", From });
  await world.settle();
  one.connect();
  await world.settle();
  return one;
}

test("a wish that is granted is told to all, one that is not changes nothing (7.2.3.2, RFC 7701 §7)", async () => {
  const world = await ConferenceWorld.open({ ...ROOM, conferences: { announce: ["renamed"] } });
  const alice = await world.inLobby("alice");
  const bob = await world.inLobby("bob");
  await alice.watch();
  await world.settle();
  assert.equal(await named(world, bob, "Night Owl"), "200");
  await world.pass(1_000);
  const user = alice.documents.at(-1)?.users?.users[0];
  assert.deepEqual(
    [user?.entity, user?.displayText, user?.nickname],
    ["sip:bob@parlance.test", "Night Owl", "Night Owl"],
  );
  assert.equal(announced(alice).at(-1), "bob is now called Night Owl.");
  for (const [wish, status] of [
    ["night owl", "425"],
    ["NIGHT \u041ewl", "425"], // a Cyrillic O
    ["Lobby", "425"],
    ["admin", "425"],
    ["bob", "425"],
    ["sip:bob@parlance.test", "424"],
    ["x".repeat(40), "424"],
  ] as const) {
    const taken = wish === "bob" ? "200" : status; // he is not called so any more
    assert.equal(await named(world, alice, wish), taken, wish);
  }
  assert.equal(await named(world, bob, ""), "200");
  await world.pass(1_000);
  assert.equal(announced(alice).at(-1), "Night Owl is now called bob.");
});

test("whoever joins hears what the room is for, and what he is called when it is not what he wished (D-09)", async () => {
  const world = await ConferenceWorld.open(ROOM);
  const alice = await hidden(world, "alice", "Night Owl");
  assert.deepEqual(announced(alice), ["Welcome to Lobby. Subject: Anything"]);
  const bob = await hidden(world, "bob", "Night Owl");
  assert.deepEqual(announced(bob), [
    "Welcome to Lobby. Subject: Anything",
    "You are called Night Owl 2 here.",
  ]);
  const carol = await hidden(world, "carol", "admin");
  assert.equal(announced(carol).at(-1), "You are called Anonymous here.");
});

test("comings and goings are told where the operator wants it (8.5)", async () => {
  const world = await ConferenceWorld.open({
    ...ROOM,
    conferences: { announce: ["joined", "left"] },
  });
  const alice = await world.inLobby("alice");
  const bob = await world.inLobby("bob");
  bob.phone.call?.end();
  await world.settle();
  assert.deepEqual(announced(alice), ["alice has joined.", "bob has joined.", "bob has left."]);
});

test("whoever comes back is called what he was called, and is the same stranger (7.5)", async () => {
  const world = await ConferenceWorld.open(ROOM);
  const alice = await world.inLobby("alice");
  await alice.watch();
  const bob = await hidden(world, "bob", "Night Owl");
  await world.pass(1_000);
  const first = alice.documents[1]?.users?.users[0];
  bob.phone.call?.end();
  await world.pass(3_000);
  const before = alice.documents.length;
  bob.phone.invite(LOBBY); // and forgets to hide
  await world.pass(1_000);
  const again = alice.documents[before]?.users?.users[0];
  assert.ok(first !== undefined);
  assert.equal(again?.entity, first.entity);
  assert.equal(again.displayText, "Night Owl");
});

test("whoever hid and has gone is asked by his own name: nobody sees who he was (8.3)", async () => {
  const world = await ConferenceWorld.open(ROOM);
  const alice = await world.inLobby("alice");
  await alice.watch();
  const bob = await hidden(world, "bob", "Night Owl");
  await world.pass(1_000);
  const owl = alice.documents[1]?.users?.users[0]?.entity ?? assert.fail("nobody came");
  bob.phone.call?.end();
  await world.pass(3_000);
  const before = alice.documents.length;
  bob.phone.automatic = false;
  assert.equal(await alice.refer("<sip:bob@parlance.test>"), "202");
  await world.pass(1_000);
  const asked = alice.documents[before]?.users?.users[0];
  assert.equal(asked?.entity, "sip:bob@parlance.test");
  assert.equal(asked.displayText, "bob");
  // Nor is he found any more by what he appeared as.
  assert.equal(await alice.refer(`<${owl}>`), "202");
  await world.settle();
  assert.equal(/200/.test(alice.results.at(-1) ?? ""), false);
});
