/** Who says too much, who hears too slowly, what is too large. Clause 8.2, 8.3; RFC 7701 §6.4 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { concatBytes, utf8Bytes } from "@parlance/wire";
import { settled } from "../../testing/clock.ts";
import { sameOctets } from "../../testing/octets.ts";
import { type Person, RoomWorld } from "../../testing/room-world.ts";

test("what is said faster than allowed is refused with 403 and counted, and later there is room again", async () => {
  const world = new RoomWorld({ rates: { perSecond: 10, burst: 3 } });
  const [alice, bob] = [await world.join("alice"), await world.join("bob")];
  for (const status of [200, 200, 200, 403, 403]) assert.equal(await alice.say("x"), status);
  assert.equal(await bob.say("y"), 200);
  assert.deepEqual(world.hits.limits, ["roomMessagesPerSecond", "roomMessagesPerSecond"]);
  await world.clock.pass(100);
  assert.deepEqual([await alice.say("x"), await alice.say("x")], [200, 403]);
});

test("all together may say so much and no more", async () => {
  const world = new RoomWorld({ rates: { roomPerSecond: 10, roomBurst: 3 } });
  const [alice, bob] = [await world.join("alice"), await world.join("bob")];
  assert.deepEqual(
    [await alice.say("x"), await bob.say("x"), await alice.say("x")],
    [200, 200, 200],
  );
  assert.deepEqual([await alice.say("x"), await bob.say("x")], [403, 403]);
  assert.deepEqual(world.hits.limits, ["roomTrafficPerSecond", "roomTrafficPerSecond"]);
  const receipt = { type: "message/imdn+xml", to: [bob.entity] };
  assert.equal(await alice.say("<imdn/>", receipt), 200); // as many as there are messages
});

test("a device that goes on all the same is cut off", async () => {
  const world = new RoomWorld({ rates: { perSecond: 1, burst: 1 }, limits: { refusals: 5 } });
  const alice = await world.join("alice");
  for (let time = 0; time < 6; time += 1) await alice.say("x");
  assert.deepEqual(world.failures, []);
  await alice.say("x");
  assert.deepEqual(world.failures, ["alice flood"]);
  assert.equal(await alice.say("x"), 481);
});

test("a device that reads nothing is cut off when its queue is full, and holds up nobody", async () => {
  const world = new RoomWorld({ limits: { queueMessages: 10 } });
  const [alice, bob, carol] = [
    await world.join("alice"),
    await world.join("bob"),
    await world.join("carol"),
  ];
  bob.device.end.stalled = true;
  const large = "x".repeat(10_000);
  for (let time = 0; time < 17; time += 1) assert.equal(await alice.say(large), 200);
  assert.deepEqual(world.failures, []);
  for (let time = 0; time < 3; time += 1) assert.equal(await alice.say(large), 200);
  assert.deepEqual(world.failures, ["bob too slow"]);
  assert.equal(carol.texts.length, 20);
});

test("a device that reads slowly gets everything, in order", async () => {
  const world = new RoomWorld();
  const [alice, bob] = [await world.join("alice"), await world.join("bob")];
  bob.device.end.stalled = true;
  const said = Array.from({ length: 100 }, (_, at) => `${at} ${"x".repeat(3_000)}`);
  for (const text of said) await alice.say(text);
  assert.deepEqual(bob.texts, []);
  bob.device.end.flow();
  await settled();
  await world.clock.pass(1_000);
  assert.deepEqual(bob.texts, said);
});

test("a device whose connection is lost and comes back gets what it has not answered", async () => {
  const world = new RoomWorld();
  const [alice, bob] = [await world.join("alice"), await world.join("bob")];
  bob.device.answer = undefined;
  await alice.say("one");
  bob.device.end.cut();
  await alice.say("two");
  bob.device.answer = 200;
  bob.device.connect(world.hub.taken.bind(world.hub)).greet(bob.leg.leg.uri);
  await settled();
  const ids = bob.device.requests.map(({ messageId }) => messageId);
  assert.equal(ids.length, 3);
  assert.equal(ids[0], ids[1]); // that is how it knows the double
  assert.equal(bob.texts.at(-1), "two");
});

test("a device that does not come back is given up", async () => {
  const world = new RoomWorld();
  const [alice, bob] = [await world.join("alice"), await world.join("bob")];
  await world.join("dave", { away: true });
  bob.device.end.cut();
  await alice.say("are you there?");
  await world.clock.pass(33_000);
  assert.deepEqual(world.failures.toSorted(), ["bob connection lost", "dave no connection"]);
});

/** Sends in chunks of this size what is then heard in others. */
async function sendInChunks(from: Person, body: Uint8Array, size: number, messageId: string) {
  const statuses: (number | undefined)[] = [];
  for (let at = 0; at < body.length; at += size) {
    const piece = body.subarray(at, at + size);
    const range = `${at + 1}-${at + piece.length}/${body.length}`;
    const flag = at + size >= body.length ? "$" : "+";
    statuses.push(await from.send(piece, { range, flag, messageId }));
  }
  return statuses;
}

