/** Comparing long contents: what `deepEqual` prints of them when they differ takes gigabytes. */
import assert from "node:assert/strict";
import { equalBytes } from "@parlance/wire";

export function sameOctets(got: Uint8Array, wanted: Uint8Array): void {
  assert.equal(got.length, wanted.length, "as many octets");
  assert.ok(equalBytes(got, wanted), "the same octets");
}
