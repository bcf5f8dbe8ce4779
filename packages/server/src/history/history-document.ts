/** The list of what is kept of a user's conversations, and its removal by that list. OMA IM 13, clause 15.4, 15.5 */
import { formatHistoryList } from "@parlance/formats";
import type { ServerDocument, ServerDocuments, User } from "../ports/index.ts";
import type { HistoryStore, RecordingStore } from "../store/index.ts";
import { keptList } from "./kept-list.ts";

export interface HistoryDocumentStores {
  readonly store: Pick<HistoryStore, "page" | "remove" | "removeNewest">;
  readonly recordings: Pick<RecordingStore, "list" | "messages" | "remove" | "removeAll">;
}

const MOST_LISTED = 1_000; // half a megabyte; who has kept more removes the newest, or waits for time
const REMOVED_AT_ONCE = 1_000; // a few milliseconds of the store, with room for others between two parts
const REFERENCE = /^sip:his-([0-9a-z]+)@/;

export class HistoryDocument implements ServerDocuments {
  readonly #stores: HistoryDocumentStores;
  readonly #listeners: ((user: User) => void)[] = [];

  constructor(stores: HistoryDocumentStores) {
    this.#stores = stores;
  }

  /** The newest first. */
  async read(user: User): Promise<ServerDocument | undefined> {
    const entries = await keptList(user, this.#stores, MOST_LISTED);
    return entries.length === 0 ? undefined : { bytes: formatHistoryList({ entries }) };
  }

  async remove(user: User, reference: string | undefined): Promise<boolean> {
    const gone =
      reference === undefined ? await this.#all(user) : await this.#one(user, idIn(reference));
    if (gone) this.changed(user);
    return gone;
  }

  onChange(listener: (user: User) => void): void {
    this.#listeners.push(listener);
  }

  changed(user: User): void {
    for (const listener of this.#listeners) listener(user);
  }

  async #one({ name }: User, id: string | undefined): Promise<boolean> {
    if (id === undefined) return false;
    const { store, recordings } = this.#stores;
    if ((await store.remove(name, [id])) > 0) return true;
    for (let after = 0; ; ) {
      const page = await recordings.messages(name, id, after, REMOVED_AT_ONCE);
      await store.remove(
        name,
        page.map(({ message }) => message),
      );
      after = page.at(-1)?.number ?? after;
      if (page.length < REMOVED_AT_ONCE) return recordings.remove(name, id);
    }
  }

  async #all({ name }: User): Promise<boolean> {
    const { store, recordings } = this.#stores;
    let gone = await recordings.removeAll(name);
    for (;;) {
      const some = await store.removeNewest(name, undefined, REMOVED_AT_ONCE);
      gone += some;
      if (some === 0) return gone > 0;
    }
  }
}

/** Of what is kept, by the reference that the list has for it. */
export function idIn(reference: string): string | undefined {
  return REFERENCE.exec(reference)?.[1];
}
