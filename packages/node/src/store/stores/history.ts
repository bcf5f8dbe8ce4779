/** Kept conversations over the worker. */
import {
  HISTORY_HOLD_MS,
  HISTORY_SEARCH_BOUND,
  type HistoryEntry,
  type HistoryHits,
  type HistoryMessage,
  type HistoryPageRequest,
  type HistoryQuota,
  type HistoryStore,
  type HistorySwept,
  type HistoryUsage,
  type NewHistoryMessage,
} from "@parlance/server";
import { flagNumber, type Row, RowReader } from "../rows.ts";
import type { StoreWorker } from "../store-worker.ts";
import { sequenceOf } from "../tables/history-places.ts";

export class SqliteHistory implements HistoryStore {
  readonly #worker: StoreWorker;

  constructor(worker: StoreWorker) {
    this.#worker = worker;
  }

  add(
    message: NewHistoryMessage,
    { messages: mostMessages, bytes: mostBytes }: HistoryQuota,
  ): Promise<"stored" | "known" | "over quota"> {
    const { owner, expiresAt, searchText, bytes, content, sizeBytes } = message;
    const stored = bytes.length + (content === undefined ? 0 : sizeBytes);
    const row = [owner, entryRow(message), expiresAt, searchText, bytes, stored] as const;
    return this.#worker.call("addToHistory", ...row, [mostMessages, mostBytes]);
  }

  async page(owner: string, request: HistoryPageRequest): Promise<readonly HistoryEntry[]> {
    const { conversation, before, limit } = request;
    const asked = [owner, conversation ?? null, before ?? null, limit] as const;
    const rows = await this.#worker.call("pageHistory", ...asked);
    return rows.map((row) => readEntry(owner, new RowReader(row)));
  }

  async search(
    owner: string,
    words: readonly string[],
    { conversation, before, limit }: HistoryPageRequest,
  ): Promise<HistoryHits> {
    const most = [limit, HISTORY_SEARCH_BOUND] as const;
    const asked = [owner, words, conversation ?? null, before ?? null, most] as const;
    const [rows, next] = await this.#worker.call("searchHistory", ...asked);
    return { entries: rows.map((row) => readEntry(owner, new RowReader(row))), before: next };
  }

  async find(owner: string, id: string): Promise<HistoryMessage | undefined> {
    const columns = await this.#worker.call("findInHistory", owner, id);
    if (columns === undefined) return undefined;
    const row = new RowReader(columns);
    return { ...readEntry(owner, row), bytes: row.bytes() };
  }

  remove(owner: string, ids: readonly string[]): Promise<number> {
    return this.#worker.call("removeFromHistory", owner, ids);
  }

  removeNewest(owner: string, conversation: string | undefined, limit: number): Promise<number> {
    return this.#worker.call("removeNewestHistory", owner, conversation ?? null, limit);
  }

  sweep(now: number, limit: number): Promise<HistorySwept> {
    return this.#worker.call("sweepHistory", now, limit, now + HISTORY_HOLD_MS);
  }

  hold(owner: string, held: boolean): Promise<boolean> {
    return this.#worker.call("holdHistory", owner, flagNumber(held));
  }

  isHeld(owner: string): Promise<boolean> {
    return this.#worker.call("isHistoryHeld", owner);
  }

  usage(owner: string): Promise<HistoryUsage> {
    return this.#worker.call("usageHistory", owner);
  }

  contents(): Promise<readonly string[]> {
    return this.#worker.call("contentsHistory");
  }
}

function entryRow(entry: NewHistoryMessage): readonly [id: string, ...rest: Row] {
  return [
    entry.id,
    entry.conversation,
    entry.direction,
    entry.mode,
    entry.from,
    entry.authId ?? null,
    entry.to,
    entry.group ?? null,
    entry.subject ?? null,
    entry.type,
    entry.messageId ?? null,
    entry.at,
    entry.expiresAt,
    entry.sizeBytes,
    entry.content ?? null,
  ];
}

function readEntry(owner: string, row: RowReader): HistoryEntry {
  const sequence = sequenceOf(row.number());
  return {
    id: row.text(),
    owner,
    sequence,
    conversation: row.text(),
    direction: row.word(["sent", "received"]),
    mode: row.word(["pager", "large", "session"]),
    from: row.text(),
    authId: row.optionalText(),
    to: row.text(),
    group: row.optionalText(),
    subject: row.optionalText(),
    type: row.text(),
    messageId: row.optionalText(),
    at: row.number(),
    expiresAt: row.number(),
    sizeBytes: row.number(),
    content: row.optionalText(),
  };
}
