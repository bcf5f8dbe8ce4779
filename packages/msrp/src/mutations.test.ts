/** A short run of the mutation fuzzer; the long one is the program under `fuzz/`. RFC 4975 §9 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { mutateMsrp } from "../../../fuzz/msrp-mutations.ts";

test("mutated streams are refused or read, the same over any cut, and what is read is written the same", () => {
  assert.doesNotThrow(() => mutateMsrp(4000));
});
