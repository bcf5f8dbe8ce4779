/** Whom a list means when its references are followed. RFC 4826 §3.1 */
import type { ListEntry, ResourceList } from "@parlance/formats";
import { identityKey } from "../rules/index.ts";

/** Where other documents come from. `undefined` is what cannot be had: foreign, forbidden or not there. */
export interface ListSource {
  /** The list that an absolute URI of XCAP selects. */
  list(anchor: string): Promise<ResourceList | undefined>;
  /** The entry that a path below the XCAP root selects. */
  entry(ref: string): Promise<ListEntry | undefined>;
}

export interface ExpandLimits {
  /** How far references lead to references. */
  readonly depth: number;
  readonly entries: number;
  /** References of all lists together: each is a look into the store. */
  readonly references: number;
}

export const EXPAND_LIMITS: ExpandLimits = { depth: 5, entries: 1000, references: 100 };

export interface ExpandedList {
  /** By key (`identityKey`), in the order in which they were found; who is named twice is one. */
  readonly entries: ReadonlyMap<string, ListEntry>;
  /** False when a limit ended it, or something could not be had: there may be others. */
  readonly complete: boolean;
}

/** What cannot be had is empty. A list that leads back to itself is read once. */
export async function expandList(
  list: ResourceList,
  source: ListSource,
  limits: ExpandLimits = EXPAND_LIMITS,
): Promise<ExpandedList> {
  const expansion = new Expansion(source, limits);
  await expansion.add(list, 0);
  return { entries: expansion.entries, complete: expansion.complete };
}

class Expansion {
  readonly entries = new Map<string, ListEntry>();
  complete = true;
  readonly #source: ListSource;
  readonly #limits: ExpandLimits;
  readonly #followed = new Set<string>();

  constructor(source: ListSource, limits: ExpandLimits) {
    this.#source = source;
    this.#limits = limits;
  }

  /** Lists in a list nest as deep as their document did; `depth` counts documents. */
  async add(list: ResourceList, depth: number): Promise<void> {
    for (const item of list.items) {
      switch (item.kind) {
        case "entry":
          this.#addEntry(item);
          break;
        case "list":
          await this.add(item, depth);
          break;
        case "entry-ref":
          await this.#followEntry(item.ref, item.displayName);
          break;
        case "external":
          await this.#followList(item.anchor, depth);
      }
    }
  }

  #addEntry({ uri, displayName }: ListEntry): void {
    const key = identityKey(uri);
    if (this.entries.has(key)) return;
    if (this.entries.size < this.#limits.entries) this.entries.set(key, { uri, displayName });
    else this.complete = false;
  }

  async #followEntry(ref: string, displayName: string | undefined): Promise<void> {
    if (!this.#mayFollow(ref)) return;
    const entry = await this.#source.entry(ref);
    if (entry === undefined) this.complete = false;
    // What he is called here goes before what he is called there.
    else this.#addEntry({ uri: entry.uri, displayName: displayName ?? entry.displayName });
  }

  async #followList(anchor: string, depth: number): Promise<void> {
    if (!this.#mayFollow(anchor)) return;
    const list = depth < this.#limits.depth ? await this.#source.list(anchor) : undefined;
    if (list === undefined) this.complete = false;
    else await this.add(list, depth + 1);
  }

  #mayFollow(reference: string): boolean {
    if (this.#followed.has(reference)) return false;
    if (this.#followed.size >= this.#limits.references) {
      this.complete = false;
      return false;
    }
    this.#followed.add(reference);
    return true;
  }
}
