/** What was asked and is not answered. What never comes must neither stop a load nor go unnoticed. */
import type { Tally } from "./tally.ts";

/** No server that is up takes so long; a datagram that was dropped is not sent again. */
const LOST_MS = 3_000;
const LOOK_MS = 500;

export class InFlight {
  readonly #began = new Map<string, number>();

  /** `next` takes the place of what is lost. */
  constructor(tally: Tally, next: () => void) {
    setInterval(() => {
      const longAgo = performance.now() - LOST_MS;
      for (const [id, began] of this.#began) {
        if (began > longAgo) break; // in the order in which they were sent
        this.#began.delete(id);
        tally.refused(`no answer to ${id}`);
        next();
      }
    }, LOOK_MS).unref();
  }

  begin(id: string): void {
    this.#began.set(id, performance.now());
  }

  /** When it was sent; undefined where nobody waits for it any more. */
  end(id: string): number | undefined {
    const began = this.#began.get(id);
    this.#began.delete(id);
    return began;
  }
}
