/** A map for values that come and go thousands of times a second. */

/** Where a value stands: whoever holds it changes the value, or takes it out, without looking for it. */
export interface Place<T> {
  readonly key: string;
  value: T | undefined;
}

/**
 * What is deleted is let go of at once. A plain `Map` lets go of the entry alone: the engine keeps its outgrown tables
 * until the next full collection, and so every value that was in the map whenever one was outgrown.
 */
export class Lookup<T extends object> {
  readonly #places = new Map<string, Place<T>>();

  get size(): number {
    return this.#places.size;
  }

  get(key: string): T | undefined {
    return this.#places.get(key)?.value;
  }

  /** Also in the place of what is there. */
  set(key: string, value: T): void {
    const known = this.#places.get(key);
    if (known === undefined) this.add(key, value);
    else known.value = value;
  }

  delete(key: string): void {
    const place = this.#places.get(key);
    if (place !== undefined) this.leave(place);
  }

  /** For a key that is not there: two values under one would be one too many. */
  add(key: string, value: T): Place<T> {
    const place = { key, value };
    this.#places.set(key, place);
    return place;
  }

  /** A place that was left before is left alone. */
  leave(place: Place<object>): void {
    if (place.value === undefined) return;
    place.value = undefined;
    this.#places.delete(place.key);
  }

  *values(): IterableIterator<T> {
    for (const { value } of this.#places.values()) if (value !== undefined) yield value;
  }
}
