/** Conversations of a user in SQL: which there are, the newest message of each, and up to where he has read it. */
import type { Row, Value } from "../rows.ts";
import type { Sql } from "../sql.ts";
import { firstPlace, lastPlace, placeOf, sequenceOf } from "./history-places.ts";

export interface Reading {
  readonly number: number;
  readonly conversation: string | null;
  readonly towards: "older" | "newer";
  readonly from: number | null;
}

export interface Thread {
  /** Its newest message. */
  readonly row: Row;
  readonly unread: number;
  readonly mark: Row | undefined;
}

export interface Marking {
  readonly number: number;
  readonly conversation: string;
  /** Its id, or the Message-IDs of which the newest counts. */
  readonly point: string | readonly string[];
}

const MARK = "conversation, version, mark, mark_id, mark_message_id, mark_at";
const VISIBLE = "place >= ?1 AND place <= ?2 AND removed = 0";
const OF_ONE = "INDEXED BY history_conversation WHERE conversation = ?4 AND";

export function historyThreads(sql: Sql, entry: string) {
  const added = sql.prepare(
    `INSERT INTO history_thread VALUES (?1, ?2, ?3, 0, 0, '', NULL, 0)
     ON CONFLICT (owner, conversation) DO UPDATE SET last = ?3`,
  );
  const newest = sql.prepare(
    `SELECT max(place) FROM history INDEXED BY history_conversation
     WHERE conversation = ?3 AND ${VISIBLE}`,
  );
  const ends = sql.prepare(
    "UPDATE history_thread SET last = ?3 WHERE owner = ?1 AND conversation = ?2 AND last <> ?3",
  );
  const gone = sql.prepare("DELETE FROM history_thread WHERE owner = ? AND conversation = ?");
  const list = sql.prepare(
    `SELECT ${MARK}, last FROM history_thread WHERE owner = ? AND last < ? ORDER BY last DESC LIMIT ?`,
  );
  const unread = sql.prepare(
    `SELECT count(*) FROM (SELECT 1 FROM history ${OF_ONE} ${VISIBLE} AND direction = 'received' LIMIT ?3)`,
  );
  const at = sql.prepare(`SELECT ${entry}, content FROM history WHERE place = ?`);
  const byId = sql.prepare(
    `SELECT place, id, message_id, at FROM history WHERE id = ?3 AND conversation = ?4 AND ${VISIBLE}`,
  );
  const newestOnes = sql.prepare(
    `SELECT place, id, message_id, at FROM history ${OF_ONE} ${VISIBLE} ORDER BY place DESC LIMIT ?3`,
  );
  const nextVersion = sql.prepare(
    "UPDATE history_owner SET marks = marks + 1 WHERE number = ? RETURNING marks",
  );
  const setMark = sql.prepare(
    `UPDATE history_thread SET version = ?3, mark = ?4, mark_id = ?5, mark_message_id = ?6, mark_at = ?7
     WHERE owner = ?1 AND conversation = ?2 AND mark < ?4`,
  );
  const markOf = sql.prepare(
    `SELECT ${MARK} FROM history_thread WHERE owner = ? AND conversation = ?`,
  );
  const marks = sql.prepare(
    `SELECT ${MARK} FROM history_thread WHERE owner = ? AND version > 0 AND version > ? ORDER BY version LIMIT ?`,
  );
  const sized = (where: string, order: string) =>
    sql.prepare(
      `SELECT place, length(content) FROM history ${where} ${VISIBLE} ORDER BY place ${order} LIMIT ?3`,
    );
  const places = {
    all: { older: sized("WHERE", "DESC"), newer: sized("WHERE", "ASC") },
    one: { older: sized(OF_ONE, "DESC"), newer: sized(OF_ONE, "ASC") },
  };

  function pointOf({ number, conversation, point }: Marking, most: number): Row | undefined {
    const range = [firstPlace(number), lastPlace(number, null)] as const;
    if (typeof point === "string") return byId.first(...range, point, conversation);
    const ids = new Set<Value>(point);
    return newestOnes
      .all(...range, most, conversation)
      .find(([, , messageId = null]) => messageId !== null && ids.has(messageId));
  }

  return {
    added(number: number, conversation: Value, sequence: number): void {
      added.run(number, conversation, sequence);
    },

    /** What was their newest message may be no more. `conversations`: one for each message that is gone; how many. */
    removed(number: number, conversations: readonly (Row | undefined)[]): number {
      const all = conversations.flatMap((row) => row?.[0] ?? []);
      for (const conversation of new Set(all)) {
        const [last] =
          newest.first(firstPlace(number), lastPlace(number, null), conversation) ?? [];
        if (typeof last === "number") ends.run(number, conversation, sequenceOf(last));
        else gone.run(number, conversation);
      }
      return all.length;
    },

    read(
      { number, conversation, towards, from }: Reading,
      [messages, bytes]: readonly [messages: number, bytes: number],
    ): readonly Row[] {
      const older = towards === "older";
      const first = older || from === null ? firstPlace(number) : placeOf(number, from) + 1;
      const last = lastPlace(number, older ? from : null);
      const found =
        conversation === null
          ? places.all[towards].all(first, last, messages)
          : places.one[towards].all(first, last, messages, conversation);
      const rows: Row[] = [];
      let sum = 0;
      for (const [place = null, length] of found) {
        sum += Number(length);
        if (sum > bytes && rows.length > 0) break;
        const row = at.first(place);
        if (row !== undefined) rows.push(row);
      }
      return rows;
    },

    list(
      number: number,
      before: number | null,
      [threads, mostUnread]: readonly [threads: number, unread: number],
    ): readonly Thread[] {
      const found = list.all(number, before ?? Number.MAX_SAFE_INTEGER, threads);
      return found.flatMap((thread) => {
        const [conversation = null, version, mark] = thread;
        const row = at.first(placeOf(number, Number(thread.at(-1))));
        if (row === undefined) return [];
        const range = [placeOf(number, Number(mark)) + 1, lastPlace(number, null)] as const;
        const [count] = unread.first(...range, mostUnread, conversation) ?? [];
        const marked = version === 0 ? undefined : thread.slice(0, -1);
        return [{ row, unread: Number(count), mark: marked }];
      });
    },

    mark(
      marking: Marking,
      most: number,
    ): { readonly mark: Row; readonly changed: boolean } | undefined {
      const { number, conversation } = marking;
      const [place, id = null, messageId = null, time = null] = pointOf(marking, most) ?? [];
      if (place === undefined) return undefined;
      const before = markOf.first(number, conversation);
      const sequence = sequenceOf(Number(place));
      if (before === undefined) return undefined;
      if (Number(before[2]) >= sequence) return { mark: before, changed: false };
      const [version = null] = nextVersion.first(number) ?? [];
      setMark.run(number, conversation, version, sequence, id, messageId, time);
      return { mark: markOf.first(number, conversation) ?? before, changed: true };
    },

    marks: (number: number, after: number, most: number): readonly Row[] =>
      marks.all(number, after, most),
  };
}
