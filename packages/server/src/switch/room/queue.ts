/** First in, first out; taking from the front costs nothing. */

/** So many empty places at the front are given back. */
const GAP = 256;

export class Queue<T> {
  #items: (T | undefined)[] = [];
  #first = 0;

  get length(): number {
    return this.#items.length - this.#first;
  }

  get first(): T | undefined {
    return this.#items[this.#first];
  }

  push(item: T): void {
    this.#items.push(item);
  }

  shift(): T | undefined {
    const item = this.#items[this.#first];
    if (this.length === 0) return undefined;
    this.#items[this.#first] = undefined;
    this.#first += 1;
    if (this.length === 0) this.clear();
    else if (this.#first > GAP && this.#first > this.length) {
      this.#items = this.#items.slice(this.#first);
      this.#first = 0;
    }
    return item;
  }

  /** Before all that are there. */
  unshift(items: readonly T[]): void {
    this.#items = [...items, ...this.#items.slice(this.#first)];
    this.#first = 0;
  }

  clear(): void {
    this.#items = [];
    this.#first = 0;
  }

  /** Takes out the first one that fits. */
  take(fits: (item: T) => boolean): T | undefined {
    const { first } = this;
    if (first !== undefined && fits(first)) return this.shift();
    for (let at = this.#first + 1; at < this.#items.length; at += 1) {
      const item = this.#items[at];
      if (item === undefined || !fits(item)) continue;
      this.#items.splice(at, 1);
      return item;
    }
    return undefined;
  }

  /** Keeps those that fit. */
  filter(fits: (item: T) => boolean): void {
    this.#items = [...this].filter(fits);
    this.#first = 0;
  }

  *[Symbol.iterator](): IterableIterator<T> {
    for (let at = this.#first; at < this.#items.length; at += 1) {
      const item = this.#items[at];
      if (item !== undefined) yield item;
    }
  }
}
