/** What a sender hears of what has become of a message. Clause 5.7, 8.7; RFC 4975 §7.1.2 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { settled } from "../../testing/clock.ts";
import { type Person, POOL, RoomWorld } from "../../testing/room-world.ts";

const WANTED = { successReport: "yes", messageId: "m1" };

/** Says by a REPORT what became of the last message. */
function report(person: Person, status = "000 200 OK", range?: string): void {
  const { id, request } = person.last;
  const said = range ?? request.byteRange?.replace("*", request.byteRange.split("/")[1] ?? "");
  person.device.report(person.leg.leg.uri, id, said ?? "", status);
}

test("one report when all devices have reported", async () => {
  const world = new RoomWorld();
  const alice = await world.join("alice");
  const [bob, carol] = [await world.join("bob"), await world.join("carol")];
  await world.join("alice"); // her other device counts for nothing
  await alice.say("Hello all", WANTED);
  assert.equal(bob.last.request.successReport, "yes");
  report(bob);
  report(bob);
  assert.deepEqual(alice.reports, []);
  report(carol);
  assert.deepEqual(alice.reports, ["m1 200"]);
  const [told] = alice.device.requests.filter(({ method }) => method === "REPORT");
  assert.match(told?.byteRange ?? "", /^1-(\d+)\/\1$/);
  report(carol);
  assert.equal(alice.reports.length, 1);
});

test("a report on parts is one when they are the whole", async () => {
  const world = new RoomWorld();
  const [alice, bob] = [await world.join("alice"), await world.join("bob")];
  await alice.say("x".repeat(100), WANTED);
  const total = Number(bob.last.request.byteRange?.split("/")[1]);
  report(bob, undefined, `101-${total}/${total}`);
  assert.deepEqual(alice.reports, []);
  report(bob, undefined, `1-100/${total}`);
  assert.deepEqual(alice.reports, ["m1 200"]);
});

test("the first failure is told, but only when everybody else has had his say", async () => {
  const world = new RoomWorld();
  const alice = await world.join("alice");
  const [bob, carol] = [await world.join("bob"), await world.join("carol")];
  await world.join("dave", { device: { types: ["text/html"] } });
  bob.device.answer = 413;
  await alice.say("Hello all", WANTED);
  assert.deepEqual(alice.reports, []);
  report(carol);
  assert.deepEqual(alice.reports, ["m1 415"]); // Dave's device never took text/plain
});

test("of whom nothing is heard for T-report-switch nobody knows: 408", async () => {
  const world = new RoomWorld();
  const [alice, bob] = [await world.join("alice"), await world.join("bob")];
  await world.join("carol");
  await alice.say("Hello all", WANTED);
  report(bob);
  await world.clock.pass(44_000);
  assert.deepEqual(alice.reports, []);
  await world.clock.pass(2_000);
  assert.deepEqual(alice.reports, ["m1 408"]);
});

test("who is on his way in reports when he has it, and who goes before that is not waited for", async () => {
  const world = new RoomWorld({ rules: { log: { messages: 100, seconds: 3_600 } } });
  const [alice, bob] = [await world.join("alice"), await world.join("bob")];
  const carol = await world.join("carol", { away: true });
  const dave = await world.join("dave", { away: true });
  await alice.say("Hello all", WANTED);
  report(bob);
  assert.deepEqual(alice.reports, []);
  carol.device.greet(carol.leg.leg.uri);
  await settled();
  assert.equal(carol.last.request.successReport, "yes");
  report(carol);
  assert.deepEqual(alice.reports, []);
  dave.leg.detach();
  assert.deepEqual(alice.reports, ["m1 200"]);
});

test("of those who are on their way in nobody hears that they failed, and where there is nobody else nothing is told", async () => {
  const world = new RoomWorld({ rules: { log: { messages: 100, seconds: 3_600 } } });
  const alice = await world.join("alice");
  const bob = await world.join("bob", { away: true });
  await alice.say("Hello?", WANTED);
  bob.leg.detach();
  await alice.say("Hello all", { ...WANTED, messageId: "m2" });
  await world.join("carol", { away: true });
  await alice.say("Hello again", { ...WANTED, messageId: "m3" });
  await world.clock.pass(50_000);
  assert.deepEqual(alice.reports, []);
});

test("as soon as the room has it, where the room is to report like that (RFC 7701 §6.3)", async () => {
  const world = new RoomWorld({ rules: { reports: "relay" } });
  const [alice, bob] = [await world.join("alice"), await world.join("bob")];
  await alice.say("Hello all", WANTED);
  assert.deepEqual(alice.reports, ["m1 200"]);
  report(bob, "000 413 Stop");
  assert.equal(alice.reports.length, 1);
});

test("without a wish for success a failure is told when it has reached nobody at all", async () => {
  const world = new RoomWorld();
  const alice = await world.join("alice");
  const [bob, carol] = [await world.join("bob"), await world.join("carol")];
  bob.device.answer = 413;
  await alice.say("one", { messageId: "one" });
  assert.deepEqual(alice.reports, []);
  carol.device.answer = 415;
  await alice.say("two", { messageId: "two" });
  assert.deepEqual(alice.reports, ["two 413"]);
  await alice.say("three", { messageId: "three", failureReport: "no" });
  assert.equal(alice.reports.length, 1);
});

test("three failures in a row end it for a device, a success between them does not", async () => {
  const world = new RoomWorld();
  const [alice, bob, carol] = [
    await world.join("alice"),
    await world.join("bob"),
    await world.join("carol"),
  ];
  for (const answer of [400, 400, 200, 400, 415, 413, 415, 400]) {
    bob.device.answer = answer;
    await alice.say("hello");
  }
  assert.deepEqual(world.failures, []);
  bob.device.answer = 400;
  await alice.say("hello");
  assert.deepEqual(world.failures, ["bob not answering"]);
  await alice.say("goodbye");
  assert.deepEqual([bob.texts.length, carol.texts.length], [9, 10]);
});

test("a device that never answers is given up as well", async () => {
  const world = new RoomWorld();
  const [alice, bob] = [await world.join("alice"), await world.join("bob")];
  bob.device.answer = undefined;
  for (const text of ["one", "two", "three"]) await alice.say(text, { messageId: text });
  await world.clock.pass(31_000);
  assert.deepEqual(world.failures, ["bob not answering"]);
  assert.deepEqual(alice.reports, ["one 408", "two 408", "three 408"]);
});

test("reports on what nobody has said are dropped, and those awaited are so many at most", async () => {
  const world = new RoomWorld({ limits: { awaitedReports: 2 } });
  const [alice, bob] = [await world.join("alice"), await world.join("bob")];
  bob.device.report(bob.leg.leg.uri, "never said", "1-5/5");
  for (const messageId of ["one", "two", "three"]) await alice.say("x", { ...WANTED, messageId });
  assert.deepEqual(alice.reports, ["one 408"]);
  report(bob);
  assert.deepEqual(alice.reports, ["one 408", "three 200"]);
});

test("where nobody else is, nobody has had it: no report", async () => {
  const world = new RoomWorld();
  const alice = await world.join("alice");
  await world.join("alice");
  assert.equal(await alice.say("is anybody there?", { ...WANTED, to: [POOL] }), 200);
  await world.clock.pass(60_000);
  assert.deepEqual(alice.reports, []);
});
