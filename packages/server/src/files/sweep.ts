/** Deletes what has expired and what was abandoned, a bounded number at a time, and what a crash has left without a row. */
import type { Cancel } from "@parlance/wire";
import { removeOrphans } from "../store/index.ts";
import { removeFile } from "./remove-file.ts";
import type { FileWork } from "./work.ts";

const TICK_MS = 60_000;
const NEXT_BATCH_MS = 1_000;
/** Also a content that could not be deleted when its row was is gone within a day. */
const ORPHANS_MS = 43_200_000;
const ORPHANS_ASKED_AT_ONCE = 200;
/** How far the time of the disk may be behind ours. */
const SLACK_MS = 600_000;

export class FileSweeper {
  readonly #work: FileWork;
  #cancels: readonly Cancel[] = [];
  #stopped = false;

  constructor(work: FileWork) {
    this.#work = work;
  }

  start(): void {
    this.#cancels = [this.#every(TICK_MS, () => this.sweep()), this.#later(0, ORPHANS_MS)];
  }

  stop(): void {
    this.#stopped = true;
    for (const cancel of this.#cancels) cancel();
  }

  /** At most so many as one tick may take; says whether that was all. */
  async sweep(): Promise<boolean> {
    const { store, clock, limits } = this.#work;
    const most = limits.expiredFilesPerTick;
    const expired = await store.expired(clock.now(), most);
    for (const { id, owner, facts } of expired) {
      if (this.#stopped) return false;
      await removeFile(id, owner, facts === undefined ? "abandoned" : "expired", this.#work);
    }
    return expired.length < most;
  }

  /** What was there before this process, and has no row. */
  async removeOrphans(before: number): Promise<number> {
    const { content, store, counters, log } = this.#work;
    const removed = await removeOrphans(content, {
      claimed: async (ids) => new Set(await store.contentsOf(ids)),
      before,
      batch: ORPHANS_ASKED_AT_ONCE,
    });
    counters.orphaned(removed);
    if (removed > 0) log.info("contents without a file deleted", { count: removed });
    return removed;
  }

  #every(tickMs: number, work: () => Promise<boolean>): Cancel {
    return this.#repeat(tickMs, async () => ((await work()) ? tickMs : NEXT_BATCH_MS));
  }

  #later(firstMs: number, tickMs: number): Cancel {
    return this.#repeat(firstMs, async () => {
      await this.removeOrphans(this.#work.clock.now() - SLACK_MS);
      return tickMs;
    });
  }

  /** The work says how long to wait until the next time. */
  #repeat(firstMs: number, work: () => Promise<number>): Cancel {
    const { clock, log } = this.#work;
    let cancel: Cancel | undefined;
    const schedule = (delayMs: number): void => {
      if (!this.#stopped) cancel = clock.schedule(delayMs, run);
    };
    const run = (): void => {
      work().then(schedule, (error: unknown) => {
        if (this.#stopped) return; // what it works on may be closed by now
        log.error("sweeping files failed", { error: String(error) });
        schedule(TICK_MS);
      });
    };
    schedule(firstMs);
    return () => cancel?.();
  }
}
