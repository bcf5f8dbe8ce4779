/** What is left of transactions over datagrams that have had their answer: enough to absorb repeats. RFC 3261 §17.1.2.2, §17.2.2 */
import type { Place, Wheel } from "@parlance/wire";
import type { Flow } from "./flow.ts";

/**
 * The state "completed" of a table without INVITE, in as little memory as it can be: there are hundreds of thousands
 * of them on a busy server. Of a client transaction nothing is left but its place.
 */
export interface Remnant {
  /** When timer J or K would fire. */
  readonly until: number;
  /** What a repeat is answered with, and by which way; undefined where it is answered with nothing. */
  readonly answer: { readonly bytes: Uint8Array; readonly flow: Flow } | undefined;
  /** Where the transaction stood. */
  readonly place: Place<object>;
}

/** Those of one kind wait equally long, so they end in the order in which they came. */
export class Remnants {
  readonly #wheel: Wheel;
  readonly #gone: (remnant: Remnant) => void;
  #queue: (Remnant | undefined)[] = [];
  #first = 0;
  #armed = false;

  constructor(wheel: Wheel, gone: (remnant: Remnant) => void) {
    this.#wheel = wheel;
    this.#gone = gone;
  }

  add(remnant: Remnant): void {
    this.#queue.push(remnant);
    if (!this.#armed) this.#arm(remnant);
  }

  /** False when there is none. */
  dropOldest(): boolean {
    const oldest = this.#queue[this.#first];
    if (oldest === undefined) return false;
    this.#queue[this.#first] = undefined;
    this.#first += 1;
    // Room that was used is given back in pieces: moving all for each would cost more than it.
    if (this.#first * 2 > this.#queue.length) {
      this.#queue = this.#queue.slice(this.#first);
      this.#first = 0;
    }
    this.#gone(oldest);
    return true;
  }

  #arm({ until }: Remnant): void {
    this.#armed = true;
    this.#wheel.after(Math.max(0, until - this.#wheel.now()), () => this.#sweep());
  }

  #sweep(): void {
    this.#armed = false;
    const now = this.#wheel.now();
    for (;;) {
      const oldest = this.#queue[this.#first];
      if (oldest === undefined) return;
      if (oldest.until > now) return this.#arm(oldest);
      this.dropOldest();
    }
  }
}
