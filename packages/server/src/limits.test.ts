import assert from "node:assert/strict";
import { test } from "node:test";
import { messageLimits } from "@parlance/sip";
import { defaultLimits, limitsWith, workLimits } from "./limits.ts";

test("a row may be moved by its name, and the others stay", () => {
  const usual = { ...defaultLimits, ...workLimits };
  assert.deepEqual(limitsWith({ messageBurst: 7 }), { ...usual, messageBurst: 7 });
  assert.equal(limitsWith({ flushes: 1 }).flushes, 1);
});

test("what is no bound, no row, or a row of the parser is refused", () => {
  for (const value of [-1, 1.5, Number.NaN, Number.POSITIVE_INFINITY]) {
    assert.throws(() => limitsWith({ messageBurst: value }), /not a bound/);
  }
  assert.throws(() => limitsWith(JSON.parse('{"no such row": 1}')), /not known/);
  assert.throws(() => limitsWith({ viaValues: 71 }), /fixed/);
});

test("the rows of the parser are what the parser keeps to", () => {
  assert.equal(defaultLimits.viaValues, messageLimits.viaValues);
  assert.equal(defaultLimits.streamBodyBytes, messageLimits.streamBodyBytes);
});
