/** What the server tells of itself to whoever traces a user: the wire, and why it did what it did. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { utf8TextLossy } from "@parlance/wire";
import type { ServerConfig } from "./config.ts";
import { World } from "./core/world.test.ts";
import { inSession } from "./session-world.test.ts";
import { PushProvider } from "./testing/push-provider.ts";
import {
  formatHep,
  formatPcap,
  fullText,
  ladderLine,
  queryTrace,
  stepOf,
  TraceFeed,
  type TraceStep,
} from "./trace/index.ts";

const EVERYBODY: Partial<ServerConfig> = { trace: { everybody: true } };
const SHOWN = { text: false, mostBytes: 65_536 };
const MINUTE = 60_000;

async function pair(config: Partial<ServerConfig> = {}) {
  const world = await World.open(config);
  const [alice, bob] = [world.phone("alice"), world.phone("bob")];
  for (const phone of [alice, bob]) await phone.register();
  return { world, alice, bob };
}

function stepsOf({ server }: World, question = {}): readonly TraceStep[] {
  return queryTrace(server.trace.ring, question).map((outline) => stepOf(outline, SHOWN));
}

function titles(steps: readonly TraceStep[], protocol: string): readonly string[] {
  return steps.filter((step) => step.protocol === protocol).map(({ title }) => title);
}

test("nobody is traced until somebody says so, and nothing is kept then", async () => {
  const { world, alice, bob } = await pair();
  await alice.message(bob.address, "hello");
  assert.equal(world.server.trace.on, false);
  assert.deepEqual(world.server.trace.ring.counts, { kept: 0, seen: 0 });
});

test("the way of a message is told: who it is from, which function took it, where it goes", async () => {
  const { world, alice, bob } = await pair(EVERYBODY);
  await alice.message(bob.address, "hello");
  const told = titles(stepsOf(world), "decision");
  const from = told.lastIndexOf("guard: this is sip:alice@parlance.test");
  assert.deepEqual(
    told.slice(from + 1, from + 3).map((text) => text.replace(/ sip:bob@.*/, "")),
    ["originating function: lets it pass", "terminating function: goes to"],
  );
});

test("a refusal names its check and the clause that the check is from (IM-8.1.1-01)", async () => {
  const world = await World.open(EVERYBODY);
  const alice = world.phone("alice", { plain: true });
  await alice.register();
  await alice.message("sip:bob@parlance.test", "hello");
  await alice.message("sip:nobody@parlance.test", "hello", (edit) =>
    edit.setText("Accept-Contact", "*;+g.oma.sip-im"),
  );
  const refused = stepsOf(world).filter(({ title }) => title.startsWith("refused: "));
  assert.deepEqual(
    refused.map(({ title, clause }) => [title, clause]),
    [
      ["refused: 403 no feature tag: IM feature tag missing", "IM-8.1.1-01"],
      ["refused: 404 no such user", "RFC 3261 §21.4.5"],
    ],
  );
});

test("a note stands by the request that it is about", async () => {
  const { world, alice, bob } = await pair(EVERYBODY);
  await alice.message(bob.address, "hello");
  const steps = stepsOf(world);
  const message = steps.find(({ method, direction }) => method === "MESSAGE" && direction === "in");
  const notes = steps.filter(({ form, callId }) => form === "note" && callId === message?.callId);
  assert.ok(notes.length >= 3);
  assert.ok(notes.every(({ exchange }) => exchange === message?.exchange));
});

test("a message for somebody who is away is told to be kept by deferred messaging", async () => {
  const { world, alice } = await pair(EVERYBODY);
  await alice.message("sip:carol@parlance.test", "for later");
  const told = titles(stepsOf(world, { user: "sip:carol@parlance.test" }), "decision");
  const why = "sip:carol@parlance.test has no device here that takes it";
  assert.ok(told.includes(`terminating function: keeps it until the user is there: ${why}`));
  assert.ok(told.some((title) => title.startsWith("deferred messaging: takes MESSAGE")));
});

test("frames of both legs of a session stand beside its SIP, under the calls that agreed on them", async () => {
  const { world, alice, bob } = await inSession(EVERYBODY);
  alice.device.say(alice.peerPath, "hello");
  const steps = stepsOf(world, { user: "sip:alice@parlance.test" });
  const sends = steps.filter(({ method, protocol }) => protocol === "msrp" && method === "SEND");
  const [inward, outward] = sends.filter(({ bytes, mediaType }) => bytes > 0 && mediaType);
  assert.deepEqual([inward?.direction, outward?.direction], ["in", "out"]);
  assert.equal(inward?.messageIds[0], outward?.messageIds[0]);
  assert.notEqual(inward?.flow, outward?.flow);
  const described = steps.filter(({ carries }) => carries.includes("sdp"));
  const named = new Set(described.flatMap(({ sessions }) => sessions));
  for (const id of [...(inward?.sessions ?? []), ...(outward?.sessions ?? [])])
    assert.ok(named.has(id));
  assert.equal(bob.device.texts[0], "hello");
});

test("what people wrote is blacked out in its length unless it is asked for", async () => {
  const { world, alice } = await inSession(EVERYBODY);
  const other = world.phone("alice");
  await other.register();
  await other.message("sip:carol@parlance.test", "a secret");
  alice.device.say(alice.peerPath, "a secret");
  const outlines = queryTrace(world.server.trace.ring, {});
  const seen = (text: boolean) =>
    outlines.map((outline) => stepOf(outline, { ...SHOWN, text }).text).join("\n");
  assert.doesNotMatch(seen(false), /a secret/);
  assert.match(seen(false), /^x{8}$/m);
  assert.equal(seen(true).match(/a secret/g)?.length, 3); // in, and in and out
});

