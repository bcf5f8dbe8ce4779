/** Links that led nowhere, by where they were tried from. Security rule 35 */

const MINUTE_MS = 60_000;
/** Of sources that are remembered at one time: the oldest goes. */
const MOST_SOURCES = 10_000;

interface Count {
  readonly until: number;
  misses: number;
}

export class Misses {
  readonly #most: number;
  readonly #counts = new Map<string, Count>();

  constructor(most: number) {
    this.#most = most;
  }

  /** Seconds until that source may try again; undefined when it may. */
  wait(source: string, now: number): number | undefined {
    const count = this.#counts.get(source);
    if (count === undefined || count.until <= now || count.misses < this.#most) return undefined;
    return Math.ceil((count.until - now) / 1_000);
  }

  /** Of the source that has most. */
  most(now: number): number {
    let most = 0;
    for (const { until, misses } of this.#counts.values())
      if (until > now) most = Math.max(most, misses);
    return most;
  }

  note(source: string, now: number): void {
    const count = this.#counts.get(source);
    if (count !== undefined && count.until > now) {
      count.misses += 1;
      return;
    }
    this.#counts.delete(source);
    if (this.#counts.size >= MOST_SOURCES) {
      const [oldest] = this.#counts.keys();
      if (oldest !== undefined) this.#counts.delete(oldest);
    }
    this.#counts.set(source, { until: now + MINUTE_MS, misses: 1 });
  }
}
