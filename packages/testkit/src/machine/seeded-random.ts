/** Chance that is the same for the same seed. Not for secrets. */
import type { Random } from "@parlance/wire";

const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

export class SeededRandom implements Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed | 0;
  }

  /** A stream of its own, so that more draws here change nothing there. */
  fork(): SeededRandom {
    return new SeededRandom(this.#draw());
  }

  /** From 0 up to, and without, 1. */
  fraction(): number {
    return this.#draw() / 2 ** 32;
  }

  chance(probability: number): boolean {
    return probability > 0 && this.fraction() < probability;
  }

  /** A whole number, both ends included. */
  between(least: number, most: number): number {
    return least + Math.floor(this.fraction() * (most - least + 1));
  }

  /** One of them. Throws when there is none. */
  pick<T extends string | number | boolean | object>(choices: readonly T[]): T {
    const choice = choices[this.between(0, choices.length - 1)];
    if (choice === undefined) throw new RangeError("nothing to pick from");
    return choice;
  }

  bytes(count: number): Uint8Array {
    const bytes = new Uint8Array(count);
    for (let at = 0; at < count; at += 1) bytes[at] = this.#draw();
    return bytes;
  }

  token(bits: number): string {
    let token = "";
    for (let left = bits; left > 0; left -= 30) {
      const draw = this.#draw();
      for (let shift = 0; shift < Math.min(30, left); shift += 6) {
        token += LETTERS.charAt((draw >>> shift) & 63);
      }
    }
    return token;
  }

  /** Mulberry32: small, and good enough to shake a program. */
  #draw(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return (mixed ^ (mixed >>> 14)) >>> 0;
  }
}
