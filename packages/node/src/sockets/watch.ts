/**
 * Looks at all connections at once every so often, so that none needs a timer of its own and a read
 * costs no more than storing a number.
 */
import { Chain, type Link } from "@parlance/wire";

export interface Watched {
  /** Ends the connection if its time is over. */
  look(now: number): void;
}

export class Watch {
  /** Monotonic milliseconds at the last look; what a connection notes when something happens. */
  now = performance.now();
  readonly #everyMs: number;
  readonly #watched = new Chain<Watched>();
  #timer: NodeJS.Timeout | undefined;

  constructor(everyMs: number) {
    this.#everyMs = everyMs;
  }

  /** The link is for `remove`. */
  add(watched: Watched): Link<Watched> {
    const link = this.#watched.add(watched);
    if (this.#timer === undefined) this.#start();
    return link;
  }

  #start(): void {
    this.now = performance.now();
    this.#timer = setInterval(() => this.#look(), this.#everyMs);
    // The connections keep the process alive, not the looking at them.
    this.#timer.unref();
  }

  remove(link: Link<Watched>): void {
    this.#watched.remove(link);
    if (this.#watched.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #look(): void {
    this.now = performance.now();
    for (const watched of this.#watched) watched.look(this.now);
  }
}
