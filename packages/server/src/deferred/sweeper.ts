/** Forgets stored messages whose time ran out, a bounded number at a time. OMA IM 12, expiry */
import type { Cancel } from "@parlance/wire";
import type { DeferredMessage } from "../store/index.ts";
import type { Counters } from "./counters.ts";
import { forget } from "./forget.ts";
import type { DeferredOptions } from "./options.ts";
import type { DeferredPorts } from "./ports.ts";
import { subjectOf } from "./report.ts";

export class Sweeper {
  readonly #ports: DeferredPorts;
  readonly #options: DeferredOptions;
  readonly #counters: Counters;
  #next: Cancel | undefined;
  #stopped = false;

  constructor(ports: DeferredPorts, options: DeferredOptions, counters: Counters) {
    this.#ports = ports;
    this.#options = options;
    this.#counters = counters;
  }

  start(): void {
    this.#schedule(this.#options.sweepMs);
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
    const { sweepMs, sweepPauseMs } = this.#options;
    const full = await this.#sweep();
    this.#schedule(full ? sweepPauseMs : sweepMs);
  }

  /** Says whether there may be more. */
  async #sweep(): Promise<boolean> {
    try {
      const { store, clock } = this.#ports;
      const expired = await store.expired(clock.now(), this.#options.sweepSize);
      // First the reports: after a crash an author may hear it twice, but never not at all.
      const told = await Promise.all(expired.map((message) => this.#tellAuthor(message)));
      const over = expired.filter((_, at) => told[at]);
      for (const [recipient, messages] of Map.groupBy(over, (one) => one.recipient)) {
        this.#counters.expired.add(messages.length);
        await forget(recipient, messages, this.#ports);
        const user = this.#ports.userNamed(recipient);
        if (user !== undefined) this.#ports.changed(user); // clause 14.7
      }
      return over.length === this.#options.sweepSize;
    } catch (error) {
      this.#ports.log.error("expiry sweep failed", { error: String(error) });
      return false;
    }
  }

  /** False: not now, so the message has to stay. */
  async #tellAuthor(message: DeferredMessage): Promise<boolean> {
    // Who was quarantined has been reported then.
    const subject = message.poisoned ? undefined : subjectOf(message, this.#ports);
    if (subject === undefined) return true;
    try {
      await this.#ports.reports.failed(subject);
      return true;
    } catch (error) {
      this.#ports.log.warn("expiry not reported", { error: String(error) });
      return false;
    }
  }
}
