/** Which octets of a message were reported on: ranges that accumulate, in any order and overlapping. RFC 4975 §7.1.3 */

interface Range {
  readonly from: number;
  /** Exclusive. */
  readonly to: number;
}

/** Ranges beyond this number are not kept: a peer that reports on every other octet means no good. */
const MOST_RANGES = 1024;

/** Offsets count from zero. */
export class OctetRanges {
  /** In order, none touching another. */
  #ranges: readonly Range[] = [];

  add(from: number, to: number): void {
    if (to <= from) return;
    const before = this.#ranges.filter((range) => range.to < from);
    const after = this.#ranges.filter((range) => range.from > to);
    const touched = this.#ranges.filter((range) => range.to >= from && range.from <= to);
    if (touched.length === 0 && this.#ranges.length >= MOST_RANGES) return;
    const whole: Range = {
      from: Math.min(from, touched[0]?.from ?? from),
      to: Math.max(to, touched.at(-1)?.to ?? to),
    };
    this.#ranges = [...before, whole, ...after];
  }

  /** Whether all octets up to `size` are in. */
  covers(size: number): boolean {
    if (size === 0) return true;
    const [first] = this.#ranges;
    return first !== undefined && first.from === 0 && first.to >= size;
  }
}
