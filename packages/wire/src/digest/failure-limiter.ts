/** Slows down guessing of passwords, per user and source and per source. RFC 3261 §26.3.2.4 */

export interface FailureLimits {
  readonly perPair: number;
  readonly perSource: number;
  readonly windowMs: number;
  /** First delay; each further one is twice as long. */
  readonly firstDelayMs: number;
  readonly longestDelayMs: number;
  /** How long a login keeps its pair of user and source from being locked. */
  readonly loginKeptMs: number;
  /** Rows of each table; the least lately used goes out. */
  readonly rows: number;
}

export const FAILURE_LIMITS: FailureLimits = {
  perPair: 10,
  perSource: 30,
  windowMs: 60_000,
  firstDelayMs: 30_000,
  longestDelayMs: 900_000,
  loginKeptMs: 86_400_000, // longer than the longest registration, so that a refresh comes in time
  rows: 50_000,
};

interface Row {
  failures: number;
  since: number;
  lockedUntil: number;
  delays: number;
}

/** Who tries, and from where: the IP address, whatever the port. */
export interface Attempt {
  readonly username: string;
  readonly host: string;
}

/**
 * Counts wrong answers in one-minute windows. Ten for a pair of user and source, or thirty for a
 * source, lock the pair for a while that doubles each time. A pair that has logged in lately is
 * never locked, so nobody is kept out of his own place by others.
 */
export class FailureLimiter {
  readonly #limits: FailureLimits;
  readonly #pairs = new Map<string, Row>();
  readonly #sources = new Map<string, Row>();
  readonly #logins = new Map<string, number>();

  constructor(limits: FailureLimits = FAILURE_LIMITS) {
    this.#limits = limits;
  }

  /** Milliseconds that the pair still has to wait, or undefined when it may try. */
  waitMs(attempt: Attempt, now: number): number | undefined {
    if (this.#pairs.size === 0 && this.#sources.size === 0) return undefined;
    const pair = pairKey(attempt);
    const until = Math.max(
      this.#pairs.get(pair)?.lockedUntil ?? 0,
      this.#sources.get(attempt.host)?.lockedUntil ?? 0,
    );
    if (until <= now || this.#loggedInLately(pair, now)) return undefined;
    return until - now;
  }

  failed(attempt: Attempt, now: number): void {
    const { perPair, perSource } = this.#limits;
    this.#count(this.#pairs, pairKey(attempt), perPair, now);
    this.#count(this.#sources, attempt.host, perSource, now);
  }

  succeeded(attempt: Attempt, now: number): void {
    const pair = pairKey(attempt);
    // One write a minute is enough for a table that is kept for a day.
    if (now - (this.#logins.get(pair) ?? 0) < this.#limits.windowMs) return;
    this.#pairs.delete(pair);
    this.#logins.delete(pair);
    this.#logins.set(pair, now);
    this.#bound(this.#logins);
  }

  #loggedInLately(pair: string, now: number): boolean {
    const at = this.#logins.get(pair);
    return at !== undefined && now - at < this.#limits.loginKeptMs;
  }

  #count(table: Map<string, Row>, key: string, allowed: number, now: number): void {
    const row = table.get(key) ?? { failures: 0, since: now, lockedUntil: 0, delays: 0 };
    table.delete(key); // the last touched stands last
    table.set(key, row);
    this.#bound(table);
    const { windowMs, firstDelayMs, longestDelayMs } = this.#limits;
    if (now - row.since >= windowMs) {
      if (now - row.lockedUntil >= longestDelayMs) row.delays = 0; // quiet for long: begin anew
      row.since = now;
      row.failures = 0;
    }
    row.failures += 1;
    if (row.failures < allowed) return;
    row.lockedUntil = now + Math.min(longestDelayMs, firstDelayMs * 2 ** row.delays);
    row.delays += 1;
    row.failures = 0;
    row.since = now;
  }

  #bound(table: Map<string, unknown>): void {
    if (table.size <= this.#limits.rows) return;
    const oldest = table.keys().next();
    if (oldest.done !== true) table.delete(oldest.value);
  }
}

/** The host comes first and holds no line end, so no name can imitate another pair. */
function pairKey({ username, host }: Attempt): string {
  return `${host}\n${username}`;
}
