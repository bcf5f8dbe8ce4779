/** Who moderates a group says what it is about, who comes in, and who writes. Clause 16; docs/conferences.md */
import assert from "node:assert/strict";
import { test } from "node:test";
import { codeOf, reading, worldFor } from "../people.test.ts";
import type { Room } from "./room.ts";
import { inLobby, LOBBY, lobbyFor, namesOf, shownIn } from "./rooms-world.test.ts";

function changesIn(room: Room): string[] {
  const changes: string[] = [];
  room.on("roster", ({ type }) => changes.push(type));
  return changes;
}

test("a moderator says what the room is about, also to those who come later and after a restart", async (t) => {
  const { world, people } = await inLobby(t, ["alice", "bob"]);
  const [alice, bob] = people;
  await world.run(2_000);
  const changes = changesIn(bob.room);
  assert.equal(bob.room.subject, "Anything");
  await world.until(alice.room.setSubject(" Dinner? "));
  await world.until(() => bob.room.subject === "Dinner?");
  assert.deepEqual(changes, ["subject"]);
  await world.restartServer();
  const carol = await world.client("carol");
  const shown = reading(carol);
  const room = await world.until(carol.join(LOBBY));
  await world.run(2_000);
  assert.equal(room.subject, "Dinner?");
  assert.equal(shown[0]?.kind === "text" && shown[0].text, "Welcome to Lobby. Subject: Dinner?");
  for (const refused of [bob.room.setSubject("Mine"), alice.room.setSubject("a\u202eb")]) {
    assert.equal(await world.until(codeOf(refused)), "refused");
  }
  assert.equal(alice.room.subject, "Dinner?");
});

test("a locked room lets nobody new in, and those who were lost come back", async (t) => {
  const { world, people } = await inLobby(t, ["alice", "bob"]);
  const [alice, bob] = people;
  const carol = await world.client("carol");
  await world.run(2_000);
  const changes = changesIn(bob.room);
  assert.equal(await world.until(codeOf(bob.room.lock())), "refused");
  await world.until(alice.room.lock());
  await world.until(() => bob.room.locked);
  assert.equal(await world.until(codeOf(carol.join(LOBBY))), "refused");
  assert.equal(await world.until(codeOf(bob.room.invite(carol.address))), "refused");
  await world.restartServer();
  await world.until(bob.room.send("back").accepted, 600_000);
  world.link("bob").silence();
  await world.run(120_000);
  world.link("bob").restore();
  await world.until(bob.room.send("and again").accepted, 600_000);
  assert.equal(await world.until(codeOf(carol.join(LOBBY))), "refused");
  await world.until(alice.room.unlock());
  await world.until(carol.join(LOBBY));
  await world.run(2_000);
  assert.deepEqual(namesOf(alice.room).toSorted(), ["alice", "bob", "carol"]);
  assert.deepEqual(
    changes.filter((type) => type.endsWith("locked")),
    ["locked", "unlocked"],
  );
});

test("who is muted reads what is said and writes nothing, to all or privately, until he may again", async (t) => {
  const { world, people } = await inLobby(t, ["alice", "bob", "carol"]);
  const [alice, bob, carol] = people;
  await world.run(2_000);
  const changes = changesIn(carol.room);
  const shown = [reading(bob.client), reading(carol.client)];
  const mute = (member: string): Promise<void> => alice.room.mute(member);
  await world.until(mute(bob.client.address));
  await world.until(() => carol.room.members.some(({ name, muted }) => name === "bob" && muted));
  assert.equal(bob.room.me?.muted, true);
  for (const sent of [bob.room.send("hm"), bob.room.whisper([carol.client.address], "hm")]) {
    assert.equal(await world.until(codeOf(sent.accepted), 60_000), "refused");
  }
  await world.until(alice.room.send("listen").accepted);
  await world.restartServer();
  const still = bob.room.send("me?");
  assert.equal(await world.until(codeOf(still.accepted), 600_000), "refused");
  for (const refused of [mute(alice.client.address), carol.room.mute(bob.client.address)]) {
    assert.equal(await world.until(codeOf(refused)), "refused");
  }
  assert.equal(await world.until(codeOf(mute("sip:dave@parlance.test"))), "no such user or group");
  await world.until(alice.room.unmute(bob.client.address));
  await world.until(bob.room.send("thank you").accepted);
  await world.run(2_000);
  assert.deepEqual(shown.map(shownIn), [["all listen"], ["all listen", "all thank you"]]);
  assert.deepEqual(changes, ["muted", "unmuted"]);
});

test("whoever has made a group for once moderates it", async (t) => {
  const world = await lobbyFor(t);
  const alice = await world.client("alice");
  const bob = await world.client("bob", { sessions: { groups: "accept" } });
  const room = await world.until(alice.createGroup([bob.address], { subject: "Lunch" }));
  await world.run(2_000);
  const [bobs] = bob.rooms;
  assert.ok(bobs !== undefined);
  assert.equal(await world.until(codeOf(bobs.setSubject("Mine"))), "refused");
  await world.until(room.setSubject("Dinner"));
  await world.until(room.mute(bob.address));
  await world.run(2_000);
  assert.deepEqual([bobs.subject, bobs.me?.muted], ["Dinner", true]);
});

function readers({ members }: Room): readonly string[] {
  return members.filter(({ readsOnly }) => readsOnly).map(({ name }) => name);
}

test("where moderators alone write the others are seen to read only, and so is who is muted (RFC 4575 §5.8.5)", async (t) => {
  const room = { name: "board", moderators: ["alice"], writers: "moderators" } as const;
  const rooms = [room, { ...room, name: "lobby", writers: "everybody" } as const];
  const world = await worldFor(t, { server: { rooms } });
  const [alice, bob] = [await world.client("alice"), await world.client("bob")];
  for (const name of ["board", "lobby"]) {
    const address = `sip:${name}@${world.domain}`;
    const own = await world.until(alice.join(address));
    const seen = await world.until(bob.join(address));
    await world.run(2_000);
    assert.deepEqual(readers(seen), name === "board" ? ["bob"] : []);
    if (name === "lobby") await world.until(own.mute(bob.address));
    await world.until(() => readers(seen).includes("bob"));
  }
});
