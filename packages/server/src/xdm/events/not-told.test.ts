/** What has changed and cannot be read, while nobody waits for it. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { StoreError } from "../../store/index.ts";
import { notTold } from "./not-told.ts";

test("a store that is busy is written down, one that is closed is the end, and a fault of our own comes out", () => {
  const lines: unknown[] = [];
  const log = {
    info: () => {},
    warn: (event: string, fields?: object) => void lines.push([event, fields]),
    error: () => {},
  };
  const told = notTold(log);
  told(new StoreError("closed", "the store is closed"));
  told(new StoreError("busy", "too much waits"));
  assert.deepEqual(lines, [["change not told", { fault: "busy" }]]);
  assert.throws(() => told(new TypeError("ours")), TypeError);
});
