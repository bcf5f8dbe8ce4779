/** What was said is kept, and those who come back get what they have missed, also after a crash. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { memoryStores } from "../../store/index.ts";
import { settled } from "../../testing/clock.ts";
import { type Person, type RoomWishes, RoomWorld } from "../../testing/room-world.ts";

const LOG = { messages: 1_000, seconds: 86_400 };

function keeping(wishes: RoomWishes = {}): RoomWorld {
  return new RoomWorld({ ...wishes, rules: { log: LOG, ...wishes.rules } });
}

/** The server was killed, and started over what was committed. */
function restarted({ stores, random }: RoomWorld): RoomWorld {
  return keeping({ stores: memoryStores({ image: stores.image() }), random });
}

test("who comes back gets what he has missed, in order, and then what is said", async () => {
  const world = keeping();
  const [alice, bob] = [await world.join("alice"), await world.join("bob")];
  await alice.say("one");
  bob.leg.detach();
  for (const text of ["two", "three"]) assert.equal(await alice.say(text), 200);
  const back = await world.attach(bob.member);
  assert.deepEqual(back.texts, ["two", "three"]);
  await alice.say("four");
  assert.deepEqual(back.texts, ["two", "three", "four"]);
  assert.deepEqual([bob.texts, alice.texts], [["one"], []]);
});

test("a device that says only in its answer which one it is gets what it has missed itself, also after a crash", async () => {
  const before = keeping();
  await before.join("alice");
  const phone = await before.attach(before.put("bob"), { away: true, asked: true });
  phone.leg.enter("phone");
  phone.device.greet(phone.leg.leg.uri);
  await settled();

  const after = restarted(before);
  const alice = await after.join("alice");
  const tablet = await after.join("bob", { called: "tablet" });
  assert.equal(await alice.say("one"), 200);
  assert.deepEqual(tablet.texts, ["one"]);
  const back = await after.attach(tablet.member, { called: "phone" });
  assert.deepEqual(back.texts, ["one"]);
});

test("what has gone to him without an answer comes again, under the same Message-ID", async () => {
  const world = keeping();
  const [alice, bob] = [await world.join("alice"), await world.join("bob")];
  bob.device.answer = undefined;
  await alice.say("one");
  bob.leg.detach();
  const back = await world.attach(bob.member);
  assert.deepEqual(back.texts, ["one"]);
  assert.equal(back.last.id, bob.last.id);
});

test("nothing that was private to others is brought to him (IMSpec-MSRP-S-002)", async () => {
  const world = keeping();
  const people = await Promise.all(["alice", "bob", "carol"].map((name) => world.join(name)));
  const [alice, bob, carol] = people;
  bob?.leg.detach();
  carol?.leg.detach();
  await alice?.say("for Carol", { to: ["sip:carol@example.com"] });
  await alice?.say("for both", { to: ["sip:bob@example.com", "sip:carol@example.com"] });
  await alice?.say("for all");
  const texts = async (one: Person | undefined) => one && (await world.attach(one.member)).texts;
  assert.deepEqual(await texts(bob), ["for both", "for all"]);
  assert.deepEqual(await texts(carol), ["for Carol", "for both", "for all"]);
});

test("after a crash of the server nothing that was acknowledged is missing", async () => {
  const before = keeping();
  const [alice, bob] = [await before.join("alice"), await before.join("bob")];
  await alice.say("one");
  await before.clock.pass(6_000); // so often is written how far they are
  bob.device.answer = undefined;
  for (const text of ["two", "three"]) assert.equal(await alice.say(text), 200);

  const after = restarted(before);
  const back = await after.join("bob");
  assert.deepEqual(back.texts, ["two", "three"]);
  const again = await after.join("alice");
  assert.equal(await again.say("four"), 200);
  assert.deepEqual(back.texts, ["two", "three", "four"]);
  assert.deepEqual(again.texts, []);
});

