/** How often bounds are hit, and how much of them is used, by name: an operator sees which of them is too low, or attacked. */
import type { LimitName } from "../limits.ts";
import type { Counter, LimitWatch, Metrics, SecurityWatch } from "../ports/index.ts";

export class LimitHits implements LimitWatch {
  readonly #watch: SecurityWatch;
  readonly #counter: Counter;
  readonly #uses = new Map<string, (() => number)[]>();

  constructor(metrics: Metrics, watch: SecurityWatch) {
    this.#watch = watch;
    const help = "Times that a bound was hit";
    this.#counter = metrics.counter("parlance_limit_hits_total", help, "limit");
  }

  hit(limit: LimitName, source?: string): void {
    this.#counter.add(1, limit);
    if (source !== undefined) this.#watch.report(`limit: ${limit}`, source);
  }

  uses(limit: LimitName, read: () => number): void {
    this.#uses.set(limit, [...(this.#uses.get(limit) ?? []), read]);
  }

  /** Where several have the bound each for themselves, that of the one who uses most. Undefined where nobody counts it. */
  used(limit: string): number | undefined {
    const reads = this.#uses.get(limit);
    return reads && mostOf(reads.map((read) => read()));
  }
}

/** Of the one who has most. */
export function mostOf(counts: Iterable<number>): number {
  let most = 0;
  for (const count of counts) most = Math.max(most, count);
  return most;
}
