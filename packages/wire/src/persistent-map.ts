/** A map as a value: changing one makes another, which shares with it all that did not change. */

export interface MapChange<T> {
  readonly key: string;
  /** `undefined` when the key is new. */
  readonly before: T | undefined;
  /** `undefined` when the key is gone. */
  readonly after: T | undefined;
}

interface Entry<T> {
  readonly key: string;
  readonly value: T;
  /** Rises with each new key, so that values come out in the order in which they came. */
  readonly order: number;
}

/** Entries whose keys have the same hash: one, but for accidents. */
interface Leaf<T> {
  readonly kind: "leaf";
  readonly hash: number;
  readonly entries: readonly Entry<T>[];
}

interface Branch<T> {
  readonly kind: "branch";
  readonly slots: readonly (Node<T> | undefined)[];
}

type Node<T> = Leaf<T> | Branch<T>;

interface Difference<T> {
  readonly entry: Entry<T>;
  readonly before: T | undefined;
  readonly after: T | undefined;
}

/** A branch decides four bits of the hash: eight levels use all of it up. */
const BITS_A_LEVEL = 4;
const SLOTS = 1 << BITS_A_LEVEL;

/**
 * For states that are kept and held against later ones, such as who was in a room when a subscriber
 * was last told. A change costs the depth of a tree; two maps are compared in what differs.
 */
export class PersistentMap<T extends object> implements Iterable<T> {
  readonly size: number;
  readonly #root: Node<T> | undefined;
  readonly #nextOrder: number;

  private constructor(root: Node<T> | undefined, size: number, nextOrder: number) {
    this.#root = root;
    this.size = size;
    this.#nextOrder = nextOrder;
  }

  static empty<T extends object>(): PersistentMap<T> {
    return new PersistentMap<T>(undefined, 0, 0);
  }

  static from<T extends object>(entries: Iterable<readonly [string, T]>): PersistentMap<T> {
    let map = PersistentMap.empty<T>();
    for (const [key, value] of entries) map = map.with(key, value);
    return map;
  }

  get(key: string): T | undefined {
    return find(this.#root, key)?.value;
  }

  /** A key that is there keeps its place in the order. The same value again gives the same map. */
  with(key: string, value: T): PersistentMap<T> {
    const known = find(this.#root, key);
    if (known?.value === value) return this;
    const entry = { key, value, order: known?.order ?? this.#nextOrder };
    const root = put(this.#root, hashOf(key), 0, entry);
    return known === undefined
      ? new PersistentMap(root, this.size + 1, this.#nextOrder + 1)
      : new PersistentMap(root, this.size, this.#nextOrder);
  }

  without(key: string): PersistentMap<T> {
    if (find(this.#root, key) === undefined) return this;
    const root = take(this.#root, hashOf(key), 0, key);
    return new PersistentMap(root, this.size - 1, this.#nextOrder);
  }

  /** What makes this map out of `before`, oldest keys first. Costs what differs, not what is there. */
  changesSince(before: PersistentMap<T>): readonly MapChange<T>[] {
    const found: Difference<T>[] = [];
    compare(before.#root, this.#root, found);
    found.sort((a, b) => a.entry.order - b.entry.order);
    return found.map(({ entry: { key }, before: old, after }) => ({ key, before: old, after }));
  }

  /** In the order in which the keys came. */
  *[Symbol.iterator](): IterableIterator<T> {
    const entries = [...entriesOf(this.#root)].sort((a, b) => a.order - b.order);
    for (const { value } of entries) yield value;
  }
}

function find<T>(root: Node<T> | undefined, key: string): Entry<T> | undefined {
  const hash = hashOf(key);
  let node = root;
  for (let level = 0; node?.kind === "branch"; level += 1) node = node.slots[slotOf(hash, level)];
  return node?.entries.find((entry) => entry.key === key);
}

function put<T>(node: Node<T> | undefined, hash: number, level: number, entry: Entry<T>): Node<T> {
  if (node === undefined) return { kind: "leaf", hash, entries: [entry] };
  if (node.kind === "branch") {
    const slot = slotOf(hash, level);
    return withSlot(node.slots, slot, put(node.slots[slot], hash, level + 1, entry));
  }
  if (node.hash === hash) {
    const others = node.entries.filter(({ key }) => key !== entry.key);
    return { kind: "leaf", hash, entries: [...others, entry] };
  }
  const below = withSlot<T>(Array.from({ length: SLOTS }), slotOf(node.hash, level), node);
  return put(below, hash, level, entry);
}

/** A branch that is left with one leaf gives way to it, so that a map does not remember what it was. */
function take<T>(
  node: Node<T> | undefined,
  hash: number,
  level: number,
  key: string,
): Node<T> | undefined {
  if (node === undefined) return undefined;
  if (node.kind === "leaf") {
    const entries = node.entries.filter((entry) => entry.key !== key);
    return entries.length === 0 ? undefined : { kind: "leaf", hash, entries };
  }
  const slot = slotOf(hash, level);
  const slots = node.slots.with(slot, take(node.slots[slot], hash, level + 1, key));
  const left = slots.filter((child) => child !== undefined);
  const [only] = left;
  if (left.length <= 1 && only?.kind !== "branch") return only;
  return { kind: "branch", slots };
}

function withSlot<T>(
  slots: readonly (Node<T> | undefined)[],
  slot: number,
  node: Node<T>,
): Branch<T> {
  return { kind: "branch", slots: slots.with(slot, node) };
}

/** Finds the keys that are in one alone, or whose values are not the same. */
function compare<T>(
  before: Node<T> | undefined,
  after: Node<T> | undefined,
  found: Difference<T>[],
): void {
  if (before === after) return;
  if (before?.kind === "branch" && after?.kind === "branch") {
    for (let slot = 0; slot < SLOTS; slot += 1) {
      compare(before.slots[slot], after.slots[slot], found);
    }
    return;
  }
  const now = new Map([...entriesOf(after)].map((entry) => [entry.key, entry]));
  for (const old of entriesOf(before)) {
    const same = now.get(old.key);
    now.delete(old.key);
    if (same?.value === old.value) continue;
    found.push({ entry: same ?? old, before: old.value, after: same?.value });
  }
  for (const entry of now.values()) found.push({ entry, before: undefined, after: entry.value });
}

function* entriesOf<T>(node: Node<T> | undefined): IterableIterator<Entry<T>> {
  if (node === undefined) return;
  if (node.kind === "leaf") yield* node.entries;
  else for (const child of node.slots) yield* entriesOf(child);
}

function slotOf(hash: number, level: number): number {
  return (hash >>> (level * BITS_A_LEVEL)) & (SLOTS - 1);
}

/** FNV-1a. Who makes keys collide makes his own leaf longer, no more. */
function hashOf(key: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < key.length; at += 1) {
    hash = Math.imul(hash ^ key.charCodeAt(at), 0x01000193);
  }
  return hash >>> 0;
}
