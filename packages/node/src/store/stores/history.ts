/** Kept conversations over the worker. */
import {
  HISTORY_HOLD_MS,
  HISTORY_MARK_BOUND,
  HISTORY_REMOVALS_BOUND,
  HISTORY_REMOVALS_MS,
  HISTORY_SEARCH_BOUND,
  HISTORY_UNREAD_BOUND,
  type HistoryConversation,
  type HistoryEntry,
  type HistoryHits,
  type HistoryMark,
  type HistoryMessage,
  type HistoryPageRequest,
  type HistoryPart,
  type HistoryPoint,
  type HistoryQuota,
  type HistoryRemoval,
  type HistoryScope,
  type HistoryState,
  type HistoryStore,
  type HistorySwept,
  type HistoryUsage,
  type NewHistoryMessage,
  type NumberedHistoryRemoval,
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

  async read(owner: string, part: HistoryPart): Promise<readonly HistoryMessage[]> {
    const { conversation, towards, from, limit, bytes } = part;
    const asked = [conversation ?? null, towards, from ?? null, [limit, bytes]] as const;
    const rows = await this.#worker.call("readHistory", owner, ...asked);
    return rows.map((row) => readMessage(owner, new RowReader(row)));
  }

  async conversations(
    owner: string,
    before: number | undefined,
    limit: number,
  ): Promise<readonly HistoryConversation[]> {
    const most = [limit, HISTORY_UNREAD_BOUND] as const;
    const found = await this.#worker.call("historyConversations", owner, before ?? null, most);
    return found.map(({ row, unread, mark }) => {
      const newest = readMessage(owner, new RowReader(row));
      const { conversation } = newest;
      return { conversation, newest, unread, mark: mark && readMark(new RowReader(mark)) };
    });
  }

  async mark(
    owner: string,
    conversation: string,
    upTo: HistoryPoint,
  ): Promise<{ readonly mark: HistoryMark; readonly changed: boolean } | undefined> {
    const point = upTo.by === "id" ? upTo.id : upTo.ids;
    const asked = [conversation, point, HISTORY_MARK_BOUND] as const;
    const found = await this.#worker.call("markHistory", owner, ...asked);
    return found && { mark: readMark(new RowReader(found.mark)), changed: found.changed };
  }

  async marks(owner: string, after: number, limit: number): Promise<readonly HistoryMark[]> {
    const rows = await this.#worker.call("historyMarks", owner, after, limit);
    return rows.map((row) => readMark(new RowReader(row)));
  }

  state(owner: string): Promise<HistoryState> {
    return this.#worker.call("historyState", owner);
  }

  noteRemoval(owner: string, { conversation, messageId, at }: HistoryRemoval): Promise<void> {
    const most = [HISTORY_REMOVALS_BOUND, at - HISTORY_REMOVALS_MS] as const;
    const row = [conversation, messageId ?? null, at] as const;
    return this.#worker.call("noteHistoryRemoval", owner, row, most);
  }

  async removals(
    owner: string,
    after: number,
    limit: number,
  ): Promise<readonly NumberedHistoryRemoval[]> {
    const rows = await this.#worker.call("historyRemovals", owner, after, limit);
    return rows.map((columns) => {
      const row = new RowReader(columns);
      return {
        version: row.number(),
        conversation: row.text(),
        messageId: row.optionalText(),
        at: row.number(),
      };
    });
  }

  async find(owner: string, id: string): Promise<HistoryMessage | undefined> {
    const columns = await this.#worker.call("findInHistory", owner, id);
    if (columns === undefined) return undefined;
    return readMessage(owner, new RowReader(columns));
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

  shorten(
    { of, name }: HistoryScope,
    keepMs: number,
    after: number | undefined,
    limit: number,
  ): Promise<number | undefined> {
    return this.#worker.call("shortenHistory", of, name, keepMs, [after ?? -1, limit]);
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

  mostUsed(): Promise<HistoryUsage | undefined> {
    return this.#worker.call("mostHistory");
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

function readMessage(owner: string, row: RowReader): HistoryMessage {
  return { ...readEntry(owner, row), bytes: row.bytes() };
}

function readMark(row: RowReader): HistoryMark {
  return {
    conversation: row.text(),
    version: row.number(),
    sequence: row.number(),
    id: row.text(),
    messageId: row.optionalText(),
    at: row.number(),
  };
}
