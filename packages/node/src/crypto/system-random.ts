/** Randomness of the system, fetched in large pieces: one call for hundreds of tags and branches. */
import { randomFillSync } from "node:crypto";
import type { Random } from "@parlance/wire";

const POOL_BYTES = 16_384;

export class SystemRandom implements Random {
  readonly #pool = Buffer.allocUnsafeSlow(POOL_BYTES);
  #used = POOL_BYTES;

  bytes(count: number): Uint8Array {
    if (count > POOL_BYTES) return randomFillSync(new Uint8Array(count));
    const from = this.#take(count);
    return new Uint8Array(this.#pool.subarray(from, from + count));
  }

  token(bits: number): string {
    const count = Math.ceil(bits / 8);
    const from = this.#take(count);
    return this.#pool.toString("base64url", from, from + count);
  }

  /** No octet is given out twice. */
  #take(count: number): number {
    if (this.#used + count > POOL_BYTES) {
      randomFillSync(this.#pool);
      this.#used = 0;
    }
    const from = this.#used;
    this.#used += count;
    return from;
  }
}
