/** No session overtakes what the server keeps for somebody who is away. RFC 3428 §8 */
import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import type { World } from "@parlance/testkit";
import type { ImClient } from "../client.ts";
import { reading, textOf, worldFor } from "../people.test.ts";
import { invitesIn } from "../session/sessions.test.ts";
import { MemoryStore } from "../store/memory-store.ts";
import type { SendOptions } from "./content.ts";

const DAY_MS = 86_400_000;

interface Restarted {
  readonly world: World;
  readonly alice: ImClient;
}

/** Alice has written "one" to Bob, who is away, and her program was started again since then; the server as well where that is long after. */
async function restarted(
  t: TestContext,
  options: SendOptions = {},
  afterMs = 0,
): Promise<Restarted> {
  const world = await worldFor(t);
  const store = new MemoryStore();
  const sessions = { mode: "always" } as const;
  const before = await world.client("alice", { store });
  await world.until(before.send(world.address("bob"), "one", options).reached("deferred"));
  world.kill("alice");
  if (afterMs > 0) {
    world.crashServer();
    await world.run(afterMs);
    await world.restartServer();
  }
  return { world, alice: await world.client("alice", { store, sessions }) };
}

test("a client that was restarted knows what is kept: what it writes then waits behind it", async (t) => {
  const { world, alice } = await restarted(t);
  const two = alice.conversation(world.address("bob")).send("two");
  await world.until(two.reached("deferred"));
  assert.equal(invitesIn(world), 0);
  const shown = reading(await world.client("bob"));
  await world.until(two.delivered);
  assert.deepEqual(shown.map(textOf), ["one", "two"]);
  await world.until(alice.conversation(world.address("bob")).send("three").delivered);
  assert.equal(invitesIn(world) > 0, true);
  assert.deepEqual(shown.map(textOf), ["one", "two", "three"]);
});

test("where no receipt is wanted, a later message that has passed the server tells that nothing is kept any more", async (t) => {
  const { world, alice } = await restarted(t, { receipts: [] });
  const shown = reading(await world.client("bob"));
  await world.until(() => shown.length === 1);
  for (const text of ["two", "three"]) {
    await world.until(alice.conversation(world.address("bob")).send(text).delivered);
    assert.equal(invitesIn(world) > 0, text === "three", text);
  }
  assert.deepEqual(shown.map(textOf), ["one", "two", "three"]);
});

test("what has expired is not kept any more, nor what nobody has heard of for a week", async (t) => {
  for (const [options, waitMs] of [
    [{ expires: "2h" }, 3 * 3_600_000],
    [{ receipts: [] }, 8 * DAY_MS],
  ] as const) {
    const { world, alice } = await restarted(t, options, waitMs);
    await world.until(alice.conversation(world.address("bob")).send("two").accepted);
    assert.equal(invitesIn(world) > 0, true);
    await world.end();
  }
});
