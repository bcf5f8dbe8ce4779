/** For benches in memory: nothing waits for a deadline, and chance costs next to nothing. */
import { type Cancel, type Clock, type Random, Timers } from "@parlance/wire";

const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/** Time that passes when it is told to. */
export class HandClock implements Clock {
  readonly #timers = new Timers();
  #now = 1_764_000_000_000;

  now(): number {
    return this.#now;
  }

  schedule(delayMs: number, run: () => void): Cancel {
    return this.#timers.add(this.#now, delayMs, run);
  }

  pass(ms: number): void {
    const end = this.#now + ms;
    for (;;) {
      const next = this.#timers.nextDeadline();
      if (next === undefined || next > end) break;
      this.#now = Math.max(this.#now, next);
      this.#timers.advance(this.#now);
    }
    this.#now = end;
  }
}

/** As quick as chance can be: it is not what is measured. */
export class QuickRandom implements Random {
  #state = 1;

  bytes(count: number): Uint8Array {
    return Uint8Array.from({ length: count }, () => this.#next() & 255);
  }

  token(bits: number): string {
    let token = "";
    for (let left = bits; left > 0; left -= 6) token += LETTERS.charAt(this.#next() & 63);
    return token;
  }

  #next(): number {
    this.#state = (Math.imul(this.#state, 1_664_525) + 1_013_904_223) >>> 0;
    return this.#state >>> 13;
  }
}
