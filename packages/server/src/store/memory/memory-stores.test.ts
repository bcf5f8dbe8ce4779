import assert from "node:assert/strict";
import { test } from "node:test";
import {
  type Disk,
  type MemoryStores,
  memoryStores,
  StoreError,
  storesContract,
} from "../index.ts";

for (const [name, disk] of [
  ["memory", undefined],
  ["memory over a disk", { commit: () => Promise.resolve() }],
] as const)
  storesContract(name, {
    tools: { test, equal: assert.deepStrictEqual },
    make: () => Promise.resolve(world(disk)),
  });

test("a promise is kept only after the disk has committed", async () => {
  const disk = heldDisk();
  const stores = memoryStores({ disk });
  const put = stores.settings.put("k", "v").then(() => "told");
  await disk.reached();
  assert.equal(await Promise.race([put, Promise.resolve("nothing yet")]), "nothing yet");
  assert.deepEqual(stores.image().settings, []);
  disk.release();
  assert.equal(await put, "told");
  assert.deepEqual(stores.image().settings, [["k", "v"]]);
});

test("changes of one turn share a commit", async () => {
  let commits = 0;
  const stores = memoryStores({ disk: { commit: () => void commits++ } });
  await Promise.all([1, 2, 3].map((n) => stores.settings.put(`k${n}`, "v")));
  assert.equal(commits, 1);
});

test("when the commit fails nothing has happened, and the next one may succeed", async () => {
  let broken = true;
  const commit = () => (broken ? Promise.reject(new Error("no space")) : Promise.resolve());
  const stores = memoryStores({ disk: { commit } });
  await assert.rejects(
    stores.settings.put("k", "v"),
    (error) => error instanceof StoreError && error.fault === "failed",
  );
  assert.equal(await stores.settings.get("k"), undefined);
  broken = false;
  await stores.settings.put("k", "v");
  assert.equal(await stores.settings.get("k"), "v");
});

test("after a crash between commit and answer the change is there", async () => {
  const answer = heldDisk();
  const stores = memoryStores({ disk: { commit: () => {}, acknowledge: () => answer.commit() } });
  const put = stores.settings.put("k", "v");
  await answer.reached();
  const reborn = memoryStores({ image: stores.image() });
  assert.equal(await reborn.settings.get("k"), "v");
  answer.release();
  await put;
});

test("an image is not touched by later changes", async () => {
  const stores = memoryStores();
  await stores.settings.put("k", "before");
  const image = stores.image();
  await stores.settings.put("k", "after");
  assert.deepEqual(image.settings, [["k", "before"]]);
});

test("a queue that is half full says busy, a full one refuses", async () => {
  const disk = heldDisk();
  const stores = memoryStores({ disk });
  const puts = [stores.settings.put("first", "v")];
  await disk.reached();
  for (let n = 0; n < 20_000; n++) puts.push(stores.settings.put("k", "v"));
  assert.equal(stores.busy, true);
  await assert.rejects(
    stores.settings.put("one more", "v"),
    (error) => error instanceof StoreError && error.fault === "busy",
  );
  disk.release();
  await Promise.all(puts);
  assert.equal(stores.busy, false);
});

function world(disk: Disk | undefined) {
  const open = (from?: MemoryStores) =>
    memoryStores({
      ...(from === undefined ? {} : { image: from.image() }),
      ...(disk === undefined ? {} : { disk }),
    });
  let stores = open();
  return {
    stores,
    async restart() {
      await stores.close();
      stores = open(stores);
      return stores;
    },
    end: () => stores.close(),
  };
}

/** A disk that commits when it is told to, and from then on at once. */
function heldDisk() {
  const arrival = Promise.withResolvers<void>();
  const release = Promise.withResolvers<void>();
  return {
    commit(): Promise<void> {
      arrival.resolve();
      return release.promise;
    },
    reached: () => arrival.promise,
    release: () => release.resolve(),
  };
}
