/** A file that somebody has taken is read, on all his devices. */
import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import type { World } from "@parlance/testkit";
import type { ImClient } from "../client.ts";
import { worldFor } from "../people.test.ts";
import { MemoryStore } from "../store/memory-store.ts";

const CONTENT = new Uint8Array(1_000).fill(7);

async function three(t: TestContext) {
  const world = await worldFor(t, { server: { history: { default: true } } });
  const store = new MemoryStore();
  const alice = await world.client("alice", { sessions: { mode: "never" } });
  const phone = await takes(world, store);
  const tablet = await world.client("bob", { shareHistory: true, device: "tablet" });
  await world.run(2_000);
  const unread = () => [phone, tablet].map((one) => one.conversation(alice.address).unread);
  return { world, store, alice, phone, tablet, unread };
}

/** Bob's phone, which takes what comes. */
async function takes(world: World, store: MemoryStore): Promise<ImClient> {
  const phone = await world.client("bob", { shareHistory: true, device: "phone", store });
  phone.on("file", (file) => {
    file.save(async () => {}).catch(() => {});
  });
  return phone;
}

test("a file that a device has taken is unread on none", async (t) => {
  const { world, alice, phone, unread } = await three(t);
  const changes: number[] = [];
  phone.on("unread", (change) => changes.push(change.unread));
  const sent = alice.conversation(phone.address).sendFile(CONTENT, { via: "session" });
  await world.until(sent.delivered);
  await world.run(5_000);
  assert.deepEqual(unread(), [0, 0]);
  assert.deepEqual(changes, []);
});

test("texts before it stay unread until they are read, and it is read with them, also by the next run of the program", async (t) => {
  const { world, store, alice, phone, unread } = await three(t);
  const chat = alice.conversation(phone.address);
  await world.until(chat.send("look at this").delivered);
  await world.until(chat.sendFile(CONTENT, { via: "session" }).delivered);
  await world.run(5_000);
  assert.deepEqual(unread(), [2, 2]);
  await world.until(phone.close());
  const again = await takes(world, store);
  await world.run(5_000);
  await world.until(again.conversation(alice.address).read());
  await world.run(5_000);
  assert.deepEqual([unread()[1], again.conversation(alice.address).unread], [0, 0]);
});
