/** What comes in from the wire: taken by whoever waits for it, or kept until somebody does. */
import { within } from "./deadline.ts";

/** For an answer of a server that is well, on a machine that may be busy. */
export const ANSWER_MS = 10_000;

interface Taker<M> {
  readonly fits: (message: M) => boolean;
  readonly taken: PromiseWithResolvers<M>;
}

export class Awaited<M> {
  /** What was not taken yet. */
  readonly waiting: M[] = [];
  readonly #takers: Taker<M>[] = [];
  readonly #describe: (waiting: readonly M[]) => string;
  #open = true;

  /** `describe`: who we are, and what has come instead; for whoever waited in vain. */
  constructor(describe: (waiting: readonly M[]) => string) {
    this.#describe = describe;
  }

  /** The first message that fits, among those that wait and those that come. */
  take(fits: (message: M) => boolean, ms = ANSWER_MS): Promise<M> {
    const at = this.waiting.findIndex(fits);
    const [found] = at === -1 ? [] : this.waiting.splice(at, 1);
    if (found !== undefined) return Promise.resolve(found);
    if (!this.#open) return Promise.reject(this.#ended());
    const taken = Promise.withResolvers<M>();
    this.#takers.push({ fits, taken });
    return within(ms, taken.promise, () => `nothing that fits: ${this.#describe(this.waiting)}`);
  }

  /** False when nobody has waited for it: then it has to be kept or answered. */
  offer(message: M): boolean {
    const at = this.#takers.findIndex(({ fits }) => fits(message));
    const [taker] = at === -1 ? [] : this.#takers.splice(at, 1);
    taker?.taken.resolve(message);
    return taker !== undefined;
  }

  /** Nothing more will come. */
  end(): void {
    this.#open = false;
    for (const { taken } of this.#takers.splice(0)) taken.reject(this.#ended());
  }

  #ended(): Error {
    return new Error(`the connection has ended: ${this.#describe(this.waiting)}`);
  }
}
