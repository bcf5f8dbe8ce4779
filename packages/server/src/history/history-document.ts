/** The list of what is kept of a user's conversations, and its removal by that list. OMA IM 13, clause 15.4, 15.5 */
import { formatDateTime, formatHistoryList, type HistoryEntry as Listed } from "@parlance/formats";
import type { ServerDocument, ServerDocuments, User } from "../ports/index.ts";
import type { HistoryEntry, HistoryStore } from "../store/index.ts";

const MOST_LISTED = 1_000; // half a megabyte; who has kept more removes the newest, or waits for time
const REMOVED_AT_ONCE = 1_000; // a few milliseconds of the store, with room for others between two parts
const REFERENCE = /^sip:his-([0-9a-z]+)@/;

export class HistoryDocument implements ServerDocuments {
  readonly #store: Pick<HistoryStore, "page" | "remove" | "removeNewest">;
  readonly #listeners: ((user: User) => void)[] = [];

  constructor(store: Pick<HistoryStore, "page" | "remove" | "removeNewest">) {
    this.#store = store;
  }

  /** The newest first. */
  async read(user: User): Promise<ServerDocument | undefined> {
    const newest = { conversation: undefined, before: undefined, limit: MOST_LISTED };
    const entries = await this.#store.page(user.name, newest);
    if (entries.length === 0) return undefined;
    return { bytes: formatHistoryList({ entries: entries.map((entry) => listed(entry, user)) }) };
  }

  async remove(user: User, reference: string | undefined): Promise<boolean> {
    const gone = reference === undefined ? await this.#all(user) : await this.#one(user, reference);
    if (gone > 0) this.changed(user);
    return gone > 0;
  }

  onChange(listener: (user: User) => void): void {
    this.#listeners.push(listener);
  }

  changed(user: User): void {
    for (const listener of this.#listeners) listener(user);
  }

  async #one(user: User, reference: string): Promise<number> {
    const id = REFERENCE.exec(reference)?.[1];
    return id === undefined ? 0 : await this.#store.remove(user.name, [id]);
  }

  async #all(user: User): Promise<number> {
    let gone = 0;
    for (;;) {
      const some = await this.#store.removeNewest(user.name, undefined, REMOVED_AT_ONCE);
      gone += some;
      if (some === 0) return gone;
    }
  }
}

function listed(entry: HistoryEntry, { address }: User): Listed {
  const { group } = entry;
  const parties = { groupUri: group, groupDisplayName: undefined, entries: [] };
  return {
    reference: `sip:his-${entry.id}@history.${address.slice(address.indexOf("@") + 1)}`,
    sizeBytes: entry.sizeBytes,
    expiry: formatDateTime(entry.expiresAt),
    subject: entry.subject,
    record: {
      kind: "pager",
      timeStamp: formatDateTime(entry.at),
      from: entry.from,
      to: entry.to,
      authId: entry.authId,
      recipients: group === undefined ? undefined : parties,
    },
  };
}
