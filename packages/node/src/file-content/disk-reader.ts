/** Reads ranges of one sealed content. */
import type { FileHandle } from "node:fs/promises";
import { type ContentReader, StoreError } from "@parlance/server";
import { onDisk } from "./durability.ts";

const PIECE_BYTES = 256 * 1024; // a system call and a hop to another thread cost as much as reading some 64 KiB

export class DiskReader implements ContentReader {
  readonly sizeBytes: number;
  readonly #handle: FileHandle;
  #open = true;

  constructor(handle: FileHandle, sizeBytes: number) {
    this.#handle = handle;
    this.sizeBytes = sizeBytes;
  }

  async *read(from: number, to: number): AsyncIterable<Uint8Array> {
    // One for all pieces: made anew for each, they would have the collector look through the whole heap all the time.
    const buffer = new Uint8Array(Math.min(PIECE_BYTES, Math.max(0, to - from)));
    let at = from;
    while (at < to) {
      if (!this.#open) throw new StoreError("closed", "the reader is closed");
      const length = Math.min(buffer.length, to - at);
      const { bytesRead } = await onDisk(() => this.#handle.read(buffer, 0, length, at));
      if (bytesRead === 0) throw new StoreError("damaged", "the content is shorter than it was");
      at += bytesRead;
      yield buffer.subarray(0, bytesRead);
    }
  }

  async close(): Promise<void> {
    if (!this.#open) return;
    this.#open = false;
    await onDisk(() => this.#handle.close());
  }
}
