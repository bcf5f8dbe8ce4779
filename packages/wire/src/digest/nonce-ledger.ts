/** How far each nonce has been counted: the guard against replay. RFC 7616 §3.4 (nc), §5.5 */
import { ownText } from "../text.ts";

/** The peer that showed the right answer. */
export interface Holder {
  readonly transport: string;
  readonly peer: string;
}

interface Entry extends Holder {
  readonly issuedAt: number;
  count: number;
}

export interface LedgerLimits {
  /** Nonces remembered. The oldest goes out first and is stale from then on. */
  readonly nonces: number;
  readonly validMs: number;
}

export const LEDGER_LIMITS: LedgerLimits = { nonces: 100_000, validMs: 300_000 };

/**
 * Remembers the highest count of every nonce that was answered rightly. A nonce is written here only
 * then, so that challenges to strangers take no memory. What is forgotten must never count as new:
 * a watermark holds the youngest issue time among the forgotten, and an unknown nonce at or below it
 * is stale. The watermark starts at the start of the process, because what was answered before that
 * is not known either.
 */
export class NonceLedger {
  readonly #limits: LedgerLimits;
  readonly #entries = new Map<string, Entry>();
  #forgottenUntil: number;
  /** What was found last: one request asks for its nonce three times. */
  #latest: { readonly nonce: string; readonly entry: Entry } | undefined;

  constructor(startedAt: number, limits: LedgerLimits = LEDGER_LIMITS) {
    this.#limits = limits;
    this.#forgottenUntil = startedAt - 1;
  }

  get size(): number {
    return this.#entries.size;
  }

  /** Issue time of a nonce that this very holder has answered rightly before: its seal was checked then. */
  issuedTo(nonce: string, { transport, peer }: Holder): number | undefined {
    const entry = this.#find(nonce);
    return entry?.peer === peer && entry.transport === transport ? entry.issuedAt : undefined;
  }

  /** Whether the nonce can still be used at this count; asked before anything is written. */
  isFresh(nonce: string, issuedAt: number, count: number, now: number): boolean {
    // A clock that was set back must not make nonces live longer.
    if (now - issuedAt >= this.#limits.validMs || issuedAt > now) return false;
    const entry = this.#find(nonce);
    return entry === undefined ? issuedAt > this.#forgottenUntil : count > entry.count;
  }

  /** Writes down a right answer, and says whether it is the first one. Call only when `isFresh` said yes. */
  count(
    nonce: string,
    of: { readonly issuedAt: number; readonly holder: Holder; readonly count: number },
    now: number,
  ): boolean {
    const known = this.#find(nonce);
    if (known !== undefined) {
      known.count = of.count;
      return false;
    }
    this.#dropOldest(now);
    const { issuedAt, count } = of;
    const { transport, peer } = of.holder;
    this.#entries.set(ownText(nonce), { issuedAt, transport, peer: ownText(peer), count });
    return true;
  }

  #find(nonce: string): Entry | undefined {
    if (this.#latest?.nonce === nonce) return this.#latest.entry;
    const entry = this.#entries.get(nonce);
    this.#latest = entry === undefined ? undefined : { nonce, entry };
    return entry;
  }

  /** Expired ones go for nothing, a living one only for want of room. */
  #dropOldest(now: number): void {
    let looked = 0;
    for (const [nonce, { issuedAt }] of this.#entries) {
      const expired = now - issuedAt >= this.#limits.validMs;
      if (!expired && this.#entries.size < this.#limits.nonces) return;
      this.#entries.delete(nonce);
      this.#latest = undefined;
      if (!expired) this.#forgottenUntil = Math.max(this.#forgottenUntil, issuedAt);
      looked += 1;
      if (looked === 2) return; // two out for one in: the table shrinks, and no call is long
    }
  }
}
