/** Values in the order in which they came, each of which leaves in constant time. */

/** The place of a value; whoever holds it takes the value out. */
export interface Link<T> {
  value: T | undefined;
  before: Link<T> | undefined;
  after: Link<T> | undefined;
}

/**
 * For what comes and goes thousands of times a second. A `Set` would do the same, but the engine keeps the outgrown
 * tables of one until its next full collection, and with them everything that was ever found in it: nothing dies young.
 */
export class Chain<T> implements Iterable<T> {
  #first: Link<T> | undefined;
  #last: Link<T> | undefined;
  #size = 0;

  get size(): number {
    return this.#size;
  }

  get first(): T | undefined {
    return this.#first?.value;
  }

  add(value: T): Link<T> {
    const link: Link<T> = { value, before: this.#last, after: undefined };
    if (this.#last === undefined) this.#first = link;
    else this.#last.after = link;
    this.#last = link;
    this.#size += 1;
    return link;
  }

  /** A link that was taken out before is left alone. */
  remove(link: Link<T>): void {
    if (link.value === undefined) return;
    if (link.before === undefined) this.#first = link.after;
    else link.before.after = link.after;
    if (link.after === undefined) this.#last = link.before;
    else link.after.before = link.before;
    // Whoever still holds the link holds nothing by it.
    link.value = undefined;
    link.before = undefined;
    link.after = undefined;
    this.#size -= 1;
  }

  /** Those that are there now; they may leave, and others come, while it goes on. */
  *[Symbol.iterator](): IterableIterator<T> {
    const values: T[] = [];
    for (let link = this.#first; link !== undefined; link = link.after) {
      if (link.value !== undefined) values.push(link.value);
    }
    yield* values;
  }
}
