/** Writes one content: gathers what comes while the disk is busy, hashes it, and makes it durable when asked. */
import type { FileHandle } from "node:fs/promises";
import { open } from "node:fs/promises";
import { type ContentFacts, type ContentWriter, StoreError } from "@parlance/server";
import type { RunningHash } from "@parlance/wire";
import { startHash } from "../crypto/index.ts";
import { diskError, onDisk } from "./durability.ts";

/** An append waits while more than this is in memory. */
const GATHERED_BYTES = 1024 * 1024;
const PIECES_A_CALL = 256; // well below what systems take in one call (1,024)
const HASHED_AT_ONCE = 256 * 1024;

interface Hashes {
  readonly sha1: RunningHash;
  readonly sha256: RunningHash;
}

export interface DiskWriting {
  readonly id: string;
  readonly handle: FileHandle;
  readonly path: string;
  /** Where it goes on. */
  readonly offset: number;
  /** Gives the file its last name, durably. */
  seal(): Promise<void>;
  /** Makes the name that it has durable. */
  keepName(): Promise<void>;
  /** There may be another writer now. */
  ended(): void;
}

export class DiskWriter implements ContentWriter {
  readonly id: string;
  readonly #of: DiskWriting;
  /** Undefined where a part of the content was written by somebody before. */
  readonly #hashes: Hashes | undefined;
  #gathered: Uint8Array[] = [];
  #gatheredBytes = 0;
  #writtenBytes: number;
  #durableBytes: number;
  #named = false;
  #running: Promise<void> | undefined;
  #failure: StoreError | undefined;
  #open = true;

  constructor(of: DiskWriting) {
    this.id = of.id;
    this.#of = of;
    this.#hashes = of.offset === 0 ? newHashes() : undefined;
    this.#writtenBytes = of.offset;
    this.#durableBytes = of.offset;
  }

  get offset(): number {
    return this.#writtenBytes + this.#gatheredBytes;
  }

  get durableOffset(): number {
    return this.#durableBytes;
  }

  async append(bytes: Uint8Array): Promise<void> {
    this.#mustWork();
    if (bytes.length === 0) return;
    feed(this.#hashes, bytes);
    this.#gathered.push(bytes);
    this.#gatheredBytes += bytes.length;
    this.#running ??= this.#run();
    while (this.#gatheredBytes > GATHERED_BYTES && this.#running !== undefined) await this.#running;
    this.#mustWork();
  }

  async sync(): Promise<number> {
    this.#mustWork();
    while (this.#running !== undefined) await this.#running;
    this.#mustWork();
    const reached = this.#writtenBytes;
    await this.#try(async () => {
      await this.#of.handle.datasync();
      if (!this.#named) await this.#of.keepName();
      this.#named = true;
    });
    this.#durableBytes = Math.max(this.#durableBytes, reached);
    return this.#durableBytes;
  }

  async seal(): Promise<ContentFacts> {
    this.#named = true; // the last name is made durable instead
    await this.sync();
    const { sha1, sha256 } = this.#hashes ?? (await this.#try(() => this.#hashAgain()));
    const facts = { sizeBytes: this.#writtenBytes, sha1: sha1.digest(), sha256: sha256.digest() };
    this.#open = false;
    try {
      await this.#try(async () => {
        await this.#of.handle.close();
        await this.#of.seal();
      });
    } finally {
      this.#of.ended();
    }
    return facts;
  }

  async close(): Promise<void> {
    if (!this.#open) return;
    this.#open = false;
    this.#gathered = [];
    while (this.#running !== undefined) await this.#running;
    await onDisk(() => this.#of.handle.close());
    this.#of.ended();
  }

  /** Never rejects: whoever waits looks for the failure. */
  async #run(): Promise<void> {
    try {
      while (this.#gathered.length > 0) await this.#writeGathered();
    } catch (error) {
      this.#failure = diskError(error);
      this.#gathered = [];
    }
    this.#running = undefined;
  }

  async #writeGathered(): Promise<void> {
    let pieces = this.#gathered.slice(0, PIECES_A_CALL);
    this.#gathered = this.#gathered.slice(PIECES_A_CALL);
    while (pieces.length > 0) {
      const { bytesWritten } = await this.#of.handle.writev(pieces, this.#writtenBytes);
      this.#writtenBytes += bytesWritten;
      this.#gatheredBytes -= bytesWritten;
      pieces = without(pieces, bytesWritten);
    }
  }

  async #hashAgain(): Promise<Hashes> {
    const hashes = newHashes();
    const handle = await open(this.#of.path, "r");
    try {
      const piece = new Uint8Array(HASHED_AT_ONCE);
      for (let at = 0; at < this.#writtenBytes; ) {
        const { bytesRead } = await handle.read(piece, 0, piece.length, at);
        if (bytesRead === 0) throw new StoreError("damaged", "the content is shorter than it was");
        feed(hashes, piece.subarray(0, bytesRead));
        at += bytesRead;
      }
    } finally {
      await handle.close();
    }
    return hashes;
  }

  async #try<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      this.#failure = diskError(error);
      throw this.#failure;
    }
  }

  #mustWork(): void {
    if (this.#failure !== undefined) throw this.#failure;
    if (!this.#open) throw new StoreError("closed", "the writer is closed");
  }
}

function newHashes(): Hashes {
  return { sha1: startHash("sha-1"), sha256: startHash("sha-256") };
}

function feed(hashes: Hashes | undefined, bytes: Uint8Array): void {
  hashes?.sha1.update(bytes);
  hashes?.sha256.update(bytes);
}

/** What is left when the system has written less than it was given. */
function without(pieces: readonly Uint8Array[], written: number): Uint8Array[] {
  let left = written;
  return pieces.flatMap((piece) => {
    const gone = Math.min(left, piece.length);
    left -= gone;
    return gone === piece.length ? [] : [piece.subarray(gone)];
  });
}
