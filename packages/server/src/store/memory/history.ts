/** Kept conversations in memory: one sorted list a user. */
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
} from "../history.ts";
import type { Ledger } from "./ledger.ts";

export interface HistoryRecord {
  readonly owner: string;
  readonly last: number;
  readonly held: boolean;
  readonly rows: readonly HistoryRow[];
  readonly marks: readonly HistoryMark[];
  /** Version of the last mark. */
  readonly marked: number;
  readonly removals: readonly NumberedHistoryRemoval[];
  /** Version of the last removal. */
  readonly noted: number;
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
  /** By conversation. */
  readonly marks: Map<string, HistoryMark>;
  marked: number;
  removals: readonly NumberedHistoryRemoval[];
  noted: number;
}

export class MemoryHistory implements HistoryStore {
  readonly #ledger: Ledger;
  readonly #owners = new Map<string, Kept>();

  constructor(ledger: Ledger, records: readonly HistoryRecord[]) {
    this.#ledger = ledger;
    for (const { owner, rows, marks, ...rest } of records) {
      const byConversation = new Map(marks.map((mark) => [mark.conversation, mark]));
      const kept = { rows: [...rows], bytes: bytesOf(rows), marks: byConversation };
      this.#owners.set(owner, { ...rest, ...kept });
    }
  }

  records(): readonly HistoryRecord[] {
    return [...this.#owners].map(([owner, kept]) => {
      const { last, held, rows, marks, marked, removals, noted } = kept;
      const all = { rows: [...rows], marks: [...marks.values()], removals };
      return { owner, last, held, marked, noted, ...all };
    });
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

