/** A content that is kept, read as a message is sent. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { ContentReader } from "../store/index.ts";
import { contentSource } from "./content-source.ts";

test("what was read stays as it was when the reader uses its memory again", async () => {
  const buffer = new Uint8Array(4);
  const reader: ContentReader = {
    sizeBytes: 12,
    async *read(from, to) {
      for (let at = from; at < to; at += buffer.length) {
        buffer.fill(at);
        yield buffer;
      }
    },
    close: async () => {},
  };
  const source = contentSource(reader, { from: 4 });
  assert.equal(source.sizeBytes, 8);
  const first = await source.read(0, 4);
  const second = await source.read(4, 4);
  assert.deepEqual([first, second], [new Uint8Array(4).fill(4), new Uint8Array(4).fill(8)]);
  assert.deepEqual(await source.read(0, 4), new Uint8Array(4).fill(4));
});

test("what stands before it comes first, and counts", async () => {
  const reader: ContentReader = {
    sizeBytes: 3,
    async *read() {
      yield Uint8Array.of(3, 4, 5);
    },
    close: async () => {},
  };
  const source = contentSource(reader, { before: Uint8Array.of(1, 2) });
  assert.equal(source.sizeBytes, 5);
  assert.deepEqual(await source.read(0, 5), Uint8Array.of(1, 2));
  assert.deepEqual(await source.read(2, 5), Uint8Array.of(3, 4, 5));
  assert.equal(await source.read(5, 5), undefined);
});
