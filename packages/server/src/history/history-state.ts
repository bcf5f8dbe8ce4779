/** That something was kept of a user, or that he has read or removed something: what his devices watch. */
import { utf8Bytes } from "@parlance/wire";
import type { ServerDocument, ServerDocuments, User } from "../ports/index.ts";
import type { HistoryState, HistoryStore } from "../store/index.ts";

/** What devices watch: a document of numbers, which is another after each message, each mark and each removal. RFC 5875 */
export class HistoryStateDocument implements ServerDocuments {
  readonly #store: Pick<HistoryStore, "state">;
  readonly #listeners: ((user: User) => void)[] = [];

  constructor(store: Pick<HistoryStore, "state">) {
    this.#store = store;
  }

  async read(user: User): Promise<ServerDocument> {
    return { bytes: utf8Bytes(documentOf(await this.#store.state(user.name))) };
  }

  onChange(listener: (user: User) => void): void {
    this.#listeners.push(listener);
  }

  changed(user: User): void {
    for (const listener of this.#listeners) listener(user);
  }
}

function documentOf({ kept, marked, removals }: HistoryState): string {
  return `<?xml version="1.0" encoding="UTF-8"?>\n<history-state xmlns="urn:parlance:history-state" kept="${kept}" read="${marked}" removed="${removals}"/>\n`;
}
