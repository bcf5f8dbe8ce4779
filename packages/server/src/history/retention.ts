/** Takes away what users removed and what has expired, a bounded part at a time, with its octets. OMA IM 13 */
import type { Cancel, Clock } from "@parlance/wire";
import type { Log } from "../ports/index.ts";
import type { HistoryStore, RecordingStore } from "../store/index.ts";

export interface HistoryRetentionPorts {
  readonly store: Pick<HistoryStore, "sweep" | "remove">;
  readonly recordings?: Pick<RecordingStore, "due" | "unlink">;
  /** Deletes octets that lie outside of the store, where there are any. */
  readonly removeContent?: (id: string) => Promise<unknown>;
  /** Something of this account's has expired: whoever watches his list hears of it. */
  readonly changed?: (account: string) => void;
  readonly clock: Clock;
  readonly log: Log;
}

const LOOK_MS = 60_000; // what a user removed is gone from the disk after a minute
const MOST = 256; // the store stops before when it takes long
/** So long one part may hold up what others ask of the store: longer ones get smaller, much shorter ones larger. */
const PART_MS = 60;
/** Between two parts the store is free for others three times as long as the part took. */
const REST = 3;
const LEAST_REST_MS = 20;
/** Of much that goes at once a watcher hears so often. */
const TELL_MS = 5_000;

export class HistoryRetention {
  readonly #ports: HistoryRetentionPorts;
  #next: Cancel | undefined;
  #stopped = false;
  #atOnce = MOST;
  /** Who is yet to hear that something has expired. */
  readonly #untold = new Set<string>();
  #toldAt: number | undefined;

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
    const { clock } = this.#ports;
    const began = clock.now();
    const sessions = await this.#sweepSession();
    const more = (await this.#sweep()) || sessions;
    const tookMs = Math.max(0, clock.now() - began);
    this.#toldAt ??= began;
    if (!more || clock.now() - this.#toldAt >= TELL_MS) this.#tell();
    if (!more) return this.#schedule(LOOK_MS);
    this.#fit(tookMs);
    this.#schedule(Math.max(LEAST_REST_MS, REST * tookMs));
  }

  #tell(): void {
    this.#toldAt = undefined;
    for (const account of this.#untold) this.#ports.changed?.(account);
    this.#untold.clear();
  }

  /** What it took is the wait for others as well: under load the parts get smaller. */
  #fit(tookMs: number): void {
    if (tookMs > PART_MS) this.#atOnce = Math.max(1, Math.floor(this.#atOnce / 2));
    else if (tookMs < PART_MS / 2) this.#atOnce = Math.min(MOST, 2 * this.#atOnce);
  }

  /** A part of one session that is over: first its messages, then that it had them. Says whether there may be more. */
  async #sweepSession(): Promise<boolean> {
    const { store, recordings, clock, log } = this.#ports;
    try {
      const due = await recordings?.due(clock.now(), this.#atOnce);
      if (due === undefined) return false;
      const { owner, id, messages } = due;
      await store.remove(
        owner,
        messages.map(({ message }) => message),
      );
      await recordings?.unlink(owner, id, messages.at(-1)?.number ?? 0);
      this.#untold.add(owner);
      return true;
    } catch (error) {
      if (!this.#stopped) log.error("sessions not swept", { error: String(error) });
      return false;
    }
  }

  /** Says whether there may be more. */
  async #sweep(): Promise<boolean> {
    const { store, removeContent, clock, log } = this.#ports;
    try {
      const { owners, contents, more } = await store.sweep(clock.now(), this.#atOnce);
      for (const owner of owners) this.#untold.add(owner);
      for (const content of contents) await removeContent?.(content);
      return more;
    } catch (error) {
      if (!this.#stopped) log.error("history not swept", { error: String(error) });
      return false;
    }
  }
}
