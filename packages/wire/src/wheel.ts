/** Any number of timers behind one alarm of a clock. */
import type { Cancel, Clock } from "./ports.ts";
import { type Timer, Timers } from "./timers.ts";

export class Wheel {
  readonly #clock: Clock;
  readonly #timers = new Timers();
  #wake: { readonly at: number; readonly cancel: Cancel } | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  now(): number {
    return this.#clock.now();
  }

  after(delayMs: number, run: () => void): Cancel {
    const now = this.#clock.now();
    const cancel = this.#timers.add(now, delayMs, run);
    this.#sleepUntil(now + delayMs, now);
    return cancel;
  }

  /** As `after`, for a timer that does not run. */
  start(timer: Timer, delayMs: number): void {
    const now = this.#clock.now();
    this.#timers.start(timer, now, delayMs);
    this.#sleepUntil(now + delayMs, now);
  }

  /** One that does not run is left alone. */
  cancel(timer: Timer): void {
    this.#timers.stop(timer);
  }

  stop(): void {
    this.#wake?.cancel();
    this.#wake = undefined;
  }

  /** A wake-up for a timer that has been cancelled stays: moving it would cost more than it. */
  #sleepUntil(at: number, now: number): void {
    if (this.#wake !== undefined && this.#wake.at <= at) return;
    this.#wake?.cancel();
    const run = () => this.#advance();
    this.#wake = { at, cancel: this.#clock.schedule(Math.max(0, at - now), run) };
  }

  #advance(): void {
    this.#wake = undefined;
    this.#timers.advance(this.#clock.now());
    const next = this.#timers.nextDeadline();
    if (next !== undefined) this.#sleepUntil(next, this.#clock.now());
  }
}
