/** Chat rooms as their users see them: coming in, who is there, what is said to all and to some. OMA IM 7.1.1.10, 7.1.3.2.1, 7.1.3.3 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { codeOf, reading, statesOf, textOf } from "../people.test.ts";
import { inLobby, LOBBY, lobbyFor, shownIn } from "./rooms-world.test.ts";

test("who joins a chat room is in it, and what he says comes to all, once, in its order (IMSpec-SMM-C-004, IM-7.1.3.2.1-P1, IM-7.1.3.2.1-01, IM-7.1.3.2.1-02, IM-7.1.3.2.1-06, IM-7.1.3.3-01a, IM-7.1.3.3-02b, IM-7.1.3.3-03)", async (t) => {
  const { world, people } = await inLobby(t, ["alice", "bob", "carol"]);
  const [alice, bob, carol] = people;
  const shown = [reading(bob.client), reading(carol.client)];
  const numbers = Array.from({ length: 20 }, (_, number) => String(number));
  const sent = numbers.map((number) => alice.room.send(number));
  const states = statesOf(sent[0] ?? assert.fail());
  await world.until(Promise.all(sent.map(({ delivered }) => delivered)));
  for (const messages of shown) {
    assert.deepEqual(
      shownIn(messages),
      numbers.map((number) => `all ${number}`),
    );
    const first = messages.find(({ reach }) => reach === "all");
    assert.deepEqual(
      [first?.from, first?.conversation, first?.reach, first?.own],
      [alice.client.address, LOBBY, "all", false],
    );
  }
  assert.deepEqual(states, ["queued", "sent", "accepted", "delivered"]);
  assert.equal(world.log.text("MESSAGE sip").includes(" MESSAGE "), false);
});

test("everybody sees who is there, who comes, and who leaves (IMSpec-SMM-C-010, IM-7.1.1.1-K2, IMSpec-SMM-C-011)", async (t) => {
  const { world, people } = await inLobby(t, ["alice", "bob"]);
  const [alice, bob] = people;
  await world.run(3_000);
  const changes: string[] = [];
  alice.room.on("roster", (change) =>
    changes.push("member" in change ? `${change.type} ${change.member.name}` : change.type),
  );
  assert.deepEqual(
    alice.room.members.map(({ entity, me, state }) => [entity, me, state]),
    [
      [alice.client.address, true, "in"],
      [bob.client.address, false, "in"],
    ],
  );
  assert.equal(alice.room.subject, "Anything");
  const carol = await world.client("carol");
  const third = await world.until(carol.join(LOBBY));
  await world.run(3_000);
  assert.deepEqual(changes, ["added carol"]);
  third.leave();
  assert.equal(third.state, "left");
  await world.run(5_000);
  assert.deepEqual(changes, ["added carol", "removed carol"]);
  assert.equal(alice.room.members.length, 2);
});

test("a private message comes to those it is for, as such, and to nobody else (IMSpec-MSRP-S-002, IM-7.1.3.2.1-03b, IM-7.1.3.3-01b, IM-7.1.3.3-01c)", async (t) => {
  const { world, people } = await inLobby(t, ["alice", "bob", "carol", "dave"]);
  const [alice, bob, carol, dave] = people;
  const shown = people.map(({ client }) => reading(client));
  await world.until(alice.room.whisper(bob.client.address, "one").delivered);
  await world.run(3_000);
  const both = alice.room.members.filter(({ name }) => name === "bob" || name === "carol");
  await world.until(alice.room.whisper(both, "two").delivered);
  await world.until(dave.room.send("to all").delivered);
  await world.run(1_000);
  assert.deepEqual(shownIn(shown[1]), ["private one", "private two", "all to all"]);
  assert.deepEqual(shownIn(shown[2]), ["private two", "all to all"]);
  assert.deepEqual(shownIn(shown[3]), []);
  assert.deepEqual(shownIn(shown[0]), ["all to all"]);
  assert.equal(carol.room.state, "in");
});

test("a room that there is none of, or that one may not join, says so", async (t) => {
  const world = await lobbyFor(t, {
    groups: [{ name: "team", members: ["bob", "carol"] }],
  });
  const alice = await world.client("alice");
  assert.equal(
    await world.until(codeOf(alice.join("sip:nowhere@parlance.test"))),
    "no such user or group",
  );
  assert.equal(await world.until(codeOf(alice.join("sip:team@parlance.test"))), "refused");
  await world.client("bob");
  assert.equal(await world.until(codeOf(alice.join(world.address("bob")))), "not supported");
  assert.deepEqual(alice.rooms, []);
});

test("a word of the room itself is known as such (IMSpec-MSRP-S-003, IM-7.1.3.3-02a)", async (t) => {
  const { world, people } = await inLobby(t, ["alice"]);
  const [alice] = people;
  const shown = reading(alice.client);
  await world.run(1_000);
  const [welcome] = shown;
  assert.equal(welcome?.reach, "system");
  assert.equal(welcome?.from, LOBBY);
  assert.match(textOf(welcome ?? assert.fail()), /Welcome to Lobby/);
});

test("who only writes to a group is not taken into it: that goes by pager mode (RFC 3841 §5)", async (t) => {
  const world = await lobbyFor(t, {
    groups: [{ name: "team", members: ["alice", "bob", "carol"] }],
  });
  const alice = await world.client("alice", { sessions: { mode: "always" } });
  const bob = await world.client("bob", { sessions: { mode: "always" } });
  const shown = reading(bob);
  const sent = alice.send("sip:team@parlance.test", "to whom it may concern");
  await world.until(sent.delivered);
  assert.equal(world.server.stats.conferences, 0);
  assert.deepEqual(shown.map(textOf), ["to whom it may concern"]);
  await world.until(bob.send("sip:team@parlance.test", "to me, too").accepted);
  assert.equal(world.server.stats.conferences, 0);
  assert.equal(sent.recipients.length, 1);
});

test("content of any type goes to a room, and is pointed to there where it is a file (IM-7.1.3.2.1-05)", async (t) => {
  const { world, people } = await inLobby(t, ["alice", "bob"]);
  const [alice, bob] = people;
  const shown = reading(bob.client);
  const content = Uint8Array.from({ length: 100_000 }, (_, at) => at % 251);
  await world.until(alice.room.send({ contentType: "image/png", content }).delivered);
  const last = shown.at(-1);
  assert.equal(last?.contentType, "image/png");
  assert.deepEqual(last?.content, content);
  const file = alice.room.sendFile(content, { name: "picture.png" });
  await world.until(() => shown.at(-1)?.kind === "reference");
  assert.equal(file.via, "http");
  const reference = shown.at(-1);
  assert.ok(reference?.kind === "reference" && reference.reach === "all");
  const { bytes, verified } = await world.until(bob.client.files.download(reference));
  assert.deepEqual([bytes?.length, verified], [content.length, true]);
  const large = alice.room.send({ contentType: "image/png", content: new Uint8Array(2_000_000) });
  assert.equal(await world.until(codeOf(large.accepted)), "too large");
});

test("a room is one conversation in the history, with what was said in it by all and oneself", async (t) => {
  const { world, people } = await inLobby(t, ["alice", "bob"]);
  const [alice, bob] = people;
  await world.until(alice.room.send("one").delivered);
  await world.until(bob.client.send(LOBBY, "two").delivered); // as well as room.send
  await world.until(bob.room.whisper(alice.client.address, "three").delivered);
  const lines: string[] = [];
  for await (const page of alice.room.history()) {
    for (const entry of page) {
      if (entry.direction === "sent") lines.push(`mine ${entry.message.record.reach}`);
      else if (entry.direction === "received")
        lines.push(`${entry.message.reach} ${textOf(entry.message)}`);
    }
  }
  assert.deepEqual(lines, [
    "private three",
    "all two",
    "mine all",
    "system Welcome to Lobby. Subject: Anything",
  ]);
  const [newest] = await alice.client.conversations();
  assert.equal(newest?.address, LOBBY);
});

test("what one says on one device the others of the same user show as one's own, and nothing twice", async (t) => {
  const { world, people } = await inLobby(t, ["alice", "bob"]);
  const [alice, bob] = people;
  const tablet = await world.client("alice", { device: "tablet" });
  const second = await world.until(tablet.join(LOBBY));
  const shown = [reading(alice.client), reading(tablet), reading(bob.client)];
  await world.until(alice.room.send("from the phone").delivered);
  await world.until(second.send("from the tablet").delivered);
  await world.run(3_000);
  const owns = shown.map((messages) =>
    messages.filter(({ reach }) => reach === "all").map((one) => [textOf(one), one.own]),
  );
  assert.deepEqual(owns, [
    [["from the tablet", true]],
    [["from the phone", true]],
    [
      ["from the phone", false],
      ["from the tablet", false],
    ],
  ]);
  assert.deepEqual(
    bob.room.members.map(({ name, devices }) => [name, devices]),
    [
      ["alice", 2],
      ["bob", 1],
    ],
  );
  second.leave();
  await world.run(3_000);
  assert.equal(alice.room.me?.devices, 1);
});

test("nobody hears of a message that nobody else is there for (RFC 7701 §6.3)", async (t) => {
  const { world, people } = await inLobby(t, ["alice"]);
  const [alice] = people;
  const sent = alice.room.send("hello?");
  await world.until(sent.accepted);
  await world.run(120_000);
  assert.equal(sent.state, "accepted");
});

test("of a file for a room it is known in the end whether all have been told of it, or that nobody will say", async (t) => {
  const { world, people } = await inLobby(t, ["alice", "bob"]);
  const [alice, bob] = people;
  const content = new Uint8Array(1_000);
  await world.until(alice.room.sendFile(content, { name: "one.bin" }).delivered);
  world.link("bob").silence();
  await world.run(1_000);
  const unheard = alice.room.sendFile(content, { name: "two.bin" });
  const early = alice.room.sendFile(content, { name: "three.bin" });
  await world.until(() => [unheard, early].every(({ state }) => state === "sent"));
  assert.equal(await world.until(codeOf(unheard.delivered), 200_000), "timeout");
  const last = alice.room.sendFile(content, { name: "four.bin" });
  await world.until(() => last.state === "sent");
  alice.room.leave();
  assert.equal(await world.until(codeOf(last.delivered), 1_000), "closed");
  assert.deepEqual([unheard.state, last.state], ["sent", "sent"]);
  assert.equal(bob.room.address, LOBBY);
});

test("what is too long for the only other one who is in has been said all the same, and its author hears both (RFC 4975 §7.1.4)", async (t) => {
  const world = await lobbyFor(t, { compat: { plainSip: true } });
  const alice = await world.client("alice");
  const room = await world.until(alice.join(LOBBY));
  const phone = world.phone("bob", { transport: "tcp" });
  phone.start();
  await world.until(() => phone.isRegistered);
  assert.equal(await world.until(phone.send(LOBBY, "I am here")), 202);
  const sent = room.send("long ".repeat(40_000));
  await world.until(() => sent.state === "accepted");
  await world.run(60_000);
  assert.deepEqual([sent.state, sent.partly], ["accepted", true]);
});
