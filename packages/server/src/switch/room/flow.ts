/** So many messages a second of one member, and of all together. Clause 8.2 step 12, 19 */
import type { BodyKind } from "@parlance/im";
import type { RoomRates } from "./limits.ts";

/** So many a second on average, so many at once. */
export class Bucket {
  readonly #gapMs: number;
  readonly #burstMs: number;
  /** When the allowance is whole again. */
  #fullAt = 0;

  constructor(perSecond: number, burst: number) {
    this.#gapMs = 1_000 / perSecond;
    this.#burstMs = this.#gapMs * burst;
  }

  take(now: number): boolean {
    const fullAt = Math.max(this.#fullAt, now) + this.#gapMs;
    if (fullAt - now > this.#burstMs) return false;
    this.#fullAt = fullAt;
    return true;
  }

  /** So much of what may come at once has been taken and is not back yet. */
  used(now: number): number {
    return Math.ceil(Math.max(0, this.#fullAt - now) / this.#gapMs);
  }
}

export type Pace = { readonly kind: "in time" } | TooFast;

export interface TooFast {
  readonly kind: "too fast";
  readonly limit: "roomMessagesPerSecond" | "roomTrafficPerSecond" | "receiptsPerSecond";
  /** It was refused often, and goes on. */
  readonly flood: boolean;
}

const IN_TIME: Pace = { kind: "in time" };
const REPEATED_WITHIN_MS = 1_000;
/** A composing indication or a nickname: one in ten seconds, a few at once. Security limits */
const HINTS = { perSecond: 0.1, burst: 3 };

/** What one device may still say. */
export class Flow {
  readonly #mostRefusals: number;
  readonly #own: Bucket;
  readonly #room: Bucket;
  readonly #receipts: Bucket;
  readonly #composing = new Bucket(HINTS.perSecond, HINTS.burst);
  readonly #nicknames = new Bucket(HINTS.perSecond, HINTS.burst);
  #refused = 0;
  #refusedAt = 0;

  constructor(rates: RoomRates, room: Bucket, mostRefusals: number) {
    this.#mostRefusals = mostRefusals;
    this.#room = room;
    this.#own = new Bucket(rates.perSecond, rates.burst);
    this.#receipts = new Bucket(rates.receiptsPerSecond, rates.receiptBurst);
  }

  /** What is no message for people is held to the member's own pace alone. */
  judge(kind: BodyKind, now: number): Pace {
    if (kind === "receipt") {
      return this.#receipts.take(now) ? IN_TIME : this.#refuse(now, "receiptsPerSecond");
    }
    if (!this.#own.take(now)) return this.#refuse(now, "roomMessagesPerSecond");
    if (kind !== "message" || this.#room.take(now)) return IN_TIME;
    return this.#refuse(now, "roomTrafficPerSecond");
  }

  /** Of the member's own pace. */
  used(now: number): number {
    return this.#own.used(now);
  }

  composing(now: number): boolean {
    return this.#composing.take(now);
  }

  nickname(now: number): boolean {
    return this.#nicknames.take(now);
  }

  #refuse(now: number, limit: TooFast["limit"]): TooFast {
    this.#refused = now - this.#refusedAt > REPEATED_WITHIN_MS ? 1 : this.#refused + 1;
    this.#refusedAt = now;
    return { kind: "too fast", limit, flood: this.#refused > this.#mostRefusals };
  }
}