test("what is said again after the crash is known by its imdn.Message-ID, and heard once", async () => {
  const before = keeping();
  const alice = await before.join("alice");
  await before.join("bob");
  const headers = ["NS: imdn <urn:ietf:params:imdn>", "imdn.Message-ID: i1"];
  await alice.say("hello", { headers });
  const after = restarted(before);
  const [again, back] = [await after.join("alice"), await after.join("bob")];
  assert.equal(await again.say("hello", { headers }), 200);
  assert.deepEqual(back.texts, ["hello"]);
});

test("nobody is told 200 before the message is safe, and what is not is heard by nobody", async () => {
  let commit: (() => void) | undefined;
  let mood: "quick" | "slow" | "broken" = "quick";
  const disk = {
    commit: () => {
      if (mood === "quick") return undefined;
      if (mood === "broken") throw new Error("no room");
      return new Promise<void>((resolve) => {
        commit = resolve;
      });
    },
  };
  const world = keeping({ stores: memoryStores({ disk }) });
  const [alice, bob] = [await world.join("alice"), await world.join("bob")];
  mood = "slow";
  const id = alice.device.say(alice.leg.leg.uri, alice.envelope("one"), { type: "message/cpim" });
  await settled();
  assert.equal(alice.statusOf(id), undefined);
  assert.deepEqual(bob.texts, []);
  commit?.();
  await settled();
  assert.equal(alice.statusOf(id), 200);
  assert.deepEqual(bob.texts, ["one"]);
  mood = "broken";
  assert.equal(await alice.say("two"), 408);
  assert.deepEqual(bob.texts, ["one"]);
});

test("a device that says where it is gets what came since, its own included", async () => {
  const world = keeping();
  const [alice, bob] = [await world.join("alice"), await world.join("bob")];
  for (const text of ["one", "two", "three"]) await alice.say(text);
  await bob.say("four");
  const since = bob.heard[0]?.id;
  assert.ok(since);
  const laptop = await world.attach(bob.member, { since });
  assert.deepEqual(laptop.texts, ["two", "three", "four"]);
  const phone = await world.attach(bob.member, { since: "2" });
  assert.deepEqual(phone.texts, ["three", "four"]);
  const stranger = await world.attach(bob.member, { since: "never heard of" });
  assert.deepEqual(stranger.texts, []); // he has had everything
});

test("who has left for good has missed nothing, who was lost has", async () => {
  const world = keeping();
  const [alice, bob] = [await world.join("alice"), await world.join("bob")];
  world.room.remove("bob", true);
  await alice.say("one");
  const lost = await world.join("bob");
  assert.deepEqual(lost.texts, ["one"]);
  world.room.remove("bob");
  await alice.say("two");
  const left = await world.join("bob");
  assert.deepEqual(left.texts, []);
  assert.deepEqual(bob.texts, []);
});

test("a thousand messages come page by page, and what is said meanwhile behind them", async () => {
  const world = keeping({ limits: { pageMessages: 16, queueMessages: 40 } });
  const [alice, bob] = [await world.join("alice"), await world.join("bob")];
  bob.leg.detach();
  const said = Array.from({ length: 300 }, (_, at) => `${at}`);
  for (const text of said.slice(0, 200)) await alice.say(text);
  const joining = world.attach(bob.member);
  for (const text of said.slice(200)) await alice.say(text);
  const back = await joining;
  await settled();
  await world.clock.pass(10);
  assert.deepEqual(back.texts, said);
  assert.deepEqual(world.failures, []);
});

test("what is older than is kept is gone", async () => {
  const world = keeping({ rules: { log: { messages: 64, seconds: 100 } } });
  const [alice, bob] = [await world.join("alice"), await world.join("bob")];
  bob.leg.detach();
  for (let at = 1; at <= 128; at += 1) await alice.say(`${at}`);
  const back = await world.attach(bob.member);
  assert.equal(back.texts[0], "65");
  back.leg.detach();
  await world.clock.pass(200_000);
  for (let at = 129; at <= 192; at += 1) await alice.say(`${at}`);
  const again = await world.attach(bob.member);
  assert.equal(again.texts[0], "129");
});

