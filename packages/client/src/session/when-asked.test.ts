/** A client that loads what sessions are made of when the first is needed is one like any other. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { SipResponse } from "@parlance/sip";
import { LOBBY, lobbyFor } from "../conference/rooms-world.test.ts";
import { codeOf, reading, textOf, worldFor } from "../people.test.ts";
import { MemoryStore } from "../store/memory-store.ts";
import { invitesIn, wire } from "./sessions.test.ts";

const LATER = { loadsSessionsLater: true } as const;

test("it is called into a session, and answers", async (t) => {
  const world = await worldFor(t);
  const alice = await world.client("alice");
  const bob = await world.client("bob", LATER);
  const shown = reading(bob);
  const chat = alice.conversation(bob.address);
  await world.until(chat.open());
  await world.until(chat.send("in a session").delivered);
  const back = bob.conversation(alice.address);
  assert.equal(back.session, "open");
  await world.until(back.send("and back").delivered);
  assert.deepEqual(shown.map(textOf), ["in a session"]);
});

test("it calls: by itself with the first message where it always does, and else when it is told to", async (t) => {
  const world = await worldFor(t);
  const alice = await world.client("alice", { ...LATER, sessions: { mode: "always" } });
  const carol = await world.client("carol", LATER);
  const bob = await world.client("bob");
  const chat = alice.conversation(bob.address);
  await world.until(chat.send("hello").delivered);
  assert.equal(chat.session, "open");
  const other = carol.conversation(bob.address);
  await world.until(other.send("a letter").delivered);
  assert.equal(other.session, "none");
  await world.until(other.open());
  assert.equal(other.session, "open");
});

test("a call that is taken back at once is over for both", async (t) => {
  const world = await worldFor(t);
  const seen = wire();
  const alice = await world.client("alice");
  const bob = await world.client("bob", { ...LATER, trace: seen.trace });
  const stop = new AbortController();
  const opening = codeOf(alice.conversation(bob.address).open({ signal: stop.signal }));
  await world.until(() => seen.in.length > 0 && invitesIn(world) > 0);
  stop.abort();
  assert.equal(await world.until(opening), "aborted");
  await world.run(40_000);
  assert.equal(bob.conversation(alice.address).session, "none");
  const said = seen.out.filter((one) => one instanceof SipResponse && one.status >= 500);
  assert.deepEqual(said, []);
});

test("it is in rooms and groups, and comes back to them with its next run", async (t) => {
  const world = await lobbyFor(t);
  const store = new MemoryStore();
  const alice = await world.client("alice");
  const bob = await world.client("bob", { ...LATER, store });
  assert.deepEqual(bob.rooms, []);
  const room = await world.until(bob.join(LOBBY));
  const others = await world.until(alice.join(LOBBY));
  await world.until(() => room.members.length === 2);
  world.kill("bob");
  const again = await world.client("bob", { ...LATER, store });
  await world.until(() => again.rooms[0]?.state === "in");
  const shown = reading(again);
  await world.until(others.send("you again").accepted);
  await world.until(() => shown.some((message) => textOf(message) === "you again"));
  again.on("invitation", (invitation) => void invitation.accept());
  await world.until(alice.createGroup([again.address]));
  await world.until(() => again.rooms.filter(({ state }) => state === "in").length === 2);
});

test("files come and go, and one that is asked for before anything is loaded is told so", async (t) => {
  const world = await worldFor(t);
  const alice = await world.client("alice", LATER);
  const bob = await world.client("bob", LATER);
  const chat = alice.conversation(bob.address);
  assert.throws(() => chat.fetchFile({ name: "plan.txt" }), { code: "offline", temporary: true });
  const taken: Uint8Array[] = [];
  bob.on("file", (file) => void file.save((piece) => void taken.push(piece.slice())));
  const content = new TextEncoder().encode("some octets");
  await world.until(chat.sendFile(content, { name: "plan.txt", via: "session" }).delivered);
  assert.deepEqual(taken, [content]);
});

test("one that ends while it loads is closed", async (t) => {
  const world = await lobbyFor(t);
  const bob = await world.client("bob", LATER);
  const joining = codeOf(bob.join(LOBBY));
  const closing = bob.close();
  assert.equal(await world.until(joining), "closed");
  await world.until(closing);
});
