/** What a client remembers of the messages it has sent. OMA IM 8.1.1 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { startWorld } from "@parlance/testkit";
import { MemoryStore } from "../store/memory-store.ts";

test("IM-8.1.1-N3: after a 202 the id is kept, also over a restart, and the report that comes later finds its message", async () => {
  const world = await startWorld();
  const store = new MemoryStore();
  const alice = await world.client("alice", { store });
  const message = alice.send(world.address("bob"), "hello");
  await world.until(() => message.state === "deferred");
  world.kill("alice");
  await world.client("bob");
  await world.client("alice", { store });
  await world.run(5_000);
  assert.equal((await store.sent(message.id))?.state, "delivered");
  await world.end();
});

test("IM-8.1-03: what is too long for pager mode fails and says so, as long as there is no other mode", async () => {
  const world = await startWorld();
  await world.client("bob");
  const alice = await world.client("alice", { connectionOriented: false });
  const short = alice.send(world.address("bob"), "short");
  await world.until(() => short.state === "delivered");
  const long = alice.send(world.address("bob"), "x".repeat(1_300));
  await world.until(() => long.state === "failed");
  assert.equal(long.failure?.code, "too large");
  await world.end();
});
