/** Turns rising places in decoded text into octet offsets, in one pass over the text. */
export class ByteOffsets {
  readonly #text: string;
  readonly #ascii: boolean;
  readonly #base: number;
  #index = 0;
  #octets = 0;

  /** `octets` is how many the text was decoded from; `base` how many stand before it. */
  constructor(text: string, octets: number, base: number) {
    this.#text = text;
    this.#ascii = text.length === octets;
    this.#base = base;
  }

  /** `index` must not be smaller than in the call before, nor lie inside a surrogate pair. */
  at(index: number): number {
    if (this.#ascii) return this.#base + index;
    for (; this.#index < index; this.#index += 1) {
      const unit = this.#text.charCodeAt(this.#index);
      if (unit < 0x80) this.#octets += 1;
      else if (unit < 0x800) this.#octets += 2;
      // The two halves of a surrogate pair share four octets.
      else this.#octets += unit >= 0xd800 && unit < 0xe000 ? 2 : 3;
    }
    return this.#base + this.#octets;
  }
}
