/** Contents in memory, over a disk that a test may slow down, fail or cut. */
import { concatBytes, hex, type Random, type StartHash } from "@parlance/wire";
import type {
  ContentEntry,
  ContentFacts,
  ContentReader,
  ContentWriter,
  FileContent,
} from "../content.ts";
import { StoreError } from "../errors.ts";
import type { Disk } from "./ledger.ts";

/** What a crash leaves of one content. */
export interface ContentRecord {
  readonly id: string;
  readonly bytes: Uint8Array;
  readonly sealed: boolean;
  readonly changedAt: number;
}

export interface MemoryContentOptions {
  readonly random: Random;
  readonly startHash: StartHash;
  readonly now: () => number;
  /** Starts with what an earlier life had made durable. */
  readonly image?: readonly ContentRecord[];
  readonly disk?: Disk;
}

export interface MemoryContent extends FileContent {
  /** What a restart after a crash at this moment would find. */
  image(): readonly ContentRecord[];
}

interface Held {
  pieces: Uint8Array[];
  sizeBytes: number;
  durableBytes: number;
  sealed: boolean;
  written: boolean;
  changedAt: number;
}

const ID_BYTES = 16;
const PIECE_BYTES = 65_536;

export function memoryContent(options: MemoryContentOptions): MemoryContent {
  const { random, now, image = [] } = options;
  const held = new Map<string, Held>(image.map((record) => [record.id, heldOf(record)]));
  const writerOf = (id: string, content: Held): ContentWriter => {
    content.written = true;
    return new MemoryWriter(id, content, options);
  };
  return {
    async create() {
      const id = hex(random.bytes(ID_BYTES));
      const content: Held = { ...EMPTY, pieces: [], changedAt: now() };
      held.set(id, content);
      return writerOf(id, content);
    },
    async resume(id, offset) {
      const content = held.get(id);
      if (content === undefined || content.written || content.sizeBytes < offset) return undefined;
      content.pieces = [concatBytes(...content.pieces).slice(0, offset)];
      content.sizeBytes = offset;
      content.durableBytes = Math.min(content.durableBytes, offset);
      content.sealed = false;
      return writerOf(id, content);
    },
    async open(id) {
      const content = held.get(id);
      return content?.sealed === true ? readerOf(concatBytes(...content.pieces)) : undefined;
    },
    delete: async (id) => held.delete(id),
    async *entries() {
      for (const [id, { sizeBytes, sealed, changedAt }] of held) {
        yield { id, sizeBytes, sealed, changedAt } satisfies ContentEntry;
      }
    },
    image: () =>
      [...held].map(([id, { pieces, durableBytes, sealed, changedAt }]) => {
        const bytes = concatBytes(...pieces).slice(0, durableBytes);
        return { id, bytes, sealed, changedAt };
      }),
  };
}

const EMPTY = { sizeBytes: 0, durableBytes: 0, sealed: false, written: false };

function heldOf({ bytes, sealed, changedAt }: ContentRecord): Held {
  const sizeBytes = bytes.length;
  return { pieces: [bytes], sizeBytes, durableBytes: sizeBytes, sealed, written: false, changedAt };
}

class MemoryWriter implements ContentWriter {
  readonly id: string;
  readonly #content: Held;
  readonly #options: MemoryContentOptions;
  #open = true;

  constructor(id: string, content: Held, options: MemoryContentOptions) {
    this.id = id;
    this.#content = content;
    this.#options = options;
  }

  get offset(): number {
    return this.#content.sizeBytes;
  }

  get durableOffset(): number {
    return this.#content.durableBytes;
  }

  async append(bytes: Uint8Array): Promise<void> {
    this.#mustBeOpen();
    // A copy: what came in may be a small view of a large receive buffer.
    this.#content.pieces.push(bytes.slice());
    this.#content.sizeBytes += bytes.length;
    this.#content.changedAt = this.#options.now();
  }

  async sync(): Promise<number> {
    this.#mustBeOpen();
    const reached = this.#content.sizeBytes;
    await this.#commit();
    this.#content.durableBytes = Math.max(this.#content.durableBytes, reached);
    return this.#content.durableBytes;
  }

  async seal(): Promise<ContentFacts> {
    await this.sync();
    this.#content.sealed = true;
    await this.close();
    const bytes = concatBytes(...this.#content.pieces);
    const hashed = (algorithm: "sha-1" | "sha-256"): string => {
      const hash = this.#options.startHash(algorithm);
      hash.update(bytes);
      return hash.digest();
    };
    return { sizeBytes: bytes.length, sha1: hashed("sha-1"), sha256: hashed("sha-256") };
  }

  async close(): Promise<void> {
    if (!this.#open) return;
    this.#open = false;
    this.#content.written = false;
  }

  async #commit(): Promise<void> {
    const { disk } = this.#options;
    try {
      await disk?.commit();
    } catch (cause) {
      throw new StoreError("failed", "the disk failed", { cause });
    }
    await disk?.acknowledge?.();
  }

  #mustBeOpen(): void {
    if (!this.#open) throw new StoreError("closed", "the writer is closed");
  }
}

function readerOf(bytes: Uint8Array): ContentReader {
  const state = { open: true };
  return {
    sizeBytes: bytes.length,
    async *read(from, to) {
      for (let at = from; at < to; at += PIECE_BYTES) {
        if (!state.open) throw new StoreError("closed", "the reader is closed");
        yield bytes.slice(at, Math.min(to, at + PIECE_BYTES));
      }
    },
    async close() {
      state.open = false;
    },
  };
}