function picture(bytes: number): Uint8Array {
  return Uint8Array.from({ length: bytes }, (_, at) => (at * 7) % 251);
}

test("however it is cut, a message is heard whole, its Byte-Range grown with its envelope", async () => {
  for (const size of [1, 30, 70, 110, 1_000]) {
    const world = new RoomWorld();
    const [alice, bob] = [await world.join("alice"), await world.join("bob")];
    const body = utf8Bytes(alice.envelope("Hello all".repeat(20)));
    const statuses = await sendInChunks(alice, body, size, "m1");
    assert.deepEqual(new Set(statuses), new Set([200]));
    assert.deepEqual(bob.texts, ["Hello all".repeat(20)]);
    const octets = bob.device.octetsOf(bob.last.id).length;
    assert.equal(bob.last.request.byteRange, `1-${octets}/${octets}`);
    assert.ok(octets > body.length);
  }
});

test("a refusal on the first chunk is the answer to all that follow", async () => {
  const world = new RoomWorld();
  const [alice, bob] = [await world.join("alice"), await world.join("bob")];
  const body = utf8Bytes(alice.envelope("x".repeat(3_000), { from: "sip:bob@example.com" }));
  assert.deepEqual(await sendInChunks(alice, body, 1_000, "m1"), [403, 403, 403, 403]);
  assert.deepEqual(bob.device.requests, []);
});

/** The first part of a message that goes on. */
function begin(from: Person, bytes: number, messageId: string): Promise<number | undefined> {
  const more = { messageId, range: "1-*/60000", flag: "+" } as const;
  return from.send(from.envelope("x".repeat(bytes)), more);
}

test("all messages that are not whole may hold so much and no more, and give it back", async () => {
  const world = new RoomWorld({ limits: { allGatheredBytes: 5_000 } });
  const [alice, bob] = [await world.join("alice"), await world.join("bob")];
  assert.equal(await begin(alice, 3_000, "m1"), 200);
  assert.equal(await begin(bob, 3_000, "m2"), 413);
  assert.deepEqual(world.hits.limits, ["roomGatheredBytes"]);
  alice.leg.detach();
  assert.equal(await begin(bob, 3_000, "m3"), 200);
  await world.clock.pass(61_000); // nothing more of it comes
  assert.equal(await bob.say("x".repeat(4_000)), 200);
});

