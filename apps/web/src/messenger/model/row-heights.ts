/**
 * Where rows of a long list stand, of which only those in sight were ever measured: a Fenwick tree over heights, so that
 * a row that turns out higher moves all rows below it in log n steps.
 */

export class RowHeights {
  readonly #estimate: number;
  #heights: Float64Array;
  #sums: Float64Array;
  #count = 0;

  /** `estimate`: of a row that has not been measured. */
  constructor(estimate: number) {
    this.#estimate = estimate;
    this.#heights = new Float64Array(64);
    this.#sums = new Float64Array(65);
  }

  get count(): number {
    return this.#count;
  }

  /** All rows anew; `heightOf` knows those that were measured. Linear. */
  reset(count: number, heightOf: (index: number) => number | undefined): void {
    const room = Math.max(64, 2 ** Math.ceil(Math.log2(count + 1)));
    if (this.#heights.length !== room) {
      this.#heights = new Float64Array(room);
      this.#sums = new Float64Array(room + 1);
    }
    this.#count = count;
    this.#sums.fill(0);
    for (let index = 0; index < room; index += 1) {
      const height = index < count ? (heightOf(index) ?? this.#estimate) : 0;
      this.#heights[index] = height;
      const at = index + 1;
      const sum = (this.#sums[at] ?? 0) + height;
      this.#sums[at] = sum;
      const parent = at + (at & -at);
      if (parent <= room) this.#sums[parent] = (this.#sums[parent] ?? 0) + sum;
    }
  }

  /** Returns by how much the row has grown. */
  set(index: number, height: number): number {
    if (index < 0 || index >= this.#count) return 0;
    const growth = height - (this.#heights[index] ?? 0);
    if (growth === 0) return 0;
    this.#heights[index] = height;
    for (let at = index + 1; at < this.#sums.length; at += at & -at) {
      this.#sums[at] = (this.#sums[at] ?? 0) + growth;
    }
    return growth;
  }

  height(index: number): number {
    return this.#heights[index] ?? 0;
  }

  /** Distance of the upper edge of the row from that of the list. */
  top(index: number): number {
    let sum = 0;
    for (let at = Math.min(index, this.#count); at > 0; at -= at & -at) sum += this.#sums[at] ?? 0;
    return sum;
  }

  get total(): number {
    return this.top(this.#count);
  }

  /** The row in which this distance from the upper edge of the list lies. */
  indexAt(distance: number): number {
    let at = 0;
    let left = Math.max(0, distance);
    for (let step = this.#heights.length; step > 0; step >>= 1) {
      const next = at + step;
      if (next > this.#count) continue;
      const sum = this.#sums[next] ?? 0;
      if (sum > left) continue;
      at = next;
      left -= sum;
    }
    return Math.min(at, Math.max(0, this.#count - 1));
  }
}

export interface Span {
  readonly first: number;
  /** Behind the last one. */
  readonly end: number;
}

/** The rows in sight, and some above and below. */
export function rowsInSight(
  rows: RowHeights,
  sight: { readonly top: number; readonly height: number; readonly beyond: number },
): Span {
  if (rows.count === 0) return { first: 0, end: 0 };
  const first = rows.indexAt(sight.top - sight.beyond);
  const last = rows.indexAt(sight.top + sight.height + sight.beyond);
  return { first, end: last + 1 };
}
