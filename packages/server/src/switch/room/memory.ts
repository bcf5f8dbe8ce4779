/** Memory for what is written, taken in large pieces: many small ones would cost more than all that is written. */

const PIECE_BYTES = 16_384;
/** What is larger gets memory of its own: a piece is kept as long as anything in it is. */
const LARGEST_SHARED = 4_096;

export class Memory {
  #piece = new Uint8Array(0);
  #used = 0;

  /** Given out once, and never written to again from here. */
  take(length: number): Uint8Array {
    if (length > LARGEST_SHARED) return new Uint8Array(length);
    if (this.#used + length > this.#piece.length) {
      this.#piece = new Uint8Array(PIECE_BYTES);
      this.#used = 0;
    }
    const taken = this.#piece.subarray(this.#used, this.#used + length);
    this.#used += length;
    return taken;
  }
}