  read(owner: string, part: HistoryPart): Promise<readonly HistoryMessage[]> {
    return this.#ledger.read(() => {
      const { conversation, towards, from, limit, bytes } = part;
      const all = this.#newest(owner, towards === "older" ? from : undefined);
      const newer = (): readonly HistoryRow[] =>
        all.filter(({ message }) => message.sequence > (from ?? 0)).toReversed();
      const those = towards === "older" ? all : newer();
      let sum = 0;
      const some: HistoryMessage[] = [];
      for (const row of those.filter((one) => isOf(one, conversation)).slice(0, limit)) {
        sum += row.message.bytes.length;
        if (sum > bytes && some.length > 0) break;
        some.push(row.message);
      }
      return some;
    });
  }

  conversations(
    owner: string,
    before: number | undefined,
    limit: number,
  ): Promise<readonly HistoryConversation[]> {
    return this.#ledger.read(() => {
      const newest = new Map<string, HistoryMessage>();
      for (const { message } of this.#newest(owner, undefined))
        if (!newest.has(message.conversation)) newest.set(message.conversation, message);
      return [...newest]
        .filter(([, { sequence }]) => sequence < (before ?? Infinity))
        .slice(0, limit)
        .map(([conversation, message]) => {
          const mark = this.#owners.get(owner)?.marks.get(conversation);
          const unread = this.#newest(owner, undefined).filter(
            (row) =>
              isOf(row, conversation) &&
              row.message.direction === "received" &&
              row.message.sequence > (mark?.sequence ?? 0),
          );
          const count = Math.min(unread.length, HISTORY_UNREAD_BOUND);
          return { conversation, newest: message, unread: count, mark };
        });
    });
  }

  mark(
    owner: string,
    conversation: string,
    upTo: HistoryPoint,
  ): Promise<{ readonly mark: HistoryMark; readonly changed: boolean } | undefined> {
    return this.#ledger.change(() => {
      const those = this.#newest(owner, undefined).filter((row) => isOf(row, conversation));
      const found = pointIn(those, upTo);
      if (found === undefined) return undefined;
      const kept = this.#kept(owner);
      const before = kept.marks.get(conversation);
      if (before !== undefined && before.sequence >= found.sequence)
        return { mark: before, changed: false };
      kept.marked += 1;
      const { sequence, messageId, at } = found;
      const mark = { conversation, version: kept.marked, sequence, id: found.id, messageId, at };
      kept.marks.set(conversation, mark);
      return { mark, changed: true };
    });
  }

  marks(owner: string, after: number, limit: number): Promise<readonly HistoryMark[]> {
    return this.#ledger.read(() => {
      const marks = [...(this.#owners.get(owner)?.marks.values() ?? [])];
      return marks
        .filter(({ version }) => version > after)
        .toSorted((a, b) => a.version - b.version)
        .slice(0, limit);
    });
  }

  state(owner: string): Promise<HistoryState> {
    return this.#ledger.read(() => {
      const { last: kept = 0, marked = 0, noted: removals = 0 } = this.#owners.get(owner) ?? {};
      return { kept, marked, removals };
    });
  }

  noteRemoval(owner: string, removal: HistoryRemoval): Promise<void> {
    return this.#ledger.change(() => {
      const kept = this.#kept(owner);
      const { conversation, messageId, at } = removal;
      const others = kept.removals.filter(
        (one) =>
          one.at >= at - HISTORY_REMOVALS_MS &&
          (one.conversation !== conversation ||
            (messageId !== undefined && one.messageId !== messageId)),
      );
      kept.noted += 1;
      kept.removals = [...others, { ...removal, version: kept.noted }].slice(
        -HISTORY_REMOVALS_BOUND,
      );
    });
  }

  removals(
    owner: string,
    after: number,
    limit: number,
  ): Promise<readonly NumberedHistoryRemoval[]> {
    return this.#ledger.read(() =>
      (this.#owners.get(owner)?.removals ?? [])
        .filter(({ version }) => version > after)
        .slice(0, limit),
    );
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
      if (conversation === undefined) this.#kept(owner).removals = [];
      return this.#remove(owner, rows.slice(0, limit));
    });
  }

  sweep(now: number, limit: number): Promise<HistorySwept> {
    return this.#ledger.change(() => {
      const due = [...this.#owners]
        .flatMap(([owner, kept]) => kept.rows.map((row) => ({ owner, kept, row })))
        .filter(({ row }) => row.dueAt <= now)
        .toSorted((a, b) => a.row.dueAt - b.row.dueAt)
        .slice(0, limit);
      const contents: string[] = [];
      const owners = new Set<string>();
      let removed = 0;
      for (const { owner, kept, row } of due) {
        if (kept.held) {
          replace(kept, row, { ...row, dueAt: now + HISTORY_HOLD_MS });
          continue;
        }
        kept.rows = kept.rows.filter((other) => other !== row);
        kept.bytes -= storedBytes(row.message);
        forgetMarks(kept);
        removed += 1;
        if (!row.removed) owners.add(owner);
        if (row.message.content !== undefined) contents.push(row.message.content);
      }
      return { removed, owners: [...owners], contents, more: due.length === limit };
    });
  }

  shorten(
    { of, name }: HistoryScope,
    keepMs: number,
    _after: number | undefined,
    _limit: number,
  ): Promise<number | undefined> {
    return this.#ledger.change(() => {
      for (const [owner, kept] of this.#owners) {
        if (of === "owner" && owner !== name) continue;
        kept.rows = kept.rows.map((row) => {
          const expiresAt = row.message.at + keepMs;
          const isMeant = of === "owner" || isOf(row, name);
          if (!isMeant || row.message.expiresAt <= expiresAt) return row;
          const dueAt = Math.min(row.dueAt, expiresAt);
          return { ...row, dueAt, message: { ...row.message, expiresAt } };
        });
      }
      return undefined;
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

  /** At once, for the stores that go by it. */
  holds(owner: string): boolean {
    return this.#owners.get(owner)?.held ?? false;
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

  mostUsed(): Promise<HistoryUsage> {
    return this.#ledger.read(() => {
      const all = [...this.#owners.values()];
      const messages = Math.max(0, ...all.map(({ rows }) => rows.length));
      return { messages, bytes: Math.max(0, ...all.map(({ bytes }) => bytes)) };
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
    forgetMarks(kept);
    return rows.length;
  }

  #kept(owner: string): Kept {
    const known = this.#owners.get(owner);
    if (known !== undefined) return known;
    const made: Kept = {
      last: 0,
      held: false,
      rows: [],
      bytes: 0,
      marks: new Map(),
      marked: 0,
      removals: [],
      noted: 0,
    };
    this.#owners.set(owner, made);
    return made;
  }
}

function replace(kept: Kept, row: HistoryRow, other: HistoryRow): void {
  kept.rows[kept.rows.indexOf(row)] = other;
}

/** A mark goes with the last message of its conversation. */
function forgetMarks({ marks, rows }: Kept): void {
  const left = new Set(rows.flatMap((row) => (row.removed ? [] : [row.message.conversation])));
  for (const conversation of marks.keys()) if (!left.has(conversation)) marks.delete(conversation);
}

/** `rows`: the newest first. */
function pointIn(rows: readonly HistoryRow[], point: HistoryPoint): HistoryMessage | undefined {
  if (point.by === "id") return rows.find(({ message }) => message.id === point.id)?.message;
  const ids = new Set(point.ids);
  return rows
    .slice(0, HISTORY_MARK_BOUND)
    .find(({ message: { messageId } }) => messageId !== undefined && ids.has(messageId))?.message;
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
