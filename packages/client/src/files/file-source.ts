/** Where the octets of an upload come from: a Blob, a stream, or octets in memory. */
import { concatBytes } from "@parlance/wire";
import { ImError } from "../base/errors.ts";
import type { BlobLike, StreamReader } from "./fetch.ts";
import { type FileContent, isStream } from "./file-content.ts";

export interface Piece {
  readonly bytes: Uint8Array;
  /** Nothing comes after it. */
  readonly last: boolean;
}

export interface FileSource {
  /** Undefined where only its end will tell. */
  readonly sizeBytes: number | undefined;
  /** Whether it can be read from the start again. */
  readonly rereadable: boolean;
  /** At most `mostBytes` from `offset` on; fewer only at the end. Rejects with ImError where they are not to be had again. */
  read(offset: number, mostBytes: number): Promise<Piece>;
  /** No more will be read. */
  close(): Promise<void>;
}

/** `sizeBytes`: of a stream, where it is known. */
export function fileSource(content: FileContent, sizeBytes: number | undefined): FileSource {
  if (content instanceof Uint8Array) return bytesSource(content);
  if (isStream(content)) return new StreamSource(content.getReader(), sizeBytes);
  return blobSource(content);
}

function bytesSource(content: Uint8Array): FileSource {
  return {
    sizeBytes: content.length,
    rereadable: true,
    async read(offset, mostBytes) {
      const end = Math.min(content.length, offset + mostBytes);
      return { bytes: content.slice(offset, end), last: end === content.length };
    },
    close: () => Promise.resolve(),
  };
}

function blobSource(content: BlobLike): FileSource {
  return {
    sizeBytes: content.size,
    rereadable: true,
    async read(offset, mostBytes) {
      const end = Math.min(content.size, offset + mostBytes);
      const bytes = new Uint8Array(await content.slice(offset, end).arrayBuffer());
      return { bytes, last: end === content.size };
    },
    close: () => Promise.resolve(),
  };
}

/** Holds what was read and may be asked for once more: from the last offset on. */
class StreamSource implements FileSource {
  readonly sizeBytes: number | undefined;
  readonly rereadable = false;
  readonly #reader: StreamReader;
  #held: Uint8Array = new Uint8Array(0);
  #start = 0;
  #ended = false;

  constructor(reader: StreamReader, sizeBytes: number | undefined) {
    this.#reader = reader;
    this.sizeBytes = sizeBytes;
  }

  async read(offset: number, mostBytes: number): Promise<Piece> {
    const passed = offset - this.#start;
    if (passed < 0 || passed > this.#held.length) {
      throw new ImError("server trouble", { warning: "the server has lost octets of a stream" });
    }
    this.#held = this.#held.subarray(passed);
    this.#start = offset;
    await this.#fill(mostBytes + 1); // one more tells whether anything comes after
    const bytes = this.#held.slice(0, mostBytes);
    return { bytes, last: this.#ended && bytes.length === this.#held.length };
  }

  async close(): Promise<void> {
    this.#held = new Uint8Array(0);
    if (!this.#ended) await this.#reader.cancel();
    this.#ended = true;
  }

  async #fill(wantedBytes: number): Promise<void> {
    const pieces = [this.#held];
    let length = this.#held.length;
    while (length < wantedBytes && !this.#ended) {
      const { done, value } = await this.#reader.read();
      if (done) this.#ended = true;
      if (value === undefined) continue;
      pieces.push(value);
      length += value.length;
    }
    if (pieces.length > 1) this.#held = concatBytes(...pieces);
  }
}
