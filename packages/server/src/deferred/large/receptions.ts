/** What comes at one time for users who are away: each reception holds octets in memory until the disk has them. */
import type { LimitWatch } from "../../ports/index.ts";

export class Receptions {
  readonly #most: number;
  readonly #hits: LimitWatch;
  readonly #byAuthor = new Map<string, number>();

  constructor(mostPerUser: number, hits: LimitWatch) {
    this.#most = mostPerUser;
    this.#hits = hits;
    hits.uses("receptionsPerUser", () => Math.max(0, ...this.#byAuthor.values()));
  }

  /** Undefined when the author has too many under way; else to be called when it is over, once or again. */
  enter(author: string): (() => void) | undefined {
    const count = this.#byAuthor.get(author) ?? 0;
    if (count >= this.#most) {
      this.#hits.hit("receptionsPerUser");
      return undefined;
    }
    this.#byAuthor.set(author, count + 1);
    let under = true;
    return () => {
      if (under) this.#leave(author);
      under = false;
    };
  }

  #leave(author: string): void {
    const left = (this.#byAuthor.get(author) ?? 0) - 1;
    if (left > 0) this.#byAuthor.set(author, left);
    else this.#byAuthor.delete(author);
  }
}