test("one user is traced with all that belongs to his conversations, for as long as was said", async () => {
  const { world, alice, bob } = await pair();
  const { trace } = world.server;
  const [carol, dave] = [world.phone("carol"), world.phone("dave")];
  for (const phone of [carol, dave]) await phone.register();
  assert.equal(trace.watch("sip:bob@parlance.test", MINUTE), "watched");
  await alice.message(bob.address, "of bob");
  await carol.message(dave.address, "not of bob");
  const users = new Set(stepsOf(world).flatMap((step) => step.users));
  assert.ok(users.has("sip:bob@parlance.test"));
  assert.ok(!users.has("sip:dave@parlance.test"));
  await world.clock.pass(MINUTE);
  assert.equal(trace.on, false);
  const { seen } = trace.ring.counts;
  await alice.message(bob.address, "later");
  assert.equal(trace.ring.counts.seen, seen);
});

test("no more users are traced than the bound says, and the same one again is no other", async () => {
  const world = await World.open({ limits: { tracedUsers: 1 } });
  const { trace } = world.server;
  assert.equal(trace.watch("sip:alice@parlance.test", MINUTE), "watched");
  assert.equal(trace.watch("sip:bob@parlance.test", MINUTE), "too many");
  assert.equal(trace.watch("sip:alice@parlance.test", 2 * MINUTE), "watched");
  await world.clock.pass(MINUTE);
  assert.equal(trace.on, true);
  assert.equal(trace.unwatch("sip:alice@parlance.test"), true);
  assert.equal(trace.unwatch("sip:alice@parlance.test"), false);
});

test("a timer that fires is told beside the request that goes out again (RFC 3261 §17.1.2.2)", async () => {
  const world = await World.open(EVERYBODY);
  const [alice, bob] = [world.phone("alice"), world.phone("bob", { transport: "UDP" })];
  for (const phone of [alice, bob]) await phone.register();
  bob.serve = () => {};
  const sent = alice.message(bob.address, "hello?");
  await world.clock.pass(1_200);
  const steps = stepsOf(world);
  assert.ok(titles(steps, "timer").includes("timer E: MESSAGE goes out again"));
  const out = steps.filter(({ method, direction }) => method === "MESSAGE" && direction === "out");
  assert.ok(out.length > 1);
  assert.equal(new Set(out.map(({ exchange }) => exchange)).size, 1);
  await world.clock.pass(40_000);
  await sent;
});

test("who looks on reads what is new at his own pace, and is told what he missed", async () => {
  const { world, alice, bob } = await pair({ ...EVERYBODY, limits: { traceRecords: 20 } });
  const { ring } = world.server.trace;
  const feed = new TraceFeed(ring, { protocols: new Set(["sip"]), words: "MESSAGE sip:" }, SHOWN);
  assert.equal(feed.behind, 0);
  await alice.message(bob.address, "one");
  const { steps, missed, passed } = feed.read(1_000);
  assert.deepEqual([steps.length, missed], [2, 0]);
  assert.ok(passed > 0 && feed.behind === 0);
  for (let at = 0; at < 10; at += 1) await alice.message(bob.address, `${at}`);
  const behind = feed.behind;
  const late = feed.read(1_000);
  assert.equal(late.missed, behind - 20);
  assert.ok(utf8TextLossy(new TextEncoder().encode(late.steps[0]?.text)).startsWith("MESSAGE"));
});

test("from when to when everybody is traced stands in the audit log, once each", async () => {
  const world = await World.open(EVERYBODY);
  await world.start(EVERYBODY, world.crash());
  await world.start({}, world.crash());
  await world.start({}, world.crash());
  const entries = await world.stores.audit.page(undefined, 10);
  assert.deepEqual(
    entries.map(({ actor, action, subject }) => `${actor}: ${action}, ${subject}`),
    ["configuration: trace ended, everybody", "configuration: trace started, everybody"],
  );
});

test("no form of the trace tells by what a device is woken: not its REGISTER, not what goes to it, not what was decided (RFC 8599)", async () => {
  const world = await World.open(EVERYBODY, undefined, undefined, new PushProvider());
  const [alice, bob] = [world.phone("alice"), world.phone("bob")];
  await alice.register();
  const push = ";pn-provider=acme;pn-prid=SECRET-TOKEN;pn-param=SECRET-APP";
  await bob.register((edit) =>
    edit.setText("Contact", `<${bob.contact}${push}>;+g.oma.sip-im;+sip.pnsreg`),
  );
  await bob.request("SUBSCRIBE", bob.address, (edit) =>
    edit.setText("Event", "reg").setText("Contact", bob.contactValue).setText("Expires", "600"),
  );
  await alice.message(bob.address, "hello");
  const found = queryTrace(world.server.trace.ring, {});
  const shown = [true, false].flatMap((text) => [
    JSON.stringify(found.map((outline) => stepOf(outline, { text, mostBytes: 65_536 }))),
    ...found.map((outline) => `${ladderLine(outline)}${fullText(outline, { text })}`),
    utf8TextLossy(
      formatPcap(
        found.map(({ record }) => record),
        { text },
      ),
    ),
    utf8TextLossy(formatHep(found, { text, agent: 1 })),
  ]);
  const all = shown.join("\n");
  assert.doesNotMatch(all, /SECRET/);
  assert.match(all, /REGISTER .*pn-provider=acme;pn-prid=x{12};pn-param=x{10}>/s);
  assert.match(all, /MESSAGE sip:bob@[^ ]*pn-prid=x{12}/);
  assert.match(all, /goes to sip:bob@[^ ]*pn-prid=x{12}/);
});
