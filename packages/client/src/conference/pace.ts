/** No faster than a room takes what one of its members says: whoever is faster is refused. OMA IM 8.2, 20 */

/** What a room of ours takes is 20 a second and 50 at once; other senders are in it, too. */
const PER_SECOND = 15;
const BURST = 40;

export class Pace {
  #tokens = BURST;
  #at = Number.NEGATIVE_INFINITY;

  /** Takes one; else how long it is to the next. */
  take(now: number): number {
    const since = Math.max(0, now - this.#at);
    this.#tokens = Math.min(BURST, this.#tokens + (since / 1_000) * PER_SECOND);
    this.#at = now;
    if (this.#tokens < 1) return Math.ceil(((1 - this.#tokens) * 1_000) / PER_SECOND);
    this.#tokens -= 1;
    return 0;
  }
}