test("what is larger than is gathered goes on while it comes, to those who were there at its start", async () => {
  const world = new RoomWorld({ rules: { maxBytes: 10_000_000 } });
  const [alice, bob] = [await world.join("alice"), await world.join("bob")];
  const content = picture(300_000);
  const head = alice.envelope("", { type: "image/png" });
  const body = concatBytes(utf8Bytes(head), content);
  const half = body.subarray(0, 150_000);
  const range = (from: number, to: number) => `${from}-${to}/${body.length}`;
  await sendInChunks2(alice, half, range);
  const soFar = bob.device.requests.length;
  assert.ok(soFar > 1);
  const carol = await world.join("carol");
  const rest = body.subarray(150_000);
  assert.equal(
    await alice.send(rest, { range: range(150_001, body.length), messageId: "m1", flag: "$" }),
    200,
  );
  sameOctets(bob.last.cpim.content, content);
  const { length } = bob.device.octetsOf(bob.last.id);
  assert.ok(bob.last.request.byteRange?.endsWith(`/${length}`));
  assert.deepEqual(carol.texts, []);
});

async function sendInChunks2(
  alice: Person,
  half: Uint8Array,
  range: (from: number, to: number) => string,
): Promise<void> {
  for (let at = 0; at < half.length; at += 50_000) {
    const piece = half.subarray(at, at + 50_000);
    const more = { range: range(at + 1, at + piece.length), messageId: "m1", flag: "+" } as const;
    assert.equal(await alice.send(piece, more), 200);
  }
}

test("a slow device loses a large message, not its place; small ones overtake it", async () => {
  const world = new RoomWorld({
    rules: { maxBytes: 10_000_000 },
    limits: { streamBytes: 150_000 },
  });
  const [alice, bob, carol] = [
    await world.join("alice"),
    await world.join("bob"),
    await world.join("carol"),
  ];
  bob.device.end.stalled = true;
  const body = concatBytes(utf8Bytes(alice.envelope("")), picture(500_000));
  const statuses = await sendInChunks(alice, body, 50_000, "m1");
  assert.deepEqual(new Set(statuses), new Set([200]));
  sameOctets(carol.last.cpim.content, picture(500_000));
  await alice.say("hello");
  bob.device.end.flow();
  await settled();
  await world.clock.pass(100);
  assert.deepEqual(bob.texts, ["hello"]);
  assert.equal(bob.device.requests.filter(({ flag }) => flag === "#").length, 1);
  assert.deepEqual(world.failures, []);
});

test("when nobody reads, whoever sends much is not read either", async () => {
  const world = new RoomWorld({
    rules: { maxBytes: 10_000_000 },
    limits: { streamBytes: 200_000 },
  });
  const [alice, bob] = [await world.join("alice"), await world.join("bob")];
  bob.device.end.stalled = true;
  const body = concatBytes(utf8Bytes(alice.envelope("")), picture(300_000));
  for (let at = 0; at < 200_000; at += 50_000) {
    const piece = body.subarray(at, at + 50_000);
    const range = `${at + 1}-${at + piece.length}/${body.length}`;
    await alice.send(piece, { range, flag: "+", messageId: "m1" });
  }
  assert.equal(alice.device.end.paused, true);
  bob.device.end.flow();
  await settled();
  await world.clock.pass(100);
  assert.equal(alice.device.end.paused, false);
});

test("over a WebSocket each frame is a message of its own", async () => {
  const world = new RoomWorld();
  const [alice, bob] = [await world.join("alice"), await world.join("bob", { transport: "ws" })];
  await Promise.all(["one", "two", "three"].map((text) => alice.say(text)));
  assert.deepEqual(bob.texts, ["one", "two", "three"]);
});

test("what a sender says again under the same id is answered, and heard once", async () => {
  const world = new RoomWorld();
  const alice = await world.join("alice");
  const bob = await world.join("bob");
  const headers = ["NS: imdn <urn:ietf:params:imdn>", "imdn.Message-ID: i1"];
  assert.equal(await alice.say("hello", { messageId: "m1" }), 200);
  assert.equal(await alice.say("hello", { messageId: "m1" }), 200);
  assert.equal(await alice.say("dear all", { headers }), 200);
  const phone = await world.join("alice");
  assert.equal(await phone.say("dear all", { headers }), 200);
  assert.equal(await phone.say("another", { messageId: "m1" }), 200); // of another session
  assert.deepEqual(bob.texts, ["hello", "dear all", "another"]);
});
