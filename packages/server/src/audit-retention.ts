/** Forgets what operators did so long ago that nobody has to answer for it any more, a bounded part at a time. */
import type { Cancel, Clock } from "@parlance/wire";
import type { Log } from "./ports/index.ts";
import type { AuditStore } from "./store/index.ts";

export interface RetentionPorts {
  readonly store: Pick<AuditStore, "trim">;
  readonly clock: Clock;
  readonly log: Log;
}

const LOOK_MS = 3_600_000; // an entry may outlive its time by an hour, and is gone within the day
const ENTRIES_AT_ONCE = 500; // one short commit beside those that messages wait for
const NEXT_PART_MS = 1_000; // lets traffic through between two full parts

export class AuditRetention {
  readonly #ports: RetentionPorts;
  readonly #keepMs: number;
  #next: Cancel | undefined;
  #stopped = false;

  constructor(ports: RetentionPorts, keepMs: number) {
    this.#ports = ports;
    this.#keepMs = keepMs;
  }

  /** Not at once: a start has better things to do. */
  start(): void {
    this.#schedule(NEXT_PART_MS);
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
    const more = await this.#trim();
    this.#schedule(more ? NEXT_PART_MS : LOOK_MS);
  }

  /** Says whether there may be more. */
  async #trim(): Promise<boolean> {
    const { store, clock, log } = this.#ports;
    try {
      return (await store.trim(clock.now() - this.#keepMs, ENTRIES_AT_ONCE)) === ENTRIES_AT_ONCE;
    } catch (error) {
      if (!this.#stopped) log.error("audit log not trimmed", { error: String(error) });
      return false;
    }
  }
}
