/** Where a user is registered, and what becomes of a device that is signed out from another one. RFC 3680 §5.3 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { codeOf, reading, textOf, worldFor } from "../people.test.ts";
import { MemoryStore } from "../store/memory-store.ts";

test("a user sees his devices, which of them is this one, and what they call themselves", async (t) => {
  const world = await worldFor(t);
  const phone = await world.client("alice", { device: "phone", deviceName: "Alice's phone" });
  await world.run(5_000);
  const tablet = await world.client("alice", { device: "tablet" });
  await world.client("bob");
  const [first, second, ...more] = await world.until(tablet.devices.list());
  assert.deepEqual(more, []);
  assert.deepEqual([first?.current, second?.current], [true, false]);
  assert.match(first?.name ?? "", /Parlance/);
  assert.equal(second?.name, "Alice's phone");
  assert.equal(second?.asleep, false);
  assert.equal(Number(first?.seenAt) - Number(second?.seenAt) >= 5_000, true);
  const [, again] = await world.until(phone.devices.list());
  assert.equal(again?.current, true);
});

test("a device that is signed out hears so, is not let in again, and is another one once somebody signs in on it", async (t) => {
  const world = await worldFor(t);
  const store = new MemoryStore();
  const lost = await world.client("alice", { device: "phone", store });
  const tablet = await world.client("alice", { device: "tablet" });
  const bob = await world.client("bob");
  const other = (await world.until(tablet.devices.list())).find(({ current }) => !current);
  assert.ok(other !== undefined);
  await world.until(tablet.devices.signOut(other));
  await world.until(() => lost.connection.state === "offline");
  assert.ok(lost.connection.state === "offline");
  assert.equal(lost.connection.error?.code, "signed out");
  assert.equal((await world.until(tablet.devices.list())).length, 1);
  assert.equal(await world.until(codeOf(tablet.devices.signOut(other))), "expired");
  const shown = reading(tablet);
  await world.until(bob.send(tablet.address, "still there?").delivered);
  assert.deepEqual(shown.map(textOf), ["still there?"]);

  await world.until(lost.close());
  const anew = await world.client("alice", { device: "phone", store });
  assert.equal(anew.connection.state, "online");
  assert.equal((await world.until(tablet.devices.list())).length, 2);
});

test("who was signed out stays so when the server starts anew", async (t) => {
  const world = await worldFor(t);
  const instance = "urn:uuid:00000000-0000-4000-8000-000000000001";
  const lost = await world.client("alice", { device: "phone", instance });
  const tablet = await world.client("alice", { device: "tablet" });
  const other = (await world.until(tablet.devices.list())).find(({ current }) => !current);
  assert.ok(other !== undefined);
  await world.until(tablet.devices.signOut(other));
  await world.until(lost.close());
  world.crashServer();
  await world.restartServer();
  const again = world.client("alice", { device: "phone", instance });
  assert.equal(await codeOf(again), "signed out");
});
