/** Octets that leave soon, many pieces in one piece of memory. */

const SLAB_BYTES = 8192; // as the pool of Node's buffers
/** Longer ones are worth memory of their own. */
const LONGEST_PIECE = SLAB_BYTES / 2;

/**
 * Memory for what is written now and gone in a moment: a typed array of its own costs three times as much, and the
 * collector again to find it. Whoever keeps a piece for longer keeps the whole slab, so nothing that is kept
 * for long may come from one.
 */
export class Slab {
  #bytes = new Uint8Array(0);
  #used = 0;

  /** Zeros, for the caller alone. */
  take(length: number): Uint8Array<ArrayBuffer> {
    if (length > LONGEST_PIECE) return new Uint8Array(length);
    const from = this.#used;
    if (from + length > this.#bytes.length) {
      this.#bytes = new Uint8Array(SLAB_BYTES);
      this.#used = length;
      return this.#bytes.subarray(0, length);
    }
    this.#used = from + length;
    return this.#bytes.subarray(from, this.#used);
  }
}
