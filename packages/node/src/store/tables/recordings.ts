/** Kept sessions in SQL. */
import type { Row } from "../rows.ts";
import type { Sql } from "../sql.ts";

const BEGUN =
  "id, owner, name, subject, conversation, group_address, group_name, parties, started_at, expires_at";
const RECORDING = `${BEGUN}, ended_at, messages, size_bytes`;

export function recordingTable(sql: Sql) {
  const begin = sql.prepare(
    `INSERT INTO recording (${RECORDING}, removed) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, NULL, 0, 0, 0)`,
  );
  const count = sql.prepare(
    `UPDATE recording SET messages = messages + 1, size_bytes = size_bytes + ?3
     WHERE id = ?2 AND owner = ?1 AND removed = 0 RETURNING messages`,
  );
  const link = sql.prepare(
    "INSERT INTO recorded_message (recording, number, message) VALUES (?, ?, ?)",
  );
  const end = sql.prepare(
    "UPDATE recording SET ended_at = ?3, parties = ?4 WHERE id = ?2 AND owner = ?1 AND removed = 0",
  );
  const endAll = sql.prepare("UPDATE recording SET ended_at = ? WHERE ended_at IS NULL");
  const list = sql.prepare(
    `SELECT ${RECORDING} FROM recording
     WHERE owner = ?1 AND removed = 0 AND (?2 IS NULL OR id < ?2) ORDER BY id DESC LIMIT ?3`,
  );
  const find = sql.prepare(
    `SELECT ${RECORDING} FROM recording WHERE id = ?2 AND owner = ?1 AND removed = 0`,
  );
  const links = sql.prepare(
    "SELECT number, message FROM recorded_message WHERE recording = ? AND number > ? ORDER BY number LIMIT ?",
  );
  const remove = sql.prepare(
    "UPDATE recording SET removed = 1, expires_at = 0 WHERE id = ?2 AND owner = ?1 AND removed = 0",
  );
  const removeAll = sql.prepare(
    "UPDATE recording SET removed = 1, expires_at = 0 WHERE owner = ? AND removed = 0",
  );
  const due = sql.prepare(
    `SELECT recording.owner, id FROM recording
     LEFT JOIN history_owner ON history_owner.name = recording.owner
     WHERE expires_at <= ? AND coalesce(held, 0) = 0 ORDER BY expires_at LIMIT 1`,
  );
  const unlink = sql.prepare("DELETE FROM recorded_message WHERE recording = ? AND number <= ?");
  const forget = sql.prepare("DELETE FROM recording WHERE id = ?2 AND owner = ?1");

  return {
    beginRecording(recording: Row): void {
      begin.run(...recording);
    },

    addToRecording(owner: string, id: string, message: string, sizeBytes: number): boolean {
      const [number] = count.first(owner, id, sizeBytes) ?? [];
      if (number === undefined) return false;
      link.run(id, number, message);
      return true;
    },

    endRecording: (owner: string, id: string, endedAt: number, parties: string): boolean =>
      end.run(owner, id, endedAt, parties) > 0,

    endRecordings: (endedAt: number): number => endAll.run(endedAt),

    listRecordings: (owner: string, before: string | null, limit: number): readonly Row[] =>
      list.all(owner, before, limit),

    findRecording: (owner: string, id: string): Row | undefined => find.first(owner, id),

    messagesOfRecording(owner: string, id: string, after: number, limit: number): readonly Row[] {
      return find.first(owner, id) === undefined ? [] : links.all(id, after, limit);
    },

    removeRecording: (owner: string, id: string): boolean => remove.run(owner, id) > 0,

    removeRecordings: (owner: string): number => removeAll.run(owner),

    dueRecording(
      now: number,
      limit: number,
    ): readonly [row: Row, links: readonly Row[]] | undefined {
      const row = due.first(now);
      return row && [row, links.all(row[1] ?? null, 0, limit)];
    },

    unlinkRecording(owner: string, id: string, upTo: number): void {
      unlink.run(id, upTo);
      if (links.first(id, 0, 1) === undefined) forget.run(owner, id);
    },
  };
}
