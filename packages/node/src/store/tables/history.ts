/** Kept conversations in SQL, and the index of what is said in them. */
import type { HistoryState, HistorySwept } from "@parlance/server";
import type { Row, Value } from "../rows.ts";
import type { Sql } from "../sql.ts";
import { firstPlace, lastPlace, ownerOf, placeOf, sequenceOf } from "./history-places.ts";
import { historyRemovals } from "./history-removals.ts";
import { historyThreads } from "./history-threads.ts";
import { historyWords } from "./history-words.ts";

const ENTRY =
  "place, id, conversation, direction, mode, sender, auth_id, recipient, group_address, subject, " +
  "type, message_id, at, expires_at, size_bytes, content_id";
const NEWEST = "place >= ?1 AND place <= ?2 AND removed = 0";

/** So long a sweep may hold up others. */
const PART_MS = 40;
/** From so many on it costs less to rewrite the index than to take each out of it. */
const MANY = 500;

export function historyTable(sql: Sql) {
  const owner = sql.prepare(
    "SELECT number, last, messages, bytes FROM history_owner WHERE name = ?",
  );
  const mostOfAll = sql.prepare(
    "SELECT ifnull(max(messages), 0), ifnull(max(bytes), 0) FROM history_owner",
  );
  const addOwner = sql.prepare(
    "INSERT INTO history_owner (name, last, held, messages, bytes) VALUES (?, 0, 0, 0, 0) RETURNING number",
  );
  const count = sql.prepare(
    "UPDATE history_owner SET last = ?2, messages = messages + 1, bytes = bytes + ?3 WHERE number = ?1",
  );
  const insert = sql.prepare(
    `INSERT INTO history (${ENTRY}, removed, due_at, stored_bytes, search_text, content)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, ?, ?, ?, ?)`,
  );
  const exists = sql.prepare("SELECT 1 FROM history WHERE id = ?3 AND place BETWEEN ?1 AND ?2");
  const page = sql.prepare(
    `SELECT ${ENTRY} FROM history WHERE ${NEWEST} ORDER BY place DESC LIMIT ?3`,
  );
  const conversationPage = sql.prepare(
    `SELECT ${ENTRY} FROM history INDEXED BY history_conversation
     WHERE conversation = ?4 AND ${NEWEST} ORDER BY place DESC LIMIT ?3`,
  );
  const find = sql.prepare(`SELECT ${ENTRY}, content FROM history WHERE id = ?3 AND ${NEWEST}`);
  const remove = sql.prepare(
    `UPDATE history SET removed = 1, due_at = 0 WHERE id = ?3 AND ${NEWEST} RETURNING conversation`,
  );
  const contents = sql.prepare("SELECT content_id FROM history WHERE content_id IS NOT NULL");
  const hold = sql.prepare("UPDATE history_owner SET held = ?1 WHERE number = ?2 AND held <> ?1");
  const isHeld = sql.prepare("SELECT held FROM history_owner WHERE name = ?");
  const state = sql.prepare("SELECT last, marks, removals FROM history_owner WHERE name = ?");
  const removeAt = sql.prepare(
    "UPDATE history SET removed = 1, due_at = 0 WHERE place = ? RETURNING conversation",
  );
  const placesOf = sql.prepare(
    "SELECT place FROM history WHERE place > ? AND place <= ? ORDER BY place LIMIT ?",
  );
  const placesIn = sql.prepare(
    `SELECT place FROM history INDEXED BY history_conversation
     WHERE conversation = ? AND removed = 0 AND place > ? ORDER BY place LIMIT ?`,
  );
  const shorten = sql.prepare(
    `UPDATE history SET expires_at = at + ?1, due_at = min(due_at, at + ?1)
     WHERE place = ?2 AND expires_at > at + ?1`,
  );
  const words = historyWords(sql, ENTRY);
  const threads = historyThreads(sql, ENTRY);
  const removals = historyRemovals(sql);

  function numberOf(name: string): number | undefined {
    const [number] = owner.first(name) ?? [];
    return number === undefined ? undefined : Number(number);
  }

  function pageOf(name: string, conversation: string | null, before: number | null, most: number) {
    const number = numberOf(name);
    if (number === undefined) return [];
    const range = [firstPlace(number), lastPlace(number, before), most] as const;
    return conversation === null
      ? page.all(...range)
      : conversationPage.all(...range, conversation);
  }

  return {
    addToHistory(
      name: string,
      entry: readonly [id: string, ...rest: Row],
      dueAt: number,
      searchText: string,
      content: Uint8Array,
      storedBytes: number,
      quota: readonly [messages: number, bytes: number],
    ): "stored" | "known" | "over quota" {
      const [known, last, messages, bytes] = owner.first(name) ?? [];
      const number = Number(known ?? addOwner.first(name)?.[0]);
      const [id] = entry;
      if (exists.first(firstPlace(number), lastPlace(number, null), id) !== undefined)
        return "known";
      if (Number(messages ?? 0) >= quota[0] || Number(bytes ?? 0) + storedBytes > quota[1])
        return "over quota";
      const sequence = Number(last ?? 0) + 1;
      const place = placeOf(number, sequence);
      insert.run(place, ...entry, dueAt, storedBytes, searchText, content);
      count.run(number, sequence, storedBytes);
      threads.added(number, entry[1] ?? null, sequence);
      if (searchText !== "") words.add(place);
      return "stored";
    },

    pageHistory: pageOf,

    readHistory(
      name: string,
      conversation: string | null,
      towards: "older" | "newer",
      from: number | null,
      most: readonly [messages: number, bytes: number],
    ): readonly Row[] {
      const number = numberOf(name);
      if (number === undefined) return [];
      return threads.read({ number, conversation, towards, from }, most);
    },

    historyConversations(name: string, before: number | null, most: readonly [number, number]) {
      const number = numberOf(name);
      return number === undefined ? [] : threads.list(number, before, most);
    },

    markHistory(
      name: string,
      conversation: string,
      point: string | readonly string[],
      most: number,
    ) {
      const number = numberOf(name);
      return number === undefined ? undefined : threads.mark({ number, conversation, point }, most);
    },

    historyMarks(name: string, after: number, most: number): readonly Row[] {
      const number = numberOf(name);
      return number === undefined ? [] : threads.marks(number, after, most);
    },

    searchHistory(
      name: string,
      those: readonly string[],
      conversation: string | null,
      before: number | null,
      most: readonly [hits: number, looks: number],
    ): readonly [entries: readonly Row[], before: number | undefined] {
      const number = numberOf(name);
      if (number === undefined) return [[], undefined];
      const range = { first: firstPlace(number), last: lastPlace(number, before) };
      const { entries, next } = words.search(those, conversation, range, most);
      return [entries, next === undefined ? undefined : sequenceOf(next)];
    },

    historyState(name: string): HistoryState {
      const [kept = 0, marked = 0, removed = 0] = state.first(name) ?? [];
      return { kept: Number(kept), marked: Number(marked), removals: Number(removed) };
    },

    noteHistoryRemoval(
      name: string,
      removal: readonly [conversation: string, messageId: string | null, at: number],
      most: readonly [most: number, since: number],
    ): void {
      removals.note(numberOf(name) ?? Number(addOwner.first(name)?.[0]), removal, most);
    },

    historyRemovals(name: string, after: number, most: number): readonly Row[] {
      const number = numberOf(name);
      return number === undefined ? [] : removals.after(number, after, most);
    },

    findInHistory(name: string, id: string): Row | undefined {
      const number = numberOf(name);
      if (number === undefined) return undefined;
      return find.first(firstPlace(number), lastPlace(number, null), id);
    },

    removeFromHistory(name: string, ids: readonly string[]): number {
      const number = numberOf(name);
      if (number === undefined) return 0;
      const range = [firstPlace(number), lastPlace(number, null)] as const;
      return threads.removed(
        number,
        ids.map((id) => remove.first(...range, id)),
      );
    },

    removeNewestHistory(name: string, conversation: string | null, most: number): number {
      const number = numberOf(name);
      if (number === undefined) return 0;
      if (conversation === null) removals.forget(number);
      const rows = pageOf(name, conversation, null, most);
      return threads.removed(
        number,
        rows.map(([place = null]) => removeAt.first(place)),
      );
    },

    ...sweeping(sql, words, threads),

    shortenHistory(
      of: "owner" | "conversation",
      name: string,
      keepMs: number,
      [after, most]: readonly [after: number, most: number],
    ): number | undefined {
      const number = of === "owner" ? numberOf(name) : undefined;
      if (of === "owner" && number === undefined) return undefined;
      const rows =
        number === undefined
          ? placesIn.all(name, after, most)
          : placesOf.all(Math.max(after, firstPlace(number) - 1), lastPlace(number, null), most);
      for (const [place = null] of rows) shorten.run(keepMs, place);
      return rows.length < most ? undefined : Number(rows.at(-1)?.[0]);
    },

    holdHistory(name: string, held: number): boolean {
      return hold.run(held, numberOf(name) ?? addOwner.first(name)?.[0] ?? null) > 0;
    },

    isHistoryHeld(name: string): boolean {
      return isHeld.first(name)?.[0] === 1;
    },

    usageHistory(name: string): { readonly messages: number; readonly bytes: number } {
      const [, , messages = 0, bytes = 0] = owner.first(name) ?? [];
      return { messages: Number(messages), bytes: Number(bytes) };
    },

    /** One row for each who has any. */
    mostHistory(): { readonly messages: number; readonly bytes: number } {
      const [messages, bytes] = mostOfAll.first() ?? [];
      return { messages: Number(messages), bytes: Number(bytes) };
    },

    contentsHistory(): readonly string[] {
      return contents.all().flatMap(([id]) => (typeof id === "string" ? [id] : []));
    },

    /** After a rollback nothing that was counted can be trusted. */
    forgetWaiting: (): void => words.forget(),
  };
}

