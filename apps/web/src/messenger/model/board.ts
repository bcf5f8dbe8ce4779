/** What is known and shown, slice by slice: views read and watch slices, whoever knows more puts new ones. */

export class Board<Slices extends object> {
  readonly #slices = new Map<keyof Slices, unknown>();
  readonly #watchers = new Map<keyof Slices, Set<() => void>>();
  readonly #followers = new Set<(key: keyof Slices) => void>();

  get<K extends keyof Slices>(key: K): Slices[K] | undefined {
    return this.#slices.get(key) as Slices[K] | undefined; // `put` has the same key and type
  }

  /** The same value again changes nothing and tells nobody. */
  put<K extends keyof Slices>(key: K, value: Slices[K] | undefined): void {
    if (Object.is(this.#slices.get(key), value)) return;
    if (value === undefined) this.#slices.delete(key);
    else this.#slices.set(key, value);
    for (const watcher of Array.from(this.#watchers.get(key) ?? [])) watcher();
    for (const follower of this.#followers) follower(key);
  }

  change<K extends keyof Slices>(
    key: K,
    next: (before: Slices[K] | undefined) => Slices[K] | undefined,
  ): void {
    this.put(key, next(this.get(key)));
  }

  /** Returns what ends the watching. */
  watch(key: keyof Slices, watcher: () => void): () => void {
    const watchers = this.#watchers.get(key) ?? new Set();
    this.#watchers.set(key, watchers);
    watchers.add(watcher);
    return () => {
      watchers.delete(watcher);
      if (watchers.size === 0 && this.#watchers.get(key) === watchers) this.#watchers.delete(key);
    };
  }

  /** Every change of every slice. */
  follow(follower: (key: keyof Slices) => void): () => void {
    this.#followers.add(follower);
    return () => this.#followers.delete(follower);
  }

  get keys(): readonly (keyof Slices)[] {
    return [...this.#slices.keys()];
  }

  clear(): void {
    for (const key of this.keys) this.put(key, undefined);
  }
}
