/** What was said in conferences, in SQL. */
import type { Row, Value } from "../rows.ts";
import type { Sql } from "../sql.ts";

const COLUMNS =
  "room, sequence, message_id, sender, sender_id, audience, said_at, type, content" as const;
const HIS = `(audience IS NULL OR sender = ?2
  OR EXISTS (SELECT 1 FROM json_each(audience) WHERE value = ?2))`;

export function roomTable(sql: Sql) {
  const append = sql.prepare(
    `INSERT OR IGNORE INTO room_entry (${COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const sizes = sql.prepare(
    `SELECT sequence, length(content) FROM room_entry
     WHERE room = ?1 AND sequence > ?3 AND ${HIS} ORDER BY sequence LIMIT ?4`,
  );
  const page = sql.prepare(
    `SELECT ${COLUMNS} FROM room_entry
     WHERE room = ?1 AND sequence > ?3 AND sequence <= ?4 AND ${HIS} ORDER BY sequence`,
  );
  const find = sql.prepare("SELECT sequence FROM room_entry WHERE room = ? AND message_id = ?");
  const last = sql.prepare(
    `SELECT max(ifnull((SELECT last FROM room_last WHERE room = ?1), 0),
                ifnull((SELECT max(sequence) FROM room_entry WHERE room = ?1), 0))`,
  );
  const cursors = sql.prepare(
    "SELECT member, sequence FROM room_cursor WHERE room = ? ORDER BY member",
  );
  const advance = sql.prepare(
    `INSERT INTO room_cursor VALUES (?, ?, ?)
     ON CONFLICT DO UPDATE SET sequence = max(sequence, excluded.sequence)`,
  );
  const forget = sql.prepare("DELETE FROM room_cursor WHERE room = ? AND member = ?");
  const forgetMember = sql.prepare(
    "DELETE FROM room_cursor WHERE member = ?1 OR (member > ?1 || ' ' AND member < ?1 || '!')",
  );
  const isHis = "(value = ?1 OR (value > ?1 || ' ' AND value < ?1 || '!'))";
  const toOthersToo = `EXISTS (SELECT 1 FROM json_each(audience) WHERE NOT ${isHis})`;
  const toHim = `audience IS NOT NULL AND EXISTS (SELECT 1 FROM json_each(audience) WHERE ${isHis})`;
  const keepLasts = sql.prepare(
    `INSERT INTO room_last SELECT room, max(sequence) FROM room_entry
     WHERE room IN (SELECT room FROM room_entry WHERE ${toHim}) GROUP BY room
     ON CONFLICT DO UPDATE SET last = max(last, excluded.last)`,
  );
  const forgetSaid = sql.prepare(`DELETE FROM room_entry WHERE ${toHim} AND NOT ${toOthersToo}`);
  const strike = sql.prepare(
    `UPDATE room_entry SET audience =
       (SELECT json_group_array(value) FROM json_each(audience) WHERE NOT ${isHis})
     WHERE ${toHim}`,
  );
  const keepLast = sql.prepare(
    `INSERT INTO room_last SELECT ?1, max(sequence) FROM room_entry WHERE room = ?1
     HAVING max(sequence) IS NOT NULL
     ON CONFLICT DO UPDATE SET last = max(last, excluded.last)`,
  );
  const prune = sql.prepare(
    "DELETE FROM room_entry WHERE room = ? AND (sequence < ? OR said_at < ?)",
  );
  const removals = ["room_entry", "room_cursor", "room_last"].map((table) =>
    sql.prepare(`DELETE FROM ${table} WHERE room = ?`),
  );

  // A step into each index for each of them, and no look at what was said.
  const next = sql.prepare(
    `SELECT min(room) FROM (
       SELECT min(room) AS room FROM room_entry WHERE room > ?1
       UNION ALL SELECT min(room) FROM room_cursor WHERE room > ?1
       UNION ALL SELECT min(room) FROM room_last WHERE room > ?1)`,
  );

  return {
    listRooms(after: string, limit: number): readonly string[] {
      const rooms: string[] = [];
      while (rooms.length < limit) {
        const [room] = next.first(rooms.at(-1) ?? after) ?? [];
        if (typeof room !== "string") break;
        rooms.push(room);
      }
      return rooms;
    },

    openRoom(room: string): readonly [last: Value, cursors: readonly Row[]] {
      return [last.first(room)?.[0] ?? 0, cursors.all(room)];
    },

    appendToRoom(entry: Row, content: Uint8Array): "stored" | "known" {
      return append.run(...entry, content) === 0 ? "known" : "stored";
    },

    /** What a page holds is known from the sizes alone: no content is read in vain. */
    roomPage(
      room: string,
      member: string,
      after: number,
      most: readonly [messages: number, bytes: number],
    ): readonly Row[] {
      const [messages, bytes] = most;
      let end = after;
      let sum = 0;
      for (const [sequence, size] of sizes.all(room, member, after, messages)) {
        sum += Number(size);
        if (sum > bytes && end > after) break;
        end = Number(sequence);
      }
      return end === after ? [] : page.all(room, member, after, end);
    },

    findInRoom(room: string, messageId: string): Value | undefined {
      return find.first(room, messageId)?.[0];
    },

    advanceInRoom(room: string, moved: readonly Row[]): void {
      for (const [member = null, sequence = null] of moved) advance.run(room, member, sequence);
    },

    forgetInRoom(room: string, member: string): void {
      forget.run(room, member);
    },

    forgetInRooms(member: string): number {
      keepLasts.run(member); // their numbers are not used again
      return forgetMember.run(member) + forgetSaid.run(member) + strike.run(member);
    },

    pruneRoom(room: string, beforeSequence: number, saidBefore: number): number {
      keepLast.run(room);
      return prune.run(room, beforeSequence, saidBefore);
    },

    removeRoom(room: string): void {
      for (const removal of removals) removal.run(room);
    },
  };
}
