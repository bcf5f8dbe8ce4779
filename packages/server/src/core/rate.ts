/** Requests per user: so many a second on average, so many at once. */
export class Rate {
  readonly #gapMs: number;
  readonly #burstMs: number;
  /** When each user's allowance is whole again; users who are quiet have no row. */
  readonly #fullAt = new Map<string, number>();
  #sweepAt = 10_000;

  constructor(perSecond: number, burst: number) {
    this.#gapMs = 1_000 / Math.max(perSecond, 0.001);
    this.#burstMs = this.#gapMs * Math.max(burst, 1);
  }

  /** Takes one from the user's allowance; seconds to wait when there is none. */
  take(user: string, now: number): number | undefined {
    const fullAt = Math.max(this.#fullAt.get(user) ?? 0, now) + this.#gapMs;
    const waitMs = fullAt - now - this.#burstMs;
    if (waitMs > 0) return Math.ceil(waitMs / 1_000);
    this.#fullAt.set(user, fullAt);
    if (this.#fullAt.size > this.#sweepAt) this.#sweep(now);
    return undefined;
  }

  /** So many of the burst the one has taken who has taken most, and has not got back. */
  used(now: number): number {
    let last = now;
    for (const fullAt of this.#fullAt.values()) last = Math.max(last, fullAt);
    return Math.ceil((last - now) / this.#gapMs);
  }

  #sweep(now: number): void {
    for (const [user, fullAt] of this.#fullAt) if (fullAt <= now) this.#fullAt.delete(user);
    this.#sweepAt = Math.max(10_000, this.#fullAt.size * 2);
  }
}