test("a device that is away for a while reads what it has missed, and is not cut off for it", async () => {
  const world = keeping({ limits: { queueMessages: 5 } });
  const [alice, bob] = [await world.join("alice"), await world.join("bob")];
  bob.device.end.cut();
  const said = Array.from({ length: 20 }, (_, at) => `${at}`);
  for (const text of said) await alice.say(text);
  assert.deepEqual(world.failures, []);
  bob.device.connect(world.hub.taken.bind(world.hub)).greet(bob.leg.leg.uri);
  await settled();
  await world.clock.pass(10);
  assert.deepEqual(bob.texts, said);
});

test("what the room says itself, and that somebody writes, is not kept", async () => {
  const world = keeping();
  const [alice, bob] = [await world.join("alice"), await world.join("bob")];
  bob.leg.detach();
  world.room.announce("Welcome");
  await alice.say("<isComposing/>", { type: "application/im-iscomposing+xml" });
  await alice.say("hello");
  assert.deepEqual((await world.attach(bob.member)).texts, ["hello"]);
});

test("a room without a log writes nothing", async () => {
  const world = new RoomWorld();
  const [alice, bob] = [await world.join("alice"), await world.join("bob")];
  await alice.say("one");
  bob.leg.detach();
  await alice.say("two");
  assert.deepEqual((await world.attach(bob.member)).texts, []);
  world.rooms.stop();
  assert.deepEqual(world.stores.image().rooms, []);
});

test("a message of a megabyte is kept and comes in pieces", async () => {
  const world = keeping();
  const [alice, bob] = [await world.join("alice"), await world.join("bob")];
  bob.leg.detach();
  const text = "x".repeat(200_000);
  const body = new TextEncoder().encode(alice.envelope(text));
  for (let at = 0; at < body.length; at += 60_000) {
    const piece = body.subarray(at, at + 60_000);
    const range = `${at + 1}-${at + piece.length}/${body.length}`;
    const flag = at + 60_000 >= body.length ? "$" : "+";
    assert.equal(await alice.send(piece, { range, flag, messageId: "m1" }), 200);
  }
  const back = await world.attach(bob.member);
  await world.clock.pass(10);
  assert.deepEqual(back.texts, [text]);
});

test("a device that was away while another one of its member was here gets what it has missed, also what that one said", async () => {
  const world = keeping();
  const alice = await world.join("alice");
  const laptop = await world.join("bob", { called: "laptop" });
  const phone = await world.attach(laptop.member, { called: "phone" });
  await alice.say("one");
  phone.leg.detach();
  await alice.say("two");
  await laptop.say("three, from my laptop");
  const back = await world.attach(laptop.member, { called: "phone" });
  await alice.say("four");
  assert.deepEqual(back.texts, ["two", "three, from my laptop", "four"]);
  assert.deepEqual(laptop.texts, ["one", "two", "four"]);
});

test("of one member so many devices have places of their own: the one that has read least gives way, and none that is here", async () => {
  const world = keeping({ limits: { logDevices: 3 } });
  const alice = await world.join("alice");
  const here = await world.join("bob", { called: "laptop" });
  const attach = (called: string) => world.attach(here.member, { called });
  for (const name of ["a", "b", "c", "d"]) {
    const device = await attach(name);
    await alice.say(`${name} is here`);
    device.leg.detach();
  }
  assert.deepEqual(world.hits.limits, ["roomLogDevices", "roomLogDevices"]);
  await alice.say("who is back?");
  const back = { d: ["who is back?"], c: ["d is here", "who is back?"], a: [] };
  for (const [name, missed] of Object.entries(back)) {
    const device = await attach(name); // of the first another one of his is here, and has had it
    assert.deepEqual(device.texts, missed);
    device.leg.detach();
  }
  await alice.say("all have been here");
  assert.equal(here.texts.length, 6);
  const kept = world.stores.image().rooms[0]?.cursors ?? [];
  assert.equal(kept.filter(({ member }) => member.startsWith("bob ")).length, 3);
});

