/** A map for values that come and go thousands of times a second. */

interface Cell<T> {
  value: T | undefined;
}

/**
 * What is deleted is let go of at once. A plain `Map` lets go of the entry alone: the engine keeps its outgrown tables
 * until the next full collection, and so every value that was in the map whenever one was outgrown.
 */
export class Lookup<T extends object> {
  readonly #cells = new Map<string, Cell<T>>();

  get size(): number {
    return this.#cells.size;
  }

  get(key: string): T | undefined {
    return this.#cells.get(key)?.value;
  }

  set(key: string, value: T): void {
    this.#empty(key);
    this.#cells.set(key, { value });
  }

  delete(key: string): void {
    this.#empty(key);
    this.#cells.delete(key);
  }

  *values(): IterableIterator<T> {
    for (const { value } of this.#cells.values()) if (value !== undefined) yield value;
  }

  #empty(key: string): void {
    const cell = this.#cells.get(key);
    if (cell !== undefined) cell.value = undefined;
  }
}
