/** Brings a message that arrives in pieces to the disk, at the pace of the disk. OMA IM 12.6 */
import type { IncomingControl, IncomingSink } from "@parlance/msrp";
import { concatBytes } from "@parlance/wire";
import type { ContentFacts, ContentWriter, FileContent } from "../../store/index.ts";

export interface Kept {
  readonly content: string;
  readonly sizeBytes: number;
  /** Its first octets: the envelope, and some of what is in it. */
  readonly start: Uint8Array;
  readonly facts: ContentFacts;
}

/** More than this in memory, and the sender has to wait. */
const BACKLOG_BYTES = 1_048_576;
/** Enough for every envelope that is read at all. Rows that wait were written with it. */
export const START_BYTES = 32_768;

export class ContentSink implements IncomingSink {
  readonly #contents: FileContent;
  readonly #control: IncomingControl;
  readonly #done: (kept: Kept) => Promise<number>;
  readonly #writer: Promise<ContentWriter>;
  readonly #starts: Uint8Array[] = [];
  #work: Promise<void>;
  #startBytes = 0;
  #backlog = 0;
  #waiting = false;

  /** `done` says what the sender is told once everything is durable. */
  constructor(
    contents: FileContent,
    control: IncomingControl,
    done: (kept: Kept) => Promise<number>,
  ) {
    this.#contents = contents;
    this.#control = control;
    this.#done = done;
    this.#writer = contents.create();
    this.#work = this.#writer.then(() => undefined);
    this.#work.catch(() => undefined); // told at the end
  }

  write(octets: Uint8Array): boolean {
    if (this.#startBytes < START_BYTES) {
      this.#starts.push(octets);
      this.#startBytes += octets.length;
    }
    this.#backlog += octets.length;
    this.#work = this.#work.then(() => this.#append(octets));
    this.#work.catch(() => undefined);
    this.#waiting = this.#backlog > BACKLOG_BYTES;
    return !this.#waiting;
  }

  async end(): Promise<number> {
    try {
      await this.#work;
      const writer = await this.#writer;
      const facts = await writer.seal();
      const start = concatBytes(...this.#starts).subarray(0, START_BYTES);
      const { sizeBytes } = facts;
      const status = await this.#done({ content: writer.id, sizeBytes, start, facts });
      if (status !== 200) await this.#contents.delete(writer.id);
      return status;
    } catch {
      await this.#discard();
      return 408; // the sender may try again
    }
  }

  abandon(): void {
    void this.#discard();
  }

  async #append(octets: Uint8Array): Promise<void> {
    const writer = await this.#writer;
    await writer.append(octets);
    this.#backlog -= octets.length;
    if (!this.#waiting || this.#backlog > BACKLOG_BYTES / 2) return;
    this.#waiting = false;
    this.#control.resume();
  }

  async #discard(): Promise<void> {
    try {
      const writer = await this.#writer;
      await writer.close();
      await this.#contents.delete(writer.id);
    } catch {
      // What is left lies there without an owner, and is swept away.
    }
  }
}
