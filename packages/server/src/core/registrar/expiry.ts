/** What is to be looked at in which second: put in, put forward and taken out in constant time. */

export interface Due {
  /** In which it is looked at; the index alone sets it. Undefined: in none. */
  dueSecond: number | undefined;
}

/**
 * An item whose time moves back stays where it is until it is looked at: what is put off over and over, as a contact
 * that is refreshed, costs nothing in between.
 */
export class Expiry<T extends Due> {
  readonly #seconds = new Map<number, Set<T>>();
  /** No second before this one holds anything. */
  #next = Number.MAX_SAFE_INTEGER;

  /** It will be looked at then, or before. */
  expect(item: T, expiresAt: number): void {
    const second = Math.ceil(expiresAt / 1_000);
    if (item.dueSecond !== undefined && item.dueSecond <= second) return;
    this.delete(item);
    item.dueSecond = second;
    const others = this.#seconds.get(second);
    if (others === undefined) this.#seconds.set(second, new Set([item]));
    else others.add(item);
    this.#next = Math.min(this.#next, second);
  }

  delete(item: T): void {
    if (item.dueSecond === undefined) return;
    const others = this.#seconds.get(item.dueSecond);
    others?.delete(item);
    if (others?.size === 0) this.#seconds.delete(item.dueSecond);
    item.dueSecond = undefined;
  }

  /** One item whose second has come, out of the index: what is to be seen again is to be expected again. */
  take(now: number): T | undefined {
    if (this.#seconds.size === 0) return undefined;
    for (; this.#next * 1_000 <= now; this.#next += 1) {
      for (const item of this.#seconds.get(this.#next) ?? []) {
        this.delete(item);
        return item;
      }
    }
    return undefined;
  }
}
