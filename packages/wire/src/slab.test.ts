/** Pieces of shared memory. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { Slab } from "./index.ts";

test("every piece is as long as asked for, empty, and nobody else's", () => {
  const slab = new Slab();
  const lengths = [1, 0, 300, 4096, 4097, 8192, 1200, 1200, 4096, 4096, 4096, 7];
  const pieces = lengths.map((length) => slab.take(length));
  for (const [at, piece] of pieces.entries()) {
    assert.equal(piece.length, lengths[at]);
    assert.ok(piece.every((octet) => octet === 0));
    piece.fill(at + 1);
  }
  for (const [at, piece] of pieces.entries()) {
    assert.ok(piece.every((octet) => octet === at + 1));
  }
});

test("a long piece has memory of its own, short ones share 8 KiB at most", () => {
  const slab = new Slab();
  assert.equal(slab.take(5_000).buffer.byteLength, 5_000);
  const buffers = new Set(Array.from({ length: 32 }, () => slab.take(1_024).buffer));
  assert.equal(buffers.size, 4);
});
