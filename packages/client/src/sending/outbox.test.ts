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
