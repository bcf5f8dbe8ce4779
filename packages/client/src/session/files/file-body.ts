/** The octets of a file that is sent, in whichever session: what has arrived is let go, the rest can be read again. RFC 4975 §5.4 */
import { type FileHash, FileHasher } from "@parlance/formats";
import { type MessageSource, type Pulled, streamSource } from "@parlance/msrp";
import type { StartHash } from "@parlance/wire";

import { ImError } from "../../base/errors.ts";
import type { Signal } from "../../base/signal.ts";
import type { StreamReader } from "../../files/fetch.ts";
import { type FileContent, isStream, sizeOf } from "../../files/file-content.ts";
import { type FileSource, fileSource } from "../../files/file-source.ts";

/** Read at once: chunks of a message are smaller than what a disk likes to give. */
const BLOCK_BYTES = 1_048_576;

export class FileBody {
  /** Undefined where only its end will tell. */
  readonly sizeBytes: number | undefined;
  /** Whether it can be read from the start again. */
  readonly rereadable: boolean;
  readonly #source: FileSource | undefined;
  readonly #stream: MessageSource | undefined;
  #block = { from: 0, bytes: new Uint8Array(0) as Uint8Array };
  #sentBytes = 0;

  /** `startByte`: where to begin, counted from zero; only of what can be read again. */
  constructor(content: FileContent, sizeBytes?: number, startByte = 0) {
    this.#sentBytes = startByte;
    this.sizeBytes = sizeOf(content, sizeBytes);
    this.rereadable = !isStream(content);
    if (isStream(content)) this.#stream = streamSource(piecesOf(content.getReader()), sizeBytes);
    else this.#source = fileSource(content, undefined);
  }

  /** Octets from the first on that have arrived. */
  get sentBytes(): number {
    return this.#sentBytes;
  }

  /** Of the whole file; none where reading it would use it up. Rejects with ImError when it is not wanted any more. */
  async hashes(startHash: StartHash, signal: Signal | undefined): Promise<readonly FileHash[]> {
    const source = this.#source;
    if (source === undefined) return [];
    const hasher = new FileHasher(startHash);
    for (let at = 0, last = false; !last; ) {
      if (signal?.aborted) throw new ImError("aborted");
      const piece = await source.read(at, BLOCK_BYTES);
      hasher.update(piece.bytes);
      at += piece.bytes.length;
      last = piece.last;
    }
    return hasher.hashes();
  }

  /** From the start again, where that is possible. */
  rewind(): void {
    if (this.rereadable) this.#sentBytes = 0;
  }

  /** A message of the rest of the file, behind `head`. Only one is read at a time. */
  message(head: Uint8Array): MessageSource {
    const start = this.#sentBytes;
    const shift = start - head.length; // of an octet of the message in the file
    const { sizeBytes } = this;
    return {
      sizeBytes: sizeBytes === undefined ? undefined : sizeBytes - shift,
      read: (offset, maxBytes) => {
        if (offset < head.length) return head.subarray(offset, offset + maxBytes);
        return this.#read(offset + shift, maxBytes);
      },
      release: (offset) => {
        this.#sentBytes = Math.max(this.#sentBytes, offset + shift);
        this.#stream?.release?.(this.#sentBytes);
      },
    };
  }

  /** Nothing is read any more. */
  close(): void {
    this.#stream?.close?.();
    void this.#source?.close();
  }

  #read(at: number, maxBytes: number): Pulled | Promise<Pulled> {
    if (this.#stream !== undefined) return this.#stream.read(at, maxBytes);
    return this.#inBlock(at, maxBytes) ?? this.#nextBlock(at, maxBytes);
  }

  #inBlock(at: number, maxBytes: number): Pulled {
    const { from, bytes } = this.#block;
    if (at < from || at >= from + bytes.length) return undefined;
    return bytes.subarray(at - from, at - from + maxBytes);
  }

  async #nextBlock(at: number, maxBytes: number): Promise<Pulled> {
    const piece = await this.#source?.read(at, BLOCK_BYTES);
    if (piece === undefined) return undefined;
    this.#block = { from: at, bytes: piece.bytes };
    return this.#inBlock(at, maxBytes);
  }
}

async function* piecesOf(reader: StreamReader): AsyncGenerator<Uint8Array, void> {
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      if (value !== undefined && value.length > 0) yield value;
    }
  } finally {
    await reader.cancel();
  }
}
