/** Browsers that an operator has logged in with, and sources that have guessed. Times are epoch ms. */
import { hash, randomBytes, timingSafeEqual } from "node:crypto";

const ID_BYTES = 32;
const LASTS_MS = 12 * 3_600_000; // a working day and its evening
const IDLE_MS = 30 * 60_000;
const MOST_LOGINS = 64; // the oldest goes for one more: nobody without the token makes any

const GUESSES_A_MINUTE = 20;
const MINUTE_MS = 60_000;
const MOST_SOURCES = 1_000;

export interface OperatorLogin {
  /** Shown with every change, by pages of our own alone. */
  readonly csrf: string;
  /** At the latest. */
  readonly expiresAt: number;
}

interface Kept extends OperatorLogin {
  usedAt: number;
}

interface Guesses {
  readonly since: number;
  count: number;
}

export class OperatorLogins {
  /** By the hash of the id: what lies in memory opens nothing. */
  readonly #logins = new Map<string, Kept>();
  readonly #guesses = new Map<string, Guesses>();

  /** `id` is for the cookie. */
  begin(now: number): OperatorLogin & { readonly id: string } {
    const [oldest] = this.#logins.keys();
    if (this.#logins.size >= MOST_LOGINS && oldest !== undefined) this.#logins.delete(oldest);
    const id = randomBytes(ID_BYTES).toString("base64url");
    const csrf = randomBytes(ID_BYTES).toString("base64url");
    const login = { csrf, expiresAt: now + LASTS_MS };
    this.#logins.set(keyOf(id), { ...login, usedAt: now });
    return { id, ...login };
  }

  find(id: string, now: number): OperatorLogin | undefined {
    const key = keyOf(id);
    const known = this.#logins.get(key);
    if (known === undefined) return undefined;
    if (now >= known.expiresAt || now - known.usedAt >= IDLE_MS) {
      this.#logins.delete(key);
      return undefined;
    }
    known.usedAt = now;
    return known;
  }

  end(id: string): void {
    this.#logins.delete(keyOf(id));
  }

  /** A wrong token: 0, or how many seconds the source has to wait before it is told again that one is wrong. */
  guessed(source: string, now: number): number {
    const known = this.#guesses.get(source);
    if (known === undefined || now - known.since >= MINUTE_MS) {
      this.#guesses.delete(source);
      const [oldest] = this.#guesses.keys();
      if (this.#guesses.size >= MOST_SOURCES && oldest !== undefined) this.#guesses.delete(oldest);
      this.#guesses.set(source, { since: now, count: 1 });
      return 0;
    }
    known.count += 1;
    if (known.count <= GUESSES_A_MINUTE) return 0;
    return Math.ceil((known.since + MINUTE_MS - now) / 1_000);
  }
}

/** In the same time wherever they differ. */
export function sameSecret(shown: string, secret: string): boolean {
  return timingSafeEqual(digest(shown), digest(secret));
}

function keyOf(id: string): string {
  return digest(id).toString("hex");
}

/** Of one length, whatever was shown. */
function digest(text: string): Buffer {
  return hash("sha256", text, "buffer");
}
