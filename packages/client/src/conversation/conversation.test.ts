/** Composing both ways, and what was said. RFC 3994 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { reading, textOf, worldFor } from "../people.test.ts";
import { MemoryStore } from "../store/memory-store.ts";
import type { ComposingChange } from "./composing.ts";
import type { HistoryEntry } from "./history.ts";

test("RFC 3994 §3: the other side sees that we write, until the message is there", async (t) => {
  const world = await worldFor(t);
  const alice = await world.client("alice");
  const bob = await world.client("bob");
  const changes: ComposingChange[] = [];
  bob.on("composing", (change) => changes.push(change));
  const shown = reading(bob);
  const chat = alice.conversation(bob.address);
  for (let key = 0; key < 20; key += 1) {
    chat.composing();
    await world.run(100);
  }
  const seen = { from: alice.address, conversation: alice.address };
  assert.deepEqual(changes, [{ ...seen, active: true }]);
  await world.until(chat.send("done").delivered);
  assert.deepEqual(changes.at(-1), { ...seen, active: false });
  assert.equal(changes.length, 2);
  assert.deepEqual(shown.map(textOf), ["done"]);
});

test("RFC 3994 §3.2: who stops writing is seen to stop, also when nothing tells so any more", async (t) => {
  const world = await worldFor(t);
  const alice = await world.client("alice");
  const bob = await world.client("bob");
  const active: boolean[] = [];
  bob.on("composing", (change) => active.push(change.active));
  alice.conversation(bob.address).composing();
  await world.run(30_000);
  assert.deepEqual(active, [true, false]);
  alice.conversation(bob.address).composing();
  await world.run(1_000);
  world.kill("alice");
  await world.run(150_000);
  assert.deepEqual(active, [true, false, true, false]);
});

test("composing is never kept for a user who is away, and disturbs nobody (RFC 3994 §3.2)", async (t) => {
  const world = await worldFor(t);
  const alice = await world.client("alice");
  const errors: unknown[] = [];
  alice.on("error", (error) => errors.push(error));
  alice.conversation(world.address("bob")).composing();
  await world.run(5_000);
  assert.equal((await world.stores.deferred.usage("bob")).messages, 0);
  assert.deepEqual(errors, []);
});

test("a conversation pages through both directions, the newest first, also after a restart", async (t) => {
  const world = await worldFor(t);
  const store = new MemoryStore();
  const alice = await world.client("alice", { store });
  const bob = await world.client("bob");
  for (const number of [1, 2, 3]) {
    await world.until(alice.send(bob.address, `a${number}`).delivered);
    await world.until(bob.send(alice.address, `b${number}`).delivered);
  }
  await world.until(alice.send(world.address("carol"), "other").accepted);
  await world.until(alice.close());

  const again = await world.client("alice", { store });
  const pages: string[][] = [];
  for await (const page of again.conversation(bob.address).history({ limit: 4 })) {
    pages.push(page.map(lineOf));
  }
  assert.deepEqual(pages, [
    ["<b3", ">a3", "<b2", ">a2"],
    ["<b1", ">a1"],
  ]);
  const list = await again.conversations();
  assert.deepEqual(
    list.map(({ address, newest }) => [address, lineOf(newest)]),
    [
      [world.address("carol"), ">other"],
      [bob.address, "<b3"],
    ],
  );
});

function lineOf(entry: HistoryEntry): string {
  switch (entry.direction) {
    case "received":
      return `<${textOf(entry.message)}`;
    case "sent":
      return `>${new TextDecoder().decode(entry.message.record.content)}`;
    case "sent file":
      return `>[${entry.file.name}]`;
    case "received file":
      return `<[${entry.file.name}]`;
  }
}
