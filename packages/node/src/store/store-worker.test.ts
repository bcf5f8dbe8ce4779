import assert from "node:assert/strict";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { StoreError } from "@parlance/server";
import { ownFolder } from "../../../../tools/test/own-folder.ts";
import { type GroupReport, type StoreObserver, StoreWorker } from "./store-worker.ts";

test("what one turn asks for shares a commit", async () => {
  const groups: GroupReport[] = [];
  await withWorker({ committed: (group) => groups.push(group) }, async (worker) => {
    await Promise.all([1, 2, 3].map((n) => worker.call("putSetting", `k${n}`, "v")));
    assert.deepEqual(
      groups.map(({ calls, waiting }) => ({ calls, waiting })),
      [{ calls: 3, waiting: 0 }],
    );
  });
});

test("a call that fails takes nothing else of its group down, and is reported", async () => {
  const failures: StoreError[] = [];
  await withWorker({ failed: (error) => failures.push(error) }, async (worker) => {
    const before = worker.call(
      "addDeferred",
      "a",
      "1",
      deferredRow("1"),
      BYTES,
      BYTES.length,
      10,
      1000,
    );
    const wrong = worker.call(
      "addDeferred",
      "a",
      "2",
      ["not enough"],
      BYTES,
      BYTES.length,
      10,
      1000,
    );
    const after = worker.call(
      "addDeferred",
      "a",
      "3",
      deferredRow("3"),
      BYTES,
      BYTES.length,
      10,
      1000,
    );
    await assert.rejects(wrong, (error) => error instanceof StoreError && error.fault === "failed");
    assert.deepEqual(await Promise.all([before, after]), ["stored", "stored"]);
    assert.deepEqual(await worker.call("usageDeferred", "a"), { messages: 2, bytes: 20 });
    assert.equal(failures.length, 1);
  });
});

test("a call is all or nothing", async () => {
  await withWorker({}, async (worker) => {
    const good = bindingRow("1");
    await assert.rejects(worker.call("changeBindings", [good, good.slice(0, 5)]));
    assert.deepEqual(await worker.call("listBindings", "", "", 10), []);
  });
});

test("bytes that are a view of a larger buffer travel alone", async () => {
  await withWorker({}, async (worker) => {
    const large = new Uint8Array(100_000).fill(1);
    large.fill(2, 500, 510);
    const view = large.subarray(500, 510);
    await worker.call("addDeferred", "a", "1", deferredRow("1"), view, view.length, 10, 1000);
    const row = await worker.call("findDeferred", "a", "1");
    assert.deepEqual(row?.at(-1), new Uint8Array(10).fill(2));
  });
});

test("half full it says busy, full it refuses, and what was taken is done", async () => {
  await withWorker(
    {},
    async (worker) => {
      const taken: Promise<void>[] = [];
      for (let n = 0; n < 5; n++) taken.push(worker.call("putSetting", `k${n}`, "v"));
      assert.equal(worker.busy, false);
      for (let n = 5; n < 10; n++) taken.push(worker.call("putSetting", `k${n}`, "v"));
      assert.equal(worker.busy, true);
      await assert.rejects(
        worker.call("putSetting", "k10", "v"),
        (error) => error instanceof StoreError && error.fault === "busy",
      );
      await Promise.all(taken);
      assert.equal(worker.busy, false);
      assert.equal((await worker.call("listSettings", "k", 20)).length, 10);
    },
    { calls: 10, bytes: 1000 },
  );
});

test("the queue is bounded by its bytes as well", async () => {
  await withWorker(
    {},
    async (worker) => {
      const first = worker.call(
        "addDeferred",
        "a",
        "1",
        deferredRow("1"),
        BYTES,
        BYTES.length,
        10,
        1000,
      );
      const second = worker.call(
        "addDeferred",
        "a",
        "2",
        deferredRow("2"),
        BYTES,
        BYTES.length,
        10,
        1000,
      );
      assert.equal(worker.busy, true);
      await assert.rejects(
        worker.call("addDeferred", "a", "3", deferredRow("3"), BYTES, BYTES.length, 10, 1000),
        (error) => error instanceof StoreError && error.fault === "busy",
      );
      assert.deepEqual(await Promise.all([first, second]), ["stored", "stored"]);
    },
    { calls: 100, bytes: 20 },
  );
});

const BYTES = new Uint8Array(10).fill(7);

function deferredRow(id: string) {
  return [id, "a", "o", "o", null, null, null, "message", "pager", 1, 2, 10, null, 0, 0, 0];
}

function bindingRow(id: string) {
  return ["u", id, "a", "c", null, null, "[]", null, 1000, "call", 1, null, null, null, 1, 2];
}

async function withWorker(
  observer: StoreObserver,
  run: (worker: StoreWorker) => Promise<void>,
  limits?: { calls: number; bytes: number },
): Promise<void> {
  const folder = ownFolder("store");
  const worker = await StoreWorker.open(
    { file: join(folder, "p.db"), lockWaitMs: 1000 },
    observer,
    limits,
  );
  try {
    await run(worker);
  } finally {
    await worker.close();
    rmSync(folder, { recursive: true });
  }
}
