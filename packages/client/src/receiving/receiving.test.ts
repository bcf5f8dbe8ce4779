/** What happens to a message that arrives. OMA IM 8.2, RFC 3428 §7, RFC 5438 §7.2 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { codeOf, reading, textOf, worldFor } from "../people.test.ts";
import { MemoryStore } from "../store/memory-store.ts";

test("a message tells all that its sender said", async (t) => {
  const world = await worldFor(t);
  const alice = await world.client("alice", { displayName: "Alice Ä" });
  const bob = await world.client("bob");
  const shown = reading(bob);
  const sent = alice.send(bob.address, "grüß dich 𝄞", { subject: "Lunch" });
  await world.until(sent.delivered);
  const [message] = shown;
  assert.equal(message?.kind === "text" && message.text, "grüß dich 𝄞");
  assert.equal(message?.id, sent.id);
  assert.equal(message?.from, alice.address);
  assert.equal(message?.fromName, "Alice Ä");
  assert.equal(message?.conversation, alice.address);
  assert.equal(message?.subject, "Lunch");
  assert.equal(message?.anonymous, false);
});

test("content of any type arrives as it was sent", async (t) => {
  const world = await worldFor(t);
  const alice = await world.client("alice");
  const bob = await world.client("bob");
  const shown = reading(bob);
  const content = Uint8Array.from({ length: 256 }, (_, octet) => octet);
  await world.until(alice.send(bob.address, { contentType: "image/x-test", content }).delivered);
  assert.equal(shown[0]?.kind, "other");
  assert.equal(shown[0]?.contentType, "image/x-test");
  assert.deepEqual(shown[0]?.content, content);
});

test("a loop gets each message, and has seen it when it asks for the next", async (t) => {
  const world = await worldFor(t);
  const store = new MemoryStore();
  const alice = await world.client("alice");
  const bob = await world.client("bob", { store });
  for (const text of ["one", "two", "three"]) alice.send(bob.address, text);
  await world.run(1_000);
  const loop = bob.messages();
  const first = await world.until(loop.next());
  assert.equal(first.done === true ? "" : textOf(first.value), "one");
  assert.equal((await store.unseen(0, 10)).length, 3);
  await world.until(loop.next());
  assert.equal((await store.unseen(0, 10)).length, 2);

  world.kill("bob");
  const again = await world.client("bob", { store });
  const texts: string[] = [];
  const ending = new AbortController();
  const reader = (async () => {
    for await (const message of again.messages({ signal: ending.signal })) {
      texts.push(textOf(message));
    }
  })();
  await world.run(1_000);
  ending.abort();
  await world.until(reader);
  assert.deepEqual(texts, ["two", "three"]);
  assert.deepEqual(await store.unseen(0, 10), []);
});

test("a loop that breaks has seen its last message, and ends with its client", async (t) => {
  const world = await worldFor(t);
  const store = new MemoryStore();
  const alice = await world.client("alice");
  const bob = await world.client("bob", { store });
  alice.send(bob.address, "one");
  alice.send(bob.address, "two");
  await world.run(1_000);
  const reader = (async () => {
    for await (const _ of bob.messages()) break;
  })();
  await world.until(reader);
  const [left] = await store.unseen(0, 10);
  assert.equal(left?.id !== undefined && (await store.unseen(0, 10)).length, 1);
  const ended = bob.messages();
  await world.until(ended.next());
  const next = ended.next();
  await world.until(bob.close());
  assert.deepEqual(await world.until(next), { done: true, value: undefined });
});

test("what came before anybody listened is told to the first listener, once", async (t) => {
  const world = await worldFor(t);
  const alice = await world.client("alice");
  const bob = await world.client("bob");
  await world.until(alice.send(bob.address, "early").delivered);
  const early = reading(bob);
  await world.run(100);
  const late = reading(bob);
  await world.until(alice.send(bob.address, "now").delivered);
  assert.deepEqual(
    [early, late].map((messages) => messages.map(textOf)),
    [["early", "now"], ["now"]],
  );
});

test("a listener is let go of by its disposer and by its signal", async (t) => {
  const world = await worldFor(t);
  const alice = await world.client("alice");
  const bob = await world.client("bob");
  const seen: string[] = [];
  const ending = new AbortController();
  const off = bob.on("message", () => seen.push("disposer"));
  bob.on("message", () => seen.push("signal"), { signal: ending.signal });
  await world.until(alice.send(bob.address, "one").delivered);
  off();
  ending.abort();
  await world.until(alice.send(bob.address, "two").delivered);
  assert.deepEqual(seen, ["disposer", "signal"]);
});

test("a listener that throws breaks neither the others nor the client, and is reported", async (t) => {
  const world = await worldFor(t);
  const alice = await world.client("alice");
  const bob = await world.client("bob");
  const errors: unknown[] = [];
  const broken = new Error("broken");
  bob.on("error", (error) => errors.push(error));
  bob.on("message", () => {
    throw broken;
  });
  const shown = reading(bob);
  await world.until(alice.send(bob.address, "one").delivered);
  await world.until(alice.send(bob.address, "two").delivered);
  assert.deepEqual(shown.map(textOf), ["one", "two"]);
  assert.deepEqual(errors, [broken, broken]);
});

test("200 is said only when the message is kept; what the store refuses comes again (RFC 3428 §7)", async (t) => {
  const world = await worldFor(t);
  const store = new RefusingStore();
  const alice = await world.client("alice");
  const bob = await world.client("bob", { store });
  const shown = reading(bob);
  store.refuses = true;
  const sent = alice.send(bob.address, "hello");
  await world.until(sent.accepted);
  assert.equal(sent.state, "deferred");
  store.refuses = false;
  await world.until(sent.delivered, 600_000);
  assert.deepEqual(shown.map(textOf), ["hello"]);
});

test("RFC 5438 §7.2.1: receipts that could not be sent are sent after the next start", async (t) => {
  const world = await worldFor(t);
  const store = new MemoryStore();
  const alice = await world.client("alice");
  const bob = await world.client("bob", { store });
  const shown = reading(bob);
  const sent = alice.send(bob.address, "hello");
  await world.until(() => shown.length === 1);
  world.link("bob").silence();
  await shown[0]?.displayed();
  await shown[0]?.displayed();
  world.kill("bob");
  world.link("bob").restore();
  await world.run(60_000);
  await world.client("bob", { store });
  await world.until(sent.displayed);
  await world.run(1_000);
  assert.deepEqual(await store.owing(10), []);
});

test("a client that was closed while it owed a receipt tries no more", async (t) => {
  const world = await worldFor(t);
  const store = new WatchedStore();
  const alice = await world.client("alice");
  const bob = await world.client("bob", { store });
  const shown = reading(bob);
  alice.send(bob.address, "hello");
  await world.until(() => shown.length === 1);
  world.link("bob").silence();
  await shown[0]?.displayed();
  await world.until(bob.close());
  await world.run(60_000);
  const { looks } = store;
  await world.run(600_000);
  assert.equal(store.looks, looks);
  assert.equal((await store.owing(10)).length, 1);
});

/** Counts who looks for receipts that are owed. */
class WatchedStore extends MemoryStore {
  looks = 0;

