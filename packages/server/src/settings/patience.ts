/** Users whose device has registered and has not said yet what it wants: T-settings. Clause 14.2 */
import type { Cancel, Clock } from "@parlance/wire";

export class Patience {
  readonly #clock: Clock;
  readonly #waitMs: number;
  readonly #waiting = new Map<string, { readonly cancel: Cancel; readonly run: () => void }>();

  constructor(clock: Clock, waitMs: number) {
    this.#clock = clock;
    this.#waitMs = waitMs;
  }

  /** Runs it when the time is over, unless it is ended before; whoever waits already waits on. */
  await(name: string, run: () => void): void {
    if (this.#waiting.has(name)) return;
    const cancel = this.#clock.schedule(this.#waitMs, () => {
      this.#waiting.delete(name);
      run();
    });
    this.#waiting.set(name, { cancel, run });
  }

  /** What was to run, for whoever ends the wait. */
  end(name: string): (() => void) | undefined {
    const waiting = this.#waiting.get(name);
    this.#waiting.delete(name);
    waiting?.cancel();
    return waiting?.run;
  }

  stop(): void {
    for (const { cancel } of this.#waiting.values()) cancel();
    this.#waiting.clear();
  }
}
