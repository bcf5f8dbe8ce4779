/** A signal of our own: fires for the caller's, when a deadline passes, or when it is told to. */
import type { Cancel, Clock } from "@parlance/wire";
import { onAbort, type Signal } from "../base/signal.ts";

export class Stop implements Signal {
  readonly #listeners = new Set<() => void>();
  readonly #clock: Clock;
  readonly #letGo: () => void;
  #cancel: Cancel | undefined;
  #aborted = false;

  constructor(clock: Clock, caller: Signal | undefined) {
    this.#clock = clock;
    this.#letGo = onAbort(caller, () => this.#fire());
  }

  get aborted(): boolean {
    return this.#aborted;
  }

  /** Fires when so much time passes before the next call, or `done`. */
  within(ms: number): void {
    this.#cancel?.();
    if (!this.#aborted) this.#cancel = this.#clock.schedule(ms, () => this.#fire());
  }

  /** The same promise, until it fires, which it does after so long: rejects then. */
  async inTime<T>(work: Promise<T>, ms: number): Promise<T> {
    const stopped = Promise.withResolvers<never>();
    const tell = (): void => stopped.reject(new Error("stopped"));
    if (this.#aborted) tell();
    this.addEventListener("abort", tell);
    this.within(ms);
    try {
      return await Promise.race([work, stopped.promise]);
    } finally {
      this.#cancel?.();
      this.removeEventListener("abort", tell);
    }
  }

  /** Fires now. */
  stop(): void {
    this.#fire();
  }

  done(): void {
    this.#cancel?.();
    this.#letGo();
  }

  addEventListener(_type: "abort", listener: () => void): void {
    this.#listeners.add(listener);
  }

  removeEventListener(_type: "abort", listener: () => void): void {
    this.#listeners.delete(listener);
  }

  #fire(): void {
    if (this.#aborted) return;
    this.#aborted = true;
    this.#cancel?.();
    for (const listener of this.#listeners) listener();
  }
}
