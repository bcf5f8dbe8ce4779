/** Makes an upload durable from time to time while it goes on, so that a crash costs little of it. */
import type { ContentWriter } from "../store/index.ts";
import { type FileWork, givenUpAt } from "./work.ts";

/** Each costs an fsync and a commit: on a quick line no more than four a second … */
const STEP_BYTES = 4 * 1_048_576;
const STEP_MS = 250;
/** … and on a slow one often enough that a crash costs no more than this, and that it does not count as abandoned. */
const SLOW_STEP_MS = 10_000;

export class Checkpoints {
  readonly #id: string;
  readonly #writer: ContentWriter;
  readonly #work: FileWork;
  #last: number;
  #lastAt: number;
  #running: Promise<void> | undefined;
  #failure: unknown;

  constructor(id: string, writer: ContentWriter, work: FileWork) {
    this.#id = id;
    this.#writer = writer;
    this.#work = work;
    this.#last = writer.offset;
    this.#lastAt = work.clock.now();
  }

  /** Octets have come. Nobody waits for the disk here. */
  passed(): void {
    if (this.#running !== undefined) return;
    const now = this.#work.clock.now();
    const enough = this.#writer.offset - this.#last >= STEP_BYTES;
    if (now - this.#lastAt < (enough ? STEP_MS : SLOW_STEP_MS)) return;
    this.#last = this.#writer.offset;
    this.#lastAt = now;
    this.#running = this.#saveInBackground();
  }

  /** Everything that has come is durable, and known to be: where the upload goes on. */
  async reach(): Promise<number> {
    await this.settle();
    await this.#save();
    return this.#writer.durableOffset;
  }

  /** None is under way any more. Rejects when one has failed. */
  async settle(): Promise<void> {
    await this.#running;
    if (this.#failure !== undefined) throw this.#failure;
  }

  /** Never rejects: whoever settles hears of a failure. */
  async #saveInBackground(): Promise<void> {
    try {
      await this.#save();
    } catch (error) {
      this.#failure = error;
    }
    this.#running = undefined;
  }

  async #save(): Promise<void> {
    const offset = await this.#writer.sync();
    if (offset === 0) return; // an upload for which nothing has come is given up sooner
    await this.#work.store.advance(this.#id, offset, givenUpAt(this.#work));
  }
}
