/** The list of what waits for a user, and its removal by that list. OMA IM 12, clause 14.4, 14.7 */
import { formatDateTime, formatHistoryList, type HistoryEntry } from "@parlance/formats";
import { ANONYMOUS_URI } from "@parlance/im";
import type { ServerDocument, ServerDocuments, User } from "../ports/index.ts";
import type { DeferredEntry } from "../store/index.ts";
import { forget } from "./forget.ts";
import type { DeferredPorts } from "./ports.ts";
import { subjectOf } from "./report.ts";

type WaitingPorts = Pick<DeferredPorts, "store" | "large" | "reports" | "readContent">;

const MOST_LISTED = 1_000; // as many as may wait for one user, as delivered
const PAGE = 200;
const REFERENCE = /^sip:def-([0-9a-z]+)@/;

export class WaitingList implements ServerDocuments {
  readonly #ports: WaitingPorts;
  readonly #listeners: ((user: User) => void)[] = [];

  constructor(ports: WaitingPorts) {
    this.#ports = ports;
  }

  /** In the order of reception. */
  async read(user: User): Promise<ServerDocument | undefined> {
    const entries = await this.#listed(user);
    if (entries.length === 0) return undefined;
    return { bytes: formatHistoryList({ entries: entries.map((entry) => shown(entry, user)) }) };
  }

  /** Authors who have asked for it are told that their messages failed. */
  async remove(user: User, reference: string | undefined): Promise<boolean> {
    const ids = reference === undefined ? await this.ids(user) : idsIn(reference);
    let gone = 0;
    for (const id of ids) gone += (await this.#discard(user, id)) ? 1 : 0;
    if (gone > 0) this.changed(user);
    return gone > 0;
  }

  /** The operator's wish, or the account is gone: no author is told. How many there were. */
  async discard(name: string, ids: readonly string[]): Promise<number> {
    let gone = 0;
    for (const id of ids) {
      const message = await this.#ports.store.find(name, id);
      if (message === undefined) continue;
      await forget(name, [message], this.#ports);
      gone += 1;
    }
    return gone;
  }

  onChange(listener: (user: User) => void): void {
    this.#listeners.push(listener);
  }

  changed(user: User): void {
    for (const listener of this.#listeners) listener(user);
  }

  /** Of all that the list has. */
  async ids(user: User): Promise<readonly string[]> {
    return (await this.#listed(user)).map(({ id }) => id);
  }

  async #listed(user: User): Promise<readonly DeferredEntry[]> {
    const entries: DeferredEntry[] = [];
    let after: string | undefined;
    while (entries.length < MOST_LISTED) {
      const page = await this.#ports.store.list(user.name, after, PAGE);
      entries.push(...page.filter(isListed));
      after = page.at(-1)?.id;
      if (page.length < PAGE) break;
    }
    return entries;
  }

  /** First it is told, then forgotten: after a crash an author may hear it twice, but never not at all. */
  async #discard(user: User, id: string): Promise<boolean> {
    const message = await this.#ports.store.find(user.name, id);
    if (message === undefined || !isListed(message)) return false;
    const subject = message.poisoned ? undefined : subjectOf(message, this.#ports);
    if (subject !== undefined) await this.#ports.reports.failed(subject);
    await forget(user.name, [message], this.#ports);
    return true;
  }
}

/** Receipts are nothing to choose from. */
function isListed({ kind }: DeferredEntry): boolean {
  return kind === "message";
}

const TYPES = { pager: "message", large: "large message", file: "file" } as const;

/** Of a message that waits, by the reference that the list has for it. */
export function idIn(reference: string): string | undefined {
  return REFERENCE.exec(reference)?.[1];
}

function idsIn(reference: string): readonly string[] {
  const id = idIn(reference);
  return id === undefined ? [] : [id];
}

function shown(entry: DeferredEntry, { address }: User): HistoryEntry {
  const hidden = entry.privacy !== undefined || entry.originator === "";
  const author = hidden ? undefined : entry.originator;
  return {
    reference: `sip:def-${entry.id}@deferred.${address.slice(address.indexOf("@") + 1)}`,
    sizeBytes: entry.sizeBytes,
    expiry: formatDateTime(entry.expiresAt),
    subject: entry.subject,
    type: TYPES[entry.mode],
    record: {
      kind: "pager",
      timeStamp: formatDateTime(entry.receivedAt),
      from: author ?? ANONYMOUS_URI,
      to: address,
      authId: author,
      recipients: undefined,
    },
  };
}
