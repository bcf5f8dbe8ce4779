/** Kept conversations in memory: one sorted list a user. */
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
} from "../history.ts";
import type { Ledger } from "./ledger.ts";

export interface HistoryRecord {
  readonly owner: string;
  readonly last: number;
  readonly held: boolean;
  readonly rows: readonly HistoryRow[];
}

export interface HistoryRow {
  readonly message: HistoryMessage;
  readonly searchText: string;
  readonly removed: boolean;
  /** When a sweep looks at it. */
  readonly dueAt: number;
}

interface Kept {
  last: number;
  held: boolean;
  rows: HistoryRow[];
  bytes: number;
}

export class MemoryHistory implements HistoryStore {
  readonly #ledger: Ledger;
  readonly #owners = new Map<string, Kept>();

  constructor(ledger: Ledger, records: readonly HistoryRecord[]) {
    this.#ledger = ledger;
    for (const { owner, last, held, rows } of records)
      this.#owners.set(owner, { last, held, rows: [...rows], bytes: bytesOf(rows) });
  }

  records(): readonly HistoryRecord[] {
    return [...this.#owners].map(([owner, { last, held, rows }]) => ({
      owner,
      last,
      held,
      rows: [...rows],
    }));
  }

  add(
    { searchText, ...message }: NewHistoryMessage,
    quota: HistoryQuota,
  ): Promise<"stored" | "known" | "over quota"> {
    return this.#ledger.change(() => {
      const kept = this.#kept(message.owner);
      if (kept.rows.some((row) => row.message.id === message.id)) return "known";
      const bytes = kept.bytes + storedBytes(message);
      if (kept.rows.length >= quota.messages || bytes > quota.bytes) return "over quota";
      kept.last += 1;
      kept.bytes = bytes;
      kept.rows.push({
        // A copy: what came in may be a small view of a large buffer.
        message: { ...message, sequence: kept.last, bytes: message.bytes.slice() },
        searchText,
        removed: false,
        dueAt: message.expiresAt,
      });
      return "stored";
    });
  }

  page(owner: string, request: HistoryPageRequest): Promise<readonly HistoryEntry[]> {
    return this.#ledger.read(() => {
      const rows = this.#newest(owner, request.before);
      const those = rows.filter((row) => isOf(row, request.conversation));
      return those.slice(0, request.limit).map(entryOf);
    });
  }

  search(
    owner: string,
    words: readonly string[],
    { conversation, before, limit }: HistoryPageRequest,
  ): Promise<HistoryHits> {
    return this.#ledger.read(() => {
      const entries: HistoryEntry[] = [];
      let looked = 0;
      for (const row of this.#newest(owner, before)) {
        looked += 1;
        const found = words.every((word) => row.searchText.includes(word));
        if (found && isOf(row, conversation)) entries.push(entryOf(row));
        if (entries.length === limit || looked === HISTORY_SEARCH_BOUND)
          return { entries, before: row.message.sequence };
      }
      return { entries, before: undefined };
    });
  }

  find(owner: string, id: string): Promise<HistoryMessage | undefined> {
    return this.#ledger.read(
      () => this.#newest(owner, undefined).find((row) => row.message.id === id)?.message,
    );
  }

  remove(owner: string, ids: readonly string[]): Promise<number> {
    const those = new Set(ids);
    return this.#ledger.change(() =>
      this.#remove(
        owner,
        this.#newest(owner, undefined).filter((row) => those.has(row.message.id)),
      ),
    );
  }

  removeNewest(owner: string, conversation: string | undefined, limit: number): Promise<number> {
    return this.#ledger.change(() => {
      const rows = this.#newest(owner, undefined).filter((row) => isOf(row, conversation));
      return this.#remove(owner, rows.slice(0, limit));
    });
  }

  sweep(now: number, limit: number): Promise<HistorySwept> {
    return this.#ledger.change(() => {
      const due = [...this.#owners.values()]
        .flatMap((kept) => kept.rows.map((row) => ({ kept, row })))
        .filter(({ row }) => row.dueAt <= now)
        .toSorted((a, b) => a.row.dueAt - b.row.dueAt)
        .slice(0, limit);
      const contents: string[] = [];
      let removed = 0;
      for (const { kept, row } of due) {
        if (kept.held) {
          replace(kept, row, { ...row, dueAt: now + HISTORY_HOLD_MS });
          continue;
        }
        kept.rows = kept.rows.filter((other) => other !== row);
        kept.bytes -= storedBytes(row.message);
        removed += 1;
        if (row.message.content !== undefined) contents.push(row.message.content);
      }
      return { removed, contents, more: due.length === limit };
    });
  }

  hold(owner: string, held: boolean): Promise<boolean> {
    return this.#ledger.change(() => {
      const kept = this.#kept(owner);
      if (kept.held === held) return false;
      kept.held = held;
      return true;
    });
  }

  isHeld(owner: string): Promise<boolean> {
    return this.#ledger.read(() => this.#owners.get(owner)?.held ?? false);
  }

  usage(owner: string): Promise<HistoryUsage> {
    return this.#ledger.read(() => {
      const kept = this.#owners.get(owner);
      return { messages: kept?.rows.length ?? 0, bytes: kept?.bytes ?? 0 };
    });
  }

  contents(): Promise<readonly string[]> {
    return this.#ledger.read(() =>
      [...this.#owners.values()]
        .flatMap(({ rows }) => rows)
        .flatMap(({ message: { content } }) => (content === undefined ? [] : [content])),
    );
  }

  /** What the owner sees, the newest first. */
  #newest(owner: string, before: number | undefined): readonly HistoryRow[] {
    const rows = this.#owners.get(owner)?.rows ?? [];
    return rows
      .filter(({ removed, message }) => !removed && (before ?? Infinity) > message.sequence)
      .toReversed();
  }

  #remove(owner: string, rows: readonly HistoryRow[]): number {
    const kept = this.#kept(owner);
    for (const row of rows) replace(kept, row, { ...row, removed: true, dueAt: 0 });
    return rows.length;
  }

  #kept(owner: string): Kept {
    const known = this.#owners.get(owner);
    if (known !== undefined) return known;
    const made: Kept = { last: 0, held: false, rows: [], bytes: 0 };
    this.#owners.set(owner, made);
    return made;
  }
}

function replace(kept: Kept, row: HistoryRow, other: HistoryRow): void {
  kept.rows[kept.rows.indexOf(row)] = other;
}

function isOf({ message }: HistoryRow, conversation: string | undefined): boolean {
  return conversation === undefined || message.conversation === conversation;
}

function entryOf({ message }: HistoryRow): HistoryEntry {
  const { bytes: _, ...entry } = message;
  return entry;
}

function bytesOf(rows: readonly HistoryRow[]): number {
  return rows.reduce((sum, { message }) => sum + storedBytes(message), 0);
}

function storedBytes({
  bytes,
  content,
  sizeBytes,
}: Pick<HistoryMessage, "bytes" | "content" | "sizeBytes">): number {
  return bytes.length + (content === undefined ? 0 : sizeBytes);
}
