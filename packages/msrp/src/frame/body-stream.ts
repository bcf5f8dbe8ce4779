/** The body of a frame that is too large to be held, piece by piece, until its end-line. RFC 4975 §7.1 */
import {
  endLineBytes,
  type Flag,
  findEndLine,
  flagOf,
  HYPHENS,
  type IdOctets,
} from "./end-line.ts";

const LF = 10;
const CR = 13;
const HYPHEN = 45;

export class BodyStream {
  /** CRLF, seven hyphens and the transaction id: all of the end-line that is known beforehand. */
  readonly #expected: Uint8Array;
  readonly #id: IdOctets;
  /** How many octets at the end of what came so far may be the beginning of the end-line. */
  #matched = 0;
  /** The octet that was taken for a flag. */
  #flagCode = 0;

  constructor(id: Uint8Array) {
    const expected = new Uint8Array(2 + HYPHENS + id.length);
    expected.set([CR, LF]);
    expected.fill(HYPHEN, 2, 2 + HYPHENS);
    expected.set(id, 2 + HYPHENS);
    this.#expected = expected;
    this.#id = { in: expected, at: 2 + HYPHENS, end: expected.length };
  }

  /** Defined once the end-line was read. */
  get flag(): Flag | undefined {
    return this.#matched === this.#wholeBytes ? flagOf(this.#flagCode) : undefined;
  }

  /** Reads on; gives the octets of the body to `body` and returns where reading ended. */
  read(bytes: Uint8Array, from: number, body: (piece: Uint8Array) => void): number {
    const at = this.#matched > 0 ? this.#readMatched(bytes, from, body) : from;
    if (at === bytes.length || this.flag !== undefined) return at;
    const hyphens = findEndLine(bytes, at, bytes.length, this.#id);
    if (hyphens !== -1) {
      if (hyphens - 2 > at) body(bytes.subarray(at, hyphens - 2));
      const end = hyphens - 2 + this.#wholeBytes;
      this.#flagCode = bytes[end - 3] ?? 0;
      this.#matched = this.#wholeBytes;
      return end;
    }
    const tail = this.#beginningOfEnd(bytes, at);
    if (tail > at) body(bytes.subarray(at, tail));
    return bytes.length;
  }

  get #wholeBytes(): number {
    return endLineBytes(this.#id.end - this.#id.at);
  }

  /** Goes on where what came before may have begun the end-line; gives it out when it did not. */
  #readMatched(bytes: Uint8Array, from: number, body: (piece: Uint8Array) => void): number {
    let at = from;
    while (at < bytes.length && this.#matched < this.#wholeBytes) {
      const code = bytes[at] ?? 0;
      if (!this.#fits(code, this.#matched)) {
        body(this.#matchedOctets());
        this.#matched = 0;
        return at;
      }
      if (this.#matched === this.#expected.length) this.#flagCode = code;
      this.#matched += 1;
      at += 1;
    }
    return at;
  }

  /** Where the octets begin that may be the beginning of the end-line; they are counted as matched. */
  #beginningOfEnd(bytes: Uint8Array, from: number): number {
    const earliest = Math.max(from, bytes.length - this.#wholeBytes + 1);
    for (let at = bytes.indexOf(CR, earliest); at !== -1; at = bytes.indexOf(CR, at + 1)) {
      let length = 0;
      while (at + length < bytes.length && this.#fits(bytes[at + length] ?? 0, length)) length += 1;
      if (at + length < bytes.length) continue;
      this.#matched = length;
      this.#flagCode = bytes[at + this.#expected.length] ?? 0;
      return at;
    }
    return bytes.length;
  }

  #fits(code: number, index: number): boolean {
    const known = this.#expected.length;
    if (index < known) return code === this.#expected[index];
    if (index === known) return flagOf(code) !== undefined;
    return code === (index === known + 1 ? CR : LF);
  }

  /** No octet of the end-line but its first begins another one, so that all of them are body. */
  #matchedOctets(): Uint8Array {
    const octets = new Uint8Array(this.#matched);
    const known = Math.min(this.#matched, this.#expected.length);
    octets.set(this.#expected.subarray(0, known));
    if (this.#matched > known) octets[known] = this.#flagCode;
    if (this.#matched > known + 1) octets[known + 1] = CR;
    return octets;
  }
}
