/** The life of a message that we send. OMA IM 8.1, RFC 3428 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { codeOf, reading, statesOf, textOf, worldFor } from "../people.test.ts";
import { MemoryStore } from "../store/memory-store.ts";

test("IM-8.1.1-P1, IM-8.1.1-10: a message goes through its states, each an event and a promise", async (t) => {
  const world = await worldFor(t);
  const alice = await world.client("alice");
  const bob = await world.client("bob");
  bob.on("message", (message) => void message.displayed());
  const sent = alice.send(bob.address, "hello");
  assert.equal(sent.state, "queued");
  const states = statesOf(sent);
  await world.until(sent.accepted);
  await world.until(sent.delivered);
  await world.until(sent.displayed);
  assert.deepEqual(states, ["queued", "sent", "delivered", "displayed"]);
});

test("IM-8.1.1-N3: for a user who is away it is deferred, and delivered when he is back, in order", async (t) => {
  const world = await worldFor(t);
  const alice = await world.client("alice");
  const sent = ["one", "two", "three"].map((text) => alice.send(world.address("bob"), text));
  const [first] = sent;
  const states = first === undefined ? [] : statesOf(first);
  await world.until(Promise.all(sent.map((message) => message.accepted)));
  assert.deepEqual(
    sent.map(({ state }) => state),
    ["deferred", "deferred", "deferred"],
  );
  const shown = reading(await world.client("bob"));
  await world.until(Promise.all(sent.map((message) => message.delivered)));
  assert.deepEqual(shown.map(textOf), ["one", "two", "three"]);
  assert.deepEqual(states, ["queued", "sent", "deferred", "delivered"]);
  assert.equal((await world.stores.deferred.usage("bob")).messages, 0);
});

test("IM-8.1.1-08: what is sent to an identity with parameters goes to that identity, and its receipts count", async (t) => {
  const world = await worldFor(t);
  const alice = await world.client("alice");
  const instances = ["1", "2"].map(
    (digit) => `urn:uuid:${digit.repeat(8)}-0000-4000-8000-000000000000`,
  );
  const [desk, pocket] = [
    await world.client("bob", { device: "desk", instance: instances[0] ?? "" }),
    await world.client("bob", { device: "pocket", instance: instances[1] ?? "" }),
  ];
  const [atDesk, inPocket] = [reading(desk), reading(pocket)];
  const sent = alice.send(`${desk.address};gr=${instances[0]};transport=tcp`, "to your desk");
  await world.until(sent.delivered);
  assert.deepEqual([atDesk.map(textOf), inPocket.map(textOf)], [["to your desk"], []]);
  assert.deepEqual(sent.recipients, [
    { address: desk.address, uri: `${desk.address};gr=${instances[0]}`, state: "delivered" },
  ]);
});

test("without receipts asked for none is sent (RFC 5438 §7.1.1)", async (t) => {
  const world = await worldFor(t);
  const alice = await world.client("alice");
  const bob = await world.client("bob");
  bob.on("message", (message) => void message.displayed());
  const sent = alice.send(bob.address, "hello", { receipts: [] });
  await world.run(10_000);
  assert.equal(sent.state, "delivered");
  assert.equal(world.log.text("bob -> server").includes("MESSAGE sip:"), false);
});

test("IM-8.1.1-06a: to several at once, each is tracked on his own", async (t) => {
  const world = await worldFor(t);
  const alice = await world.client("alice");
  const bob = await world.client("bob");
  const [seenByBob, carol] = [reading(bob), world.address("carol")];
  const sent = alice.send([bob.address, carol], "hello", { receipts: ["delivered"] });
  await world.until(sent.accepted);
  await world.run(15_000);
  assert.deepEqual(
    sent.recipients.map(({ state }) => state),
    ["delivered", "accepted"],
  );
  assert.equal(sent.state, "accepted");
  const seenByCarol = reading(await world.client("carol"));
  await world.until(sent.delivered);
  assert.deepEqual([...seenByBob, ...seenByCarol].map(textOf), ["hello", "hello"]);
  assert.equal(seenByBob[0]?.from, alice.address);
});

test("IM-8.1.1-05: to a group, all its members get it and can answer to it", async (t) => {
  const world = await worldFor(t, {
    server: { groups: [{ name: "team", members: ["alice", "bob", "carol"] }] },
  });
  const alice = await world.client("alice");
  const shown = [reading(await world.client("bob")), reading(await world.client("carol"))];
  const own = reading(alice);
  await world.until(alice.send(world.address("team"), "hello").accepted);
  await world.until(() => shown.every((messages) => messages.length === 1));
  for (const [message] of shown) {
    assert.equal(message?.from, alice.address);
    assert.equal(message?.conversation, world.address("team"));
  }
  assert.deepEqual(own, []);
});

test("IM-8.1.1-04: who hides is not named, not to the recipient and not in what he receives", async (t) => {
  const world = await worldFor(t);
  const alice = await world.client("alice", { displayName: "Alice" });
  const bob = await world.client("bob");
  const shown = reading(bob);
  await world.until(alice.send(bob.address, "guess", { anonymous: true }).delivered);
  const [message] = shown;
  assert.equal(message?.anonymous, true);
  assert.equal(message?.from, "sip:anonymous@anonymous.invalid");
  assert.equal(message?.fromName, "Anonymous");
  const toBob = world.log.text("server -> bob");
  assert.equal(/alice/i.test(toBob.split("\n").at(-1) ?? ""), false);
});

test("who calls himself otherwise is shown by the new name from the next message on", async (t) => {
  const world = await worldFor(t);
  const alice = await world.client("alice", { displayName: "Alice" });
  const bob = await world.client("bob");
  const shown = reading(bob);
  await world.until(alice.send(bob.address, "one").delivered);
  alice.displayName = "Alice Liddell";
  await world.until(alice.send(bob.address, "two").delivered);
  alice.displayName = undefined;
  await world.until(alice.send(bob.address, "three").delivered);
  assert.deepEqual(
    shown.map(({ fromName }) => fromName),
    ["Alice", "Alice Liddell", undefined],
  );
  assert.throws(() => {
    alice.displayName = "x".repeat(65);
  }, TypeError);
});

test("who is not there at all is told by a code", async (t) => {
  const world = await worldFor(t);
  const alice = await world.client("alice");
  const sent = alice.send(world.address("nobody"), "hello");
  assert.equal(await codeOf(world.until(sent.accepted)), "no such user or group");
  assert.equal(sent.state, "failed");
  assert.equal(sent.failure?.status, 404);
  assert.equal(sent.failure?.temporary, false);
});

test("a message whose answer is lost goes again, and is shown once (RFC 3428 §8)", async (t) => {
  const world = await worldFor(t);
  const alice = await world.client("alice");
  const bob = await world.client("bob");
  const shown = reading(bob);
  const sent = alice.send(bob.address, "hello");
  await world.until(() => shown.length === 1);
  world.link("alice").cut();
  await world.until(sent.delivered);
  await world.run(30_000);
  assert.deepEqual(shown.map(textOf), ["hello"]);
});

test("messages of one conversation wait for one another, others do not (RFC 3428 §8)", async (t) => {
  const world = await worldFor(t);
  const alice = await world.client("alice");
  const bob = await world.client("bob");
  world.link("bob").silence();
  const first = alice.send(bob.address, "one");
  const second = alice.send(bob.address, "two");
  const other = alice.send(world.address("carol"), "three");
  await world.until(other.accepted);
  assert.deepEqual([first.state, second.state], ["sent", "queued"]);
  await world.until(second.accepted);
  assert.equal(first.state, "deferred");
});

test("what is sent while offline waits, and goes when the line is back", async (t) => {
  const world = await worldFor(t);
  const alice = await world.client("alice");
  const bob = await world.client("bob");
  const shown = reading(bob);
  world.link("alice").silence();
  world.link("alice").cut();
  await world.run(10);
  const sent = ["one", "two"].map((text) => alice.send(bob.address, text));
  await world.run(60_000);
  assert.deepEqual(
    sent.map(({ state }) => state),
    ["queued", "queued"],
  );
  world.link("alice").restore();
  await world.until(Promise.all(sent.map((message) => message.delivered)), 300_000);
  assert.deepEqual(shown.map(textOf), ["one", "two"]);
});

test("what a killed application had not sent is sent by its next life, once and in order", async (t) => {
  const world = await worldFor(t);
  const store = new MemoryStore();
  const alice = await world.client("alice", { store });
  const shown = reading(await world.client("bob"));
  for (const text of ["one", "two", "three"]) alice.send(world.address("bob"), text);
  await world.until(() => shown.length === 1);
  world.kill("alice");
  await world.client("alice", { store });
  await world.until(() => shown.length === 3);
  await world.run(60_000);
  assert.deepEqual(shown.map(textOf), ["one", "two", "three"]);
  assert.deepEqual(await store.pending(), []);
});

test("a message is taken back as long as it has not been sent", async (t) => {
  const world = await worldFor(t);
  const alice = await world.client("alice");
  world.link("alice").silence();
  world.link("alice").cut();
  const taking = new AbortController();
  const kept = alice.send(world.address("bob"), "kept");
  const taken = alice.send(world.address("bob"), "taken", { signal: taking.signal });
  await world.run(1_000);
  taking.abort();
  assert.equal(await codeOf(world.until(taken.accepted, 100)), "aborted");
  world.link("alice").restore();
  const shown = reading(await world.client("bob"));
  await world.until(kept.delivered, 300_000);
  await world.run(60_000);
  assert.deepEqual(shown.map(textOf), ["kept"]);
});

test("a message that is out cannot be taken back", async (t) => {
  const world = await worldFor(t);
  const alice = await world.client("alice");
  const bob = await world.client("bob");
  const taking = new AbortController();
  const sent = alice.send(bob.address, "out", { signal: taking.signal });
  sent.on("state", (state) => state === "sent" && taking.abort());
  await world.until(sent.delivered);
});

test("RFC 3428 §4: what has waited too long is not sent, and not delivered", async (t) => {
  const world = await worldFor(t);
  const alice = await world.client("alice");
  const stored = alice.send(world.address("bob"), "stale", { expires: "30s" });
  await world.until(stored.accepted);
  world.link("alice").silence();
  world.link("alice").cut();
  const queued = alice.send(world.address("bob"), "stale too", { expires: 20 });
  await world.run(60_000);
  world.link("alice").restore();
  const shown = reading(await world.client("bob"));
  await world.until(() => queued.state === "failed", 300_000);
  await world.until(() => stored.state === "failed", 60_000);
  assert.equal(queued.failure?.code, "expired");
  assert.deepEqual(shown, []);
});

test("while the server's disk fails a message is tried again, and fails with the truth in the end", async (t) => {
  const world = await worldFor(t);
  const alice = await world.client("alice");
  world.disk.failures = 1;
  const sent = alice.send(world.address("bob"), "hello");
  await world.run(5_000);
  assert.equal(sent.state, "sent");
  await world.until(() => sent.state === "failed", 600_000);
  assert.equal(sent.failure?.code, "server trouble");
  assert.equal(sent.failure?.temporary, true);
  world.disk.failures = 0;
  const shown = reading(await world.client("bob"));
  await world.run(60_000);
  assert.deepEqual(shown, []);
});

test("a message that was given up and has arrived after all is delivered, and that is told", async (t) => {
  const world = await worldFor(t);
  const store = new MemoryStore();
  const alice = await world.client("alice", { store });
  const bob = await world.client("bob");
  const shown = reading(bob);
  const sent = alice.send(bob.address, "hello");
  await world.until(() => shown.length === 1);
  // As a client leaves it behind that has seen nothing but losses.
  const record = await store.sent(sent.id);
  assert.ok(record !== undefined);
  world.kill("alice");
  await store.change({
    ...record,
    state: "failed",
    failure: { code: "timeout", status: undefined },
    recipients: record.recipients.map((each) => ({ ...each, state: "failed" })),
  });
  const again = await world.client("alice", { store });
  const changed: string[] = [];
  again.on("sent", ({ state }) => changed.push(state));
  await world.run(60_000);
  const now = await store.sent(sent.id);
  assert.deepEqual([now?.state, now?.failure], ["delivered", undefined]);
});

test("closing sends what can still be sent, and what cannot stays for the next time", async (t) => {
  const world = await worldFor(t);
  const store = new MemoryStore();
  const alice = await world.client("alice", { store });
  const shown = reading(await world.client("bob"));
  alice.send(world.address("bob"), "one");
  await world.until(alice.close());
  assert.deepEqual(shown.map(textOf), ["one"]);

  const again = await world.client("alice", { store });
  world.link("alice").silence();
  const left = again.send(world.address("bob"), "two");
  const waiting = codeOf(left.delivered);
  await world.until(again.close(), 60_000);
  assert.equal(await waiting, "closed");
  world.link("alice").restore();
  await world.client("alice", { store });
  await world.until(() => shown.length === 2);
});