test("so it is after a crash, and what a device has said itself does not come back to it", async () => {
  const before = keeping();
  const alice = await before.join("alice");
  const laptop = await before.join("bob", { called: "laptop" });
  const phone = await before.attach(laptop.member, { called: "phone" });
  await alice.say("one");
  await before.clock.pass(6_000);
  phone.leg.detach();
  await alice.say("two");
  await before.clock.pass(6_000);
  const world = restarted(before);
  const bob = await world.join("bob", { called: "laptop" });
  const again = await world.attach(bob.member, { called: "phone" });
  await again.say("three, from my phone");
  await settled();
  assert.deepEqual([bob.texts, again.texts], [["three, from my phone"], ["two"]]);
});

test("a device that has left for good has missed nothing when it comes again", async () => {
  const world = keeping();
  const alice = await world.join("alice");
  const laptop = await world.join("bob", { called: "laptop" });
  const phone = await world.attach(laptop.member, { called: "phone" });
  await alice.say("one");
  phone.leg.detach(false);
  await alice.say("two");
  const back = await world.attach(laptop.member, { called: "phone" });
  assert.deepEqual(back.texts, []);
  const replacing = await world.attach(laptop.member, { called: "laptop" });
  laptop.leg.detach(false); // its place has been taken
  await alice.say("three");
  replacing.leg.detach();
  await alice.say("four");
  const third = await world.attach(laptop.member, { called: "laptop" });
  assert.deepEqual([replacing.texts, third.texts], [["three"], ["four"]]);
});

test("who is asked to come, and comes later, gets nothing of what was said before, also when the server crashed while it rang", async () => {
  const before = keeping();
  const alice = await before.join("alice");
  await before.attach(before.put("bob"), { away: true, asked: true });
  assert.equal(await alice.say("one"), 200);
  const after = restarted(before);
  const again = await after.join("alice");
  assert.equal(await again.say("two"), 200);
  const late = await after.join("bob");
  assert.deepEqual(late.texts, []);

  const asked = await after.attach(after.put("carol"), { asked: true }); // heard of before its answer
  await after.clock.pass(6_000);
  asked.leg.detach();
  after.room.remove("carol");
  assert.equal(await again.say("three"), 200);
  const back = await after.join("carol");
  assert.deepEqual([asked.texts, back.texts], [[], []]);
});

test("who was lost in one session, and is asked in vain to come to the next one, gets what he has missed of both", async () => {
  const before = keeping();
  const alice = await before.join("alice");
  const bob = await before.join("bob");
  assert.equal(await alice.say("one"), 200);
  bob.leg.detach();
  assert.equal(await alice.say("two"), 200);
  before.room.close();

  const next = restarted(before);
  const again = await next.join("alice");
  const asked = await next.attach(next.put("bob"), { away: true, asked: true });
  assert.equal(await again.say("three"), 200);
  asked.leg.detach();
  next.room.remove("bob");
  assert.equal(await again.say("four"), 200);
  const back = await next.join("bob");
  assert.deepEqual([bob.texts, back.texts], [["one"], ["two", "three", "four"]]);
});

test("a device that was lost gets what it has missed, also when another one of its member has left meanwhile", async () => {
  const world = keeping();
  const alice = await world.join("alice");
  const laptop = await world.join("bob", { called: "laptop" });
  const phone = await world.attach(laptop.member, { called: "phone" });
  await alice.say("one");
  phone.leg.detach();
  await alice.say("two");
  laptop.leg.detach(false);
  world.room.remove("bob");
  await alice.say("three");
  const back = await world.join("bob", { called: "phone" });
  const anew = await world.attach(back.member, { called: "laptop" });
  await alice.say("four");
  assert.deepEqual(back.texts, ["two", "three", "four"]);
  assert.deepEqual([laptop.texts, anew.texts], [["one", "two"], ["four"]]);
});

test("who is sent away has missed nothing on any device", async () => {
  const world = keeping();
  const alice = await world.join("alice");
  const laptop = await world.join("bob", { called: "laptop" });
  const phone = await world.attach(laptop.member, { called: "phone" });
  phone.leg.detach();
  laptop.leg.detach(false);
  world.room.forget("bob");
  await alice.say("one");
  const back = await world.join("bob", { called: "phone" });
  assert.deepEqual(back.texts, []);
});
