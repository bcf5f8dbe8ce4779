/** What expires in which second: put in and taken out in constant time. */
export class Expiry<T extends { readonly expiresAt: number }> {
  readonly #seconds = new Map<number, Set<T>>();
  /** No second before this one holds anything. */
  #next = Number.MAX_SAFE_INTEGER;

  add(item: T): void {
    const second = secondOf(item);
    const others = this.#seconds.get(second);
    if (others === undefined) this.#seconds.set(second, new Set([item]));
    else others.add(item);
    this.#next = Math.min(this.#next, second);
  }

  delete(item: T): void {
    const second = secondOf(item);
    const others = this.#seconds.get(second);
    others?.delete(item);
    if (others?.size === 0) this.#seconds.delete(second);
  }

  /** At most `limit` items whose time has come; they stay until they are deleted. */
  due(now: number, limit: number): readonly T[] {
    const due: T[] = [];
    if (this.#seconds.size === 0) return due;
    for (; this.#next * 1_000 <= now; this.#next += 1) {
      for (const item of this.#seconds.get(this.#next) ?? []) {
        if (due.length === limit) return due;
        due.push(item);
      }
      if (this.#seconds.has(this.#next)) return due; // not beyond what still lies here
    }
    return due;
  }
}

function secondOf({ expiresAt }: { readonly expiresAt: number }): number {
  return Math.ceil(expiresAt / 1_000);
}
