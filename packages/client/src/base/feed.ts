/** Values for `for await`: pulled one by one, so that a slow reader slows what fills it. */
import { onAbort, type Signal } from "./signal.ts";

/** Where a feed gets its next value: undefined when there is none yet. */
export type Pull<T> = () => Promise<T | undefined>;

/**
 * One reader over a pull function. `settled` is told of a value when the reader asks for the next
 * one: only then has the loop's body ended without throwing.
 */
export class Feed<T> implements AsyncIterableIterator<T> {
  readonly #pull: Pull<T>;
  readonly #settled: (value: T) => Promise<void>;
  readonly #ended: () => void;
  readonly #letGo: () => void;
  #wake: (() => void) | undefined;
  #last: T | undefined;
  #done = false;

  constructor(
    pull: Pull<T>,
    settled: (value: T) => Promise<void>,
    options: { readonly signal?: Signal | undefined; readonly ended: () => void },
  ) {
    this.#pull = pull;
    this.#settled = settled;
    this.#ended = options.ended;
    this.#letGo = onAbort(options.signal, () => this.end());
  }

  /** There may be something to pull now. */
  wake(): void {
    this.#wake?.();
    this.#wake = undefined;
  }

  /** The loop ends after what it has now. */
  end(): void {
    if (this.#done) return;
    this.#done = true;
    this.#ended();
    this.wake();
  }

  async next(): Promise<IteratorResult<T, undefined>> {
    await this.#settleLast();
    while (!this.#done) {
      const woken = new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
      const value = await this.#pull();
      if (value !== undefined) {
        this.#last = value;
        return { done: false, value };
      }
      if (!this.#done) await woken;
    }
    this.#letGo();
    return { done: true, value: undefined };
  }

  /** A `break` has seen its value too; a throw inside the loop has not, but cannot be told apart. */
  async return(): Promise<IteratorResult<T, undefined>> {
    await this.#settleLast();
    this.end();
    this.#letGo();
    return { done: true, value: undefined };
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.return();
  }

  async #settleLast(): Promise<void> {
    const last = this.#last;
    this.#last = undefined;
    if (last !== undefined) await this.#settled(last);
  }
}
