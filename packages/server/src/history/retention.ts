/** Takes away what users removed and what has expired, a bounded part at a time, with its octets. OMA IM 13 */
import type { Cancel, Clock } from "@parlance/wire";
import type { Log } from "../ports/index.ts";
import type { HistoryStore } from "../store/index.ts";

export interface HistoryRetentionPorts {
  readonly store: Pick<HistoryStore, "sweep">;
  /** Deletes octets that lie outside of the store, where there are any. */
  readonly removeContent?: (id: string) => Promise<unknown>;
  readonly clock: Clock;
  readonly log: Log;
}

const LOOK_MS = 60_000; // what a user removed is gone from the disk after a minute
const AT_ONCE = 2; // each costs the store up to 30 ms among a million: its words leave the index with it
const NEXT_PART_MS = 100; // lets traffic through between two full parts

export class HistoryRetention {
  readonly #ports: HistoryRetentionPorts;
  #next: Cancel | undefined;
  #stopped = false;

  constructor(ports: HistoryRetentionPorts) {
    this.#ports = ports;
  }

  start(): void {
    this.#schedule(LOOK_MS);
  }

  stop(): void {
    this.#stopped = true;
    this.#next?.();
  }

  #schedule(delayMs: number): void {
    if (this.#stopped) return;
    this.#next = this.#ports.clock.schedule(delayMs, () => void this.#turn());
  }

  async #turn(): Promise<void> {
    const more = await this.#sweep();
    this.#schedule(more ? NEXT_PART_MS : LOOK_MS);
  }

  /** Says whether there may be more. */
  async #sweep(): Promise<boolean> {
    const { store, removeContent, clock, log } = this.#ports;
    try {
      const { contents, more } = await store.sweep(clock.now(), AT_ONCE);
      for (const content of contents) await removeContent?.(content);
      return more;
    } catch (error) {
      if (!this.#stopped) log.error("history not swept", { error: String(error) });
      return false;
    }
  }
}
