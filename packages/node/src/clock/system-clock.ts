/** The clock of this machine behind the `Clock` port. */
import { type Cancel, type Clock, Timers } from "@parlance/wire";

/** A wake-up that finds the next deadline nearer than this waits for it: fewer wake-ups under load. */
const GRAIN_MS = 4;
/** Longer waits than this overflow the timer of Node; they are waited for in pieces. */
const LONGEST_WAIT_MS = 2_000_000_000;
/** The two clocks of the machine go apart when somebody sets the time; from here on it is taken anew. */
const MOST_DRIFT_MS = 2;

/** Keeps any number of deadlines behind one timer of Node. */
export class SystemClock implements Clock {
  readonly #timers = new Timers();
  #wake: NodeJS.Timeout | undefined;
  #wakeAt = Number.POSITIVE_INFINITY;
  #epoch = performance.timeOrigin;
  readonly #advance = (): void => this.#wokenUp();

  now(): number {
    return Date.now();
  }

  /** In microseconds, never far from `now`. */
  fine(): number {
    const now = Date.now();
    const fine = this.#epoch + performance.now();
    if (Math.abs(fine - now) <= MOST_DRIFT_MS) return fine;
    this.#epoch += now - fine;
    return now;
  }

  /** Measured on a clock that nobody sets: a correction of the time fires nothing. */
  schedule(delayMs: number, run: () => void): Cancel {
    const now = performance.now();
    const cancel = this.#timers.add(now, delayMs, run);
    if (now + delayMs < this.#wakeAt) this.#wakeIn(delayMs, now);
    return cancel;
  }

  /** Forgets everything that was scheduled, so that the process can end. */
  stop(): void {
    clearTimeout(this.#wake);
    this.#wakeAt = Number.NEGATIVE_INFINITY;
  }

  #wakeIn(waitMs: number, now: number): void {
    clearTimeout(this.#wake);
    const bounded = Math.min(waitMs, LONGEST_WAIT_MS);
    this.#wakeAt = now + bounded;
    this.#wake = setTimeout(this.#advance, bounded);
  }

  #wokenUp(): void {
    // What a callback schedules now is looked at below, once for all.
    this.#wakeAt = Number.NEGATIVE_INFINITY;
    try {
      this.#timers.advance(performance.now());
    } finally {
      this.#wakeAt = Number.POSITIVE_INFINITY;
      const next = this.#timers.nextDeadline();
      const now = performance.now();
      if (next !== undefined) this.#wakeIn(Math.max(next - now, GRAIN_MS), now);
    }
  }
}