function sweeping(
  sql: Sql,
  words: ReturnType<typeof historyWords>,
  threads: ReturnType<typeof historyThreads>,
) {
  const due = sql.prepare(
    `SELECT place, content_id, stored_bytes, search_text, conversation, removed FROM history
     WHERE due_at <= ? ORDER BY due_at LIMIT ?`,
  );
  const countDue = sql.prepare(
    "SELECT count(*) FROM (SELECT 1 FROM history WHERE due_at <= ? LIMIT ?)",
  );
  const ownerBy = sql.prepare("SELECT held, name FROM history_owner WHERE number = ?");
  const postpone = sql.prepare("UPDATE history SET due_at = ? WHERE place = ?");
  const take = sql.prepare("DELETE FROM history WHERE place = ?");
  const uncount = sql.prepare(
    "UPDATE history_owner SET messages = messages - 1, bytes = bytes - ? WHERE number = ?",
  );

  return {
    sweepHistory(now: number, most: number, holdUntil: number): HistorySwept {
      // What is only marked while the index is rewritten would stay in it.
      if (words.rewriting()) {
        words.tighten();
        return { removed: 0, owners: [], contents: [], more: true };
      }
      const started = performance.now();
      const rows = due.all(now, most);
      // Each alone leaves the index at once and slowly; many leave it fast, and then it is rewritten.
      if (rows.length > 0 && Number(countDue.first(now, MANY)?.[0]) === MANY) words.loosen();
      const gone: Value[] = [];
      let removed = 0;
      let looked = 0;
      const owners = new Set<string>();
      for (const [place = null, content = null, bytes = null, text, conversation, marked] of rows) {
        if (performance.now() - started > PART_MS) break;
        looked += 1;
        const number = ownerOf(Number(place));
        const [held, name] = ownerBy.first(number) ?? [];
        if (held === 1) {
          postpone.run(holdUntil, place);
          continue;
        }
        words.remove(Number(place), String(text));
        take.run(place);
        uncount.run(bytes, number);
        threads.removed(number, [[conversation ?? null]]);
        removed += 1;
        if (marked !== 1) owners.add(String(name));
        gone.push(content);
      }
      const contents = gone.filter((content) => typeof content === "string");
      const rest = looked < rows.length || rows.length === most;
      return { removed, owners: [...owners], contents, more: rest || words.tighten() };
    },
  };
}