  override owing(limit: number): ReturnType<MemoryStore["owing"]> {
    this.looks += 1;
    return super.owing(limit);
  }
}

test("the same id from two senders is two messages", async (t) => {
  const world = await worldFor(t);
  const store = new MemoryStore();
  const bob = await world.client("bob", { store });
  const shown = reading(bob);
  for (const name of ["alice", "carol"]) {
    const one = await world.client(name, { instance: `urn:uuid:${name}` });
    await world.until(one.send(bob.address, "hello").delivered);
  }
  const [first, second] = shown;
  assert.ok(first !== undefined && second !== undefined);
  const copy = await store.received(first.id, first.from);
  assert.ok(copy !== undefined);
  assert.notEqual(await store.add({ ...copy, from: second.from }), undefined);
  assert.equal(await store.add(copy), undefined);
});

test("RFC 3428 §7: a message that comes after its time is not shown, and its author is told", async (t) => {
  const world = await worldFor(t);
  const alice = await world.client("alice");
  const bob = await world.client("bob");
  const shown = reading(bob);
  world.link("bob").weather.delayMs = 4_000;
  const sent = alice.send(bob.address, "stale", { expires: 2 });
  await world.until(() => sent.state === "failed");
  assert.deepEqual(shown, []);
  assert.equal(await codeOf(sent.delivered), "not reachable");
});

test("closing waits for receipts that are under way", async (t) => {
  const world = await worldFor(t);
  const alice = await world.client("alice");
  const bob = await world.client("bob");
  const shown = reading(bob);
  const sent = alice.send(bob.address, "hello");
  await world.until(() => shown.length === 1);
  void shown[0]?.displayed();
  await world.until(bob.close());
  await world.until(sent.displayed, 1_000);
});

/** Takes nothing new for a while. */
class RefusingStore extends MemoryStore {
  refuses = false;

  override add: MemoryStore["add"] = (record) =>
    this.refuses ? Promise.reject(new Error("the disk is full")) : super.add(record);
}
