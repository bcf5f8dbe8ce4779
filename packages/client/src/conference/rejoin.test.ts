/** Coming back into a group after whatever cut it off, without a gap and without a double. OMA IM 7.1.1.9 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { codeOf, reading, textOf } from "../people.test.ts";
import { MemoryStore } from "../store/memory-store.ts";
import { inLobby, LOBBY, lobbyFor, namesOf, shownIn, systemIn } from "./rooms-world.test.ts";

test("after a short cut the same session goes on", async (t) => {
  const { world, people } = await inLobby(t, ["alice", "bob"]);
  const [alice, bob] = people;
  const shown = reading(bob.client);
  const states: string[] = [];
  bob.room.on("state", (state) => states.push(state));
  world.link("bob").cut();
  await world.run(200);
  const sent = alice.room.send("did you hear?");
  await world.until(() => shownIn(shown).length === 1);
  await world.until(sent.delivered);
  await world.run(60_000);
  assert.deepEqual(states, ["reconnecting", "in"]);
  assert.deepEqual(shownIn(shown), ["all did you hear?"]);
  assert.equal(bob.room.state, "in");
});

test("after a long one it comes back by the identity of the session, and has missed nothing (IMSpec-SMM-C-015)", async (t) => {
  const { world, people } = await inLobby(t, ["alice", "bob"]);
  const [alice, bob] = people;
  await world.run(3_000);
  const shown = reading(bob.client);
  const departures: unknown[] = [];
  alice.room.on("roster", (change) => {
    departures.push(change.type === "removed" ? change.why : change.type);
  });
  world.link("bob").silence();
  await world.run(1_000);
  const mine = bob.room.send("before you go on");
  const texts = ["one", "two", "three", "four"];
  for (const text of texts) await world.until(alice.room.send(text).accepted);
  await world.run(120_000);
  await world.until(alice.room.send("five").accepted);
  assert.deepEqual(namesOf(alice.room), ["alice"]);
  world.link("bob").restore();
  await world.until(mine.delivered, 600_000);
  await world.run(10_000);
  assert.deepEqual(
    shownIn(shown),
    [...texts, "five"].map((text) => `all ${text}`),
  );
  assert.equal(bob.room.state, "in");
  assert.deepEqual(namesOf(alice.room), ["alice", "bob"]);
  assert.deepEqual(departures, ["lost", "added"]);
});

test("a crash of the server ends nothing for those who come back", async (t) => {
  const { world, people } = await inLobby(t, ["alice", "bob"]);
  const [alice, bob] = people;
  const shown = [reading(alice.client), reading(bob.client)];
  await world.until(alice.room.send("before").delivered);
  await world.run(6_000);
  const welcomes = shown.map(systemIn);
  const changes: string[] = [];
  for (const { room } of people) room.on("roster", ({ type }) => changes.push(type));
  await world.restartServer();
  const sent = [alice.room.send("after"), bob.room.send("me, too")];
  await world.until(Promise.all(sent.map(({ accepted }) => accepted)), 600_000);
  await world.until(() => shown.every((messages) => shownIn(messages).length > 0), 600_000);
  await world.run(10_000);
  assert.deepEqual(shown.map(shownIn), [["all me, too"], ["all before", "all after"]]);
  assert.deepEqual(namesOf(alice.room).toSorted(), ["alice", "bob"]);
  // Nobody left and came for the others, and nobody is welcomed twice.
  assert.deepEqual([shown.map(systemIn), changes], [welcomes, []]);
});

test("a room that is gone from the configuration is over for all who were in it, and what was said there stays with them (16.6)", async (t) => {
  const { world, people } = await inLobby(t, ["alice", "bob"], {
    server: { history: { default: true } },
  });
  const [alice, bob] = people;
  const shown = reading(bob.client);
  alice.room.send("hello");
  await world.until(() => shownIn(shown).includes("all hello"));
  await world.run(5_000);
  await world.restartServer({ rooms: [], history: { default: true } });
  for (const { room } of people) await world.until(() => room.state === "left", 600_000);
  assert.deepEqual(
    people.map(({ room, client }) => [room.ending?.why, client.rooms.length]),
    [
      ["ended", 0],
      ["ended", 0],
    ],
  );
  for (const name of ["alice", "bob"]) {
    const page = await world.stores.history.page(name, {
      conversation: LOBBY,
      before: undefined,
      limit: 10,
    });
    assert.ok(page.some(({ sizeBytes }) => sizeBytes === "hello".length));
  }
  assert.equal(await world.until(codeOf(bob.client.join(LOBBY))), "no such user or group");
});

test("whoever does not come back after a restart is in for three minutes, and then lost", async (t) => {
  const { world, people } = await inLobby(t, ["alice", "bob"]);
  const [alice, bob] = people;
  await world.run(3_000);
  const changes: unknown[] = [];
  alice.room.on("roster", (change) => {
    changes.push(change.type === "removed" ? change.why : change.type);
  });
  world.link("bob").silence();
  await world.run(100);
  await world.restartServer();
  await world.until(alice.room.send("who is there?").accepted);
  await world.run(60_000);
  assert.deepEqual([namesOf(alice.room).toSorted(), changes], [["alice", "bob"], []]);
  await world.until(alice.room.whisper([bob.client.address], "are you?").accepted);
  await world.run(180_000);
  assert.deepEqual([namesOf(alice.room), changes], [["alice"], ["lost"]]);
  const shown = reading(bob.client);
  world.link("bob").restore();
  await world.until(() => shownIn(shown).length === 2, 600_000);
  assert.deepEqual(shownIn(shown), ["all who is there?", "private are you?"]);
});

test("a second device that was away gets what the first one had meanwhile, and what was said on it", async (t) => {
  const { world, people } = await inLobby(t, ["alice", "bob"]);
  const [alice, laptop] = people;
  const phone = await world.client("bob", { device: "phone" });
  await world.until(phone.join(LOBBY));
  const shown = [reading(laptop.client), reading(phone)];
  await world.until(alice.room.send("one").accepted);
  await world.until(() => shownIn(shown[1]).length === 1);
  await world.run(6_000);
  world.link("phone").silence();
  await world.until(alice.room.send("two").accepted);
  await world.run(120_000);
  await world.restartServer();
  await world.until(laptop.room.send("three").accepted, 600_000);
  world.link("phone").restore();
  await world.until(() => shownIn(shown[1]).length >= 3, 600_000);
  await world.run(10_000);
  assert.deepEqual(shown.map(shownIn), [
    ["all one", "all two"],
    ["all one", "all two", "all three"],
  ]);
  assert.deepEqual(
    shown[1]?.filter(({ reach }) => reach === "all").map(({ own }) => own),
    [false, false, true],
  );
});

test("who is lost, and asked to come in vain, has missed what was said all the same", async (t) => {
  const { world, people } = await inLobby(t, ["alice", "bob"]);
  const [alice, bob] = people;
  const shown = reading(bob.client);
  await world.run(6_000);
  world.link("bob").silence();
  await world.run(1_000);
  const texts = ["one", "two", "three", "four"];
  for (const text of texts) await world.until(alice.room.send(text).accepted);
  await world.run(120_000);
  assert.deepEqual(namesOf(alice.room), ["alice"]);
  await world.until(alice.room.invite(bob.client.address), 600_000).catch(() => undefined);
  await world.run(180_000);
  world.link("bob").restore();
  await world.until(() => shownIn(shown).length >= texts.length, 600_000);
  assert.deepEqual(
    shownIn(shown),
    texts.map((text) => `all ${text}`),
  );
});

test("a group made for once keeps what is said for those who come back, and forgets it with its end", async (t) => {
  const world = await lobbyFor(t);
  const alice = await world.client("alice");
  const others = [];
  for (const name of ["bob", "carol"]) {
    others.push(await world.client(name, { sessions: { groups: "accept" } }));
  }
  const shown = others.map(reading);
  const room = await world.until(alice.createGroup(others.map(({ address }) => address)));
  await world.until(() => room.members.length === 3);
  await world.run(6_000);
  world.link("carol").silence();
  await world.restartServer();
  await world.until(room.send("who is hungry?").accepted);
  assert.deepEqual(shownIn(shown[1]), []);
  world.link("carol").restore();
  await world.until(() => shown.every((messages) => shownIn(messages).length > 0), 600_000);
  assert.deepEqual(shown.map(shownIn), [["all who is hungry?"], ["all who is hungry?"]]);
  const kept = (): ReturnType<typeof world.stores.rooms.open> =>
    world.until(world.stores.rooms.open(room.address));
  assert.equal((await kept()).last, 1);
  await world.until(room.end());
  await world.run(240_000); // after a restart it waits for those who may come back
  assert.deepEqual(await kept(), { last: 0, cursors: [] });
});

test("a client that is killed comes back with its next run, and so does what it had not sent", async (t) => {
  const store = new MemoryStore();
  const { world, people } = await inLobby(t, ["alice", "bob"], { clients: { bob: { store } } });
  const [alice, bob] = people;
  world.link("bob").silence();
  bob.room.send("my last words");
  await world.run(100);
  world.kill("bob");
  world.link("bob").restore();
  await world.until(alice.room.send("where are you?").accepted);
  await world.run(60_000);
  await world.until(alice.room.send("gone").accepted);
  const heard = reading(alice.client);
  const again = await world.client("bob", { store });
  const shown = reading(again);
  const [room] = again.rooms;
  assert.equal(room?.address, LOBBY);
  assert.equal(await world.until(again.join(LOBBY)), room);
  await world.until(() => shownIn(shown).length === 2 && shownIn(heard).length > 0);
  await world.run(10_000);
  assert.deepEqual(shownIn(shown), ["all where are you?", "all gone"]);
  assert.deepEqual(shownIn(heard), ["all my last words"]);
});

test("a client that is closed in order comes back as well, unless it has left", async (t) => {
  const store = new MemoryStore();
  const { world, people } = await inLobby(t, ["alice", "bob"], { clients: { bob: { store } } });
  const [alice, bob] = people;
  await world.until(bob.client.close());
  await world.until(alice.room.send("meanwhile").accepted);
  const again = await world.client("bob", { store });
  const shown = reading(again);
  await world.until(() => shownIn(shown).length === 1);
  assert.deepEqual(shownIn(shown), ["all meanwhile"]);
  again.rooms[0]?.leave();
  await world.run(1_000);
  await world.until(again.close());
  const third = await world.client("bob", { store });
  assert.deepEqual(third.rooms, []);
});

test("what is written while the way back is open waits, and comes in its order", async (t) => {
  const { world, people } = await inLobby(t, ["alice", "bob"]);
  const [alice, bob] = people;
  const shown = reading(alice.client);
  world.link("bob").silence();
  const sent = ["1", "2", "3"].map((text) => bob.room.send(text));
  await world.run(90_000);
  world.link("bob").restore();
  await world.until(Promise.all(sent.map(({ delivered }) => delivered)), 600_000);
  assert.deepEqual(shownIn(shown), ["all 1", "all 2", "all 3"]);
  assert.equal(textOf(shown.at(-1) ?? assert.fail()), "3");
  assert.equal(alice.room.state, "in");
});

test("what was lost on the way in is brought again in the same session, before what was said later", async (t) => {
  const { world, people } = await inLobby(t, ["alice", "bob"]);
  const [alice, bob] = people;
  const shown = reading(bob.client);
  world.link("bob").silence();
  for (const text of ["one", "two"]) await world.until(alice.room.send(text).accepted);
  await world.run(30_000);
  world.link("bob").restore();
  await world.until(alice.room.send("three").accepted);
  await world.until(() => shownIn(shown).length === 3, 600_000);
  assert.deepEqual(shownIn(shown), ["all one", "all two", "all three"]);
});

test("what is brought again and what came meanwhile keep their order", async (t) => {
  const { world, people } = await inLobby(t, ["alice", "bob"]);
  const [alice, bob] = people;
  const shown = reading(bob.client);
  world.link("bob").silence();
  for (const text of ["one", "two"]) {
    await world.until(alice.room.send(text).accepted);
    await world.run(32_000); // the one before is brought again by now
  }
  world.link("bob").restore();
  await world.until(alice.room.send("three").accepted);
  await world.until(() => shownIn(shown).length === 3, 600_000);
  assert.deepEqual(shownIn(shown), ["all one", "all two", "all three"]);
});

test("who cannot hear that a session is over gets what was said in it last when he is in the next one", async (t) => {
  const groups = [{ name: "team", members: ["alice", "bob", "carol"] }];
  const world = await lobbyFor(t, { groups });
  const team = world.address("team");
  const accepts = { sessions: { groups: "accept" } } as const;
  const bob = await world.client("bob", accepts);
  const carol = await world.client("carol", accepts);
  const alice = await world.client("alice", accepts);
  const room = await world.until(alice.join(team));
  await world.until(() => carol.rooms[0]?.state === "in" && bob.rooms[0]?.state === "in");
  const shown = reading(carol);
  world.link("carol").silence();
  await world.until(room.send("one").accepted);
  bob.rooms[0]?.leave();
  room.leave();
  await world.run(45_000); // nobody else is there: it is over
  world.link("carol").restore();
  await world.until(() => shownIn(shown).length > 0, 600_000);
  assert.deepEqual(shownIn(shown), ["all one"]);
});

test("who is called, and asks for the roster before his answer is there, has it all the same", async (t) => {
  const world = await lobbyFor(t);
  const bob = await world.client("bob", { transport: "udp", sessions: { groups: "accept" } });
  const alice = await world.client("alice");
  Object.assign(world.link("bob").weather, { delayMs: 10, jitterMs: 300 });
  for (let group = 0; group < 12; group += 1) {
    const making = alice.createGroup([bob.address], { subject: `${group}` });
    const room = await world.until(making);
    await world.run(20_000);
    const own = bob.rooms.find(({ subject }) => subject === `${group}`);
    assert.equal(own?.members.length, 2, `of group ${group}`);
    room.leave();
    await world.run(60_000);
  }
});

test("who is asked into a group for once while he comes back into it is in it once", async (t) => {
  const world = await lobbyFor(t);
  const accepts = { sessions: { groups: "accept" } } as const;
  const bob = await world.client("bob", accepts);
  const carol = await world.client("carol", accepts);
  const alice = await world.client("alice");
  const room = await world.until(alice.createGroup([bob.address, carol.address]));
  await world.until(() => bob.rooms[0]?.state === "in" && carol.rooms[0]?.state === "in");
  const [own] = bob.rooms;
  world.link("bob").silence();
  await world.restartServer();
  await world.until(() => room.state === "in" && carol.rooms[0]?.state === "in", 600_000);
  world.link("bob").weather.delayMs = 300;
  let asked = false;
  const others: unknown[] = [];
  bob.on("room", (other) => others.push(other));
  bob.on("connection", ({ state }) => {
    if (state !== "online" || asked) return;
    asked = true;
    void room.invite(bob.address);
  });
  world.link("bob").restore();
  await world.until(() => asked && own?.state === "in", 600_000);
  await world.run(60_000);
  assert.deepEqual([others, bob.rooms.length, own?.state], [[], 1, "in"]);
  assert.equal(bob.rooms[0], own);
  assert.deepEqual(namesOf(room).toSorted(), ["alice", "bob", "carol"]);
});

test("what a room is called is known at the next start, before it is reached again", async (t) => {
  const store = new MemoryStore();
  const { world, people } = await inLobby(t, ["alice", "bob"], { clients: { bob: { store } } });
  const [, bob] = people;
  await world.until(() => bob.room.name === "Lobby");
  await world.until(bob.client.close());
  const again = await world.client("bob", { store });
  const [room] = again.rooms;
  assert.deepEqual(
    [room?.state, room?.name, room?.subject, room?.members],
    ["reconnecting", "Lobby", "Anything", []],
  );
});

test("what the user is in no more is remembered, a group made for once with who was in it, until he is in it again", async (t) => {
  const store = new MemoryStore();
  const { world, people } = await inLobby(t, ["alice", "bob", "carol"], {
    clients: { bob: { store } },
  });
  const [alice, bob, carol] = people;
  for (const { client } of [bob, carol])
    client.on("invitation", (invitation) => void invitation.accept());
  const asked = [bob.client.address, carol.client.address];
  const group = await world.until(alice.client.createGroup(asked, { subject: "Lunch" }));
  await world.until(() =>
    bob.client.rooms.some((room) => room.adHoc && namesOf(room).length === 3),
  );
  await world.run(3_000);
  await world.until(alice.room.expel(bob.client.address));
  group.leave();
  carol.client.rooms.find(({ adHoc }) => adHoc)?.leave();
  await world.until(() => bob.client.rooms.length === 0);
  await world.until(bob.client.close());

  const again = await world.client("bob", { store });
  const past = again.pastRooms.map(({ people: others, ...room }) => [
    room.name ?? room.subject,
    room.adHoc,
    room.why,
    ...others.toSorted(),
  ]);
  assert.deepEqual(past, [
    ["Lobby", false, "expelled"],
    ["Lunch", true, "ended", alice.client.address, carol.client.address],
  ]);
  carol.room.leave();
  assert.deepEqual(
    carol.client.pastRooms.map(({ why }) => why),
    ["left", "left"],
  );
  await world.until(carol.client.join(LOBBY));
  assert.deepEqual(
    carol.client.pastRooms.map(({ address }) => address),
    [group.address],
  );
});
