/** What the store keeps of contacts that are refreshed, and for how long. RFC 3261 §10.3 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { CallId } from "@parlance/sip";
import { type Phone, World } from "./world.test.ts";

async function registered(seconds = GRANTED_SECONDS): Promise<{
  world: World;
  alice: Phone;
  fillDisk: () => void;
  /** CSeq of the REGISTER that was written last. */
  written: () => Promise<number | undefined>;
}> {
  const disk = { commit: () => Promise.resolve() };
  const world = await World.open({}, disk);
  const alice = world.phone("alice", { transport: "UDP" });
  assert.equal((await alice.register(undefined, seconds)).status, 200);
  return {
    world,
    alice,
    fillDisk() {
      disk.commit = () => Promise.reject(new Error("no space"));
    },
    written: async () => (await world.stores.bindings.list(undefined, 10))[0]?.cseq,
  };
}

const GRANTED_SECONDS = 60;
const GRANTED_MS = GRANTED_SECONDS * 1_000;

test("of three refreshes at half time one is written: the store keeps a contact for twice as long", async () => {
  const { world, alice, written } = await registered();
  const isNew: boolean[] = [];
  for (let refresh = 0; refresh < 6; refresh += 1) {
    const before = await written();
    await world.clock.pass(GRANTED_MS / 2 - 100);
    assert.equal((await alice.register(undefined, GRANTED_SECONDS)).status, 200);
    isNew.push((await written()) !== before);
  }
  assert.deepEqual(isNew, [false, false, true, false, false, true]);
});

test("a refresh that was not written survives a crash for as long as it was granted", async () => {
  const { world, alice, written } = await registered();
  const first = await written();
  await world.clock.pass(GRANTED_MS - 5_000);
  assert.equal((await alice.register(undefined, GRANTED_SECONDS)).status, 200);
  assert.equal(await written(), first);
  await world.start({}, world.crash());
  await world.clock.pass(GRANTED_MS - 5_000);
  assert.equal(world.server.stats.contacts, 1);
  const bob = world.phone("bob");
  await bob.register();
  assert.equal((await bob.message(alice.address, "still there?")).status, 200);
  assert.equal(alice.received.length, 1);
});

test("after a crash a client that does not come back is given up, at the latest after twice its time", async () => {
  const { world } = await registered();
  await world.start({}, world.crash());
  await world.clock.pass(2 * GRANTED_MS + 2_000);
  assert.equal(world.server.stats.contacts, 0);
  assert.deepEqual(await world.stores.bindings.list(undefined, 10), []);
});

test("what expired while the server was down is gone, on the disk too", async () => {
  const { world } = await registered();
  const image = world.crash();
  await world.clock.pass(2 * GRANTED_MS + 2_000);
  await world.start({}, image);
  assert.equal(world.server.stats.contacts, 0);
  assert.deepEqual(await world.stores.bindings.list(undefined, 10), []);
});

test("what a refresh changes, and less time, is on the disk before the 200", async () => {
  const { alice, fillDisk } = await registered(120);
  fillDisk();
  const changed = await Promise.all([
    alice.register(
      (edit) => edit.setText("Contact", `<${alice.contact}>;+g.oma.sip-im;q=0.5`),
      120,
    ),
    alice.register(
      (edit) => edit.setText("Contact", `<${alice.contact}>;+g.oma.sip-im;audio`),
      120,
    ),
    alice.register((edit) => edit.set(CallId, "another"), 120),
    alice.register(undefined, 75),
  ]);
  assert.deepEqual(
    changed.map(({ status }) => status),
    [503, 503, 503, 503],
  );
  const same = await alice.register(undefined, 120);
  assert.equal(same.status, 200);
});

test("a refresh of what is not yet on the disk waits for it, and goes down with it", async () => {
  const disk = { commit: (): Promise<void> => Promise.resolve() };
  const world = await World.open({}, disk);
  const alice = world.phone("alice", { transport: "UDP" });
  await alice.register(undefined, 0); // has its nonce now
  const slow = Promise.withResolvers<void>();
  disk.commit = () => slow.promise;
  const answers = [alice.register(), alice.register()];
  await world.settle();
  slow.reject(new Error("no space"));
  const statuses = (await Promise.all(answers)).map(({ status }) => status);
  assert.deepEqual(statuses, [503, 503]);
  assert.equal(world.server.stats.contacts, 0);
  assert.deepEqual(await world.stores.bindings.list(undefined, 10), []);
});

test("a contact that was refreshed ends at its new time, and no later", async () => {
  const world = await World.open();
  const alice = world.phone("alice", { transport: "UDP" });
  await alice.register(undefined, 60);
  await world.clock.pass(40_000);
  await alice.register(undefined, 60);
  await world.clock.pass(40_000);
  assert.equal(world.server.stats.contacts, 1);
  await world.clock.pass(22_000);
  assert.equal(world.server.stats.contacts, 0);
});

test("a contact that is spelt another way is the same one, on the disk too (RFC 3261 §19.1.4)", async () => {
  const { world, alice } = await registered();
  const shouted = alice.contact.replace("sip:", "SIP:").replace("transport", "Transport");
  await alice.register((edit) => edit.setText("Contact", `<${shouted}>;+g.oma.sip-im;q=0.5`));
  assert.equal((await world.stores.bindings.list(undefined, 10)).length, 1);
});
