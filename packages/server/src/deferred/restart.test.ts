import assert from "node:assert/strict";
import { test } from "node:test";
import { memoryStores } from "../store/index.ts";
import { settled } from "../testing/clock.ts";
import { bob, world } from "../testing/deferred-world.ts";
import { contactOf, messageOf } from "../testing/people.ts";

const MINUTE = 60_000;
const text = (body: string) => messageOf({ body });

test("after a restart what was accepted is still there, in order, and known to wait", async () => {
  const before = world();
  for (const body of ["one", "two"]) await before.store(text(body));
  const after = world({ stores: memoryStores({ image: before.stores.image() }) });
  await after.deferred.start();
  assert.equal(after.deferred.isWaiting(bob), true);
  await after.clock.pass(1);
  await after.store(text("three"));
  await after.arrive();
  assert.deepEqual(after.texts(), ["one", "two", "three"]);
});

test("a user who is there after a restart does not have to register again", async () => {
  const before = world();
  await before.store(text("one"));
  const after = world({ stores: memoryStores({ image: before.stores.image() }) });
  after.way.contacts.set("bob", [contactOf(bob)]);
  await after.deferred.start();
  await after.clock.pass(MINUTE);
  assert.deepEqual(after.texts(), ["one"]);
});

test("a crash after delivery and before the commit brings the message again under its Call-ID", async () => {
  const disk = {
    holds: false,
    commit: () => (disk.holds ? new Promise<void>(() => {}) : undefined),
  };
  const before = world({ disk });
  await before.store(text("one"));
  disk.holds = true;
  await before.arrive();
  const after = world({ stores: memoryStores({ image: before.stores.image() }) });
  await after.deferred.start();
  await after.arrive();
  const callIds = [before, after].map(({ way }) => way.delivered[0]?.request.callId);
  assert.equal(callIds[0], callIds[1]);
});

test("a clock that was set back over a restart hides no message", async () => {
  const before = world();
  await before.clock.pass(10_000);
  await before.store(text("one"));
  const after = world({ stores: memoryStores({ image: before.stores.image() }) });
  await after.deferred.start();
  const answer = Promise.withResolvers<number>();
  after.way.onDeliver = () => answer.promise;
  await after.arrive();
  await after.store(text("two"));
  answer.resolve(200);
  await settled();
  assert.deepEqual(after.texts(), ["one", "two"]);
  assert.equal(after.deferred.isWaiting(bob), false);
});
