/** What users have removed from what is kept of them, for their devices. */
import type { Row } from "../rows.ts";
import type { Sql } from "../sql.ts";

export function historyRemovals(sql: Sql) {
  const next = sql.prepare(
    "UPDATE history_owner SET removals = removals + 1 WHERE number = ? RETURNING removals",
  );
  const insert = sql.prepare("INSERT INTO history_removal VALUES (?, ?, ?, ?, ?)");
  const outdated = sql.prepare(
    `DELETE FROM history_removal WHERE owner = ?1 AND (version <= ?2 OR at < ?3
       OR (conversation = ?4 AND (?5 IS NULL OR message_id = ?5)))`,
  );
  const after = sql.prepare(
    `SELECT version, conversation, message_id, at FROM history_removal
     WHERE owner = ? AND version > ? ORDER BY version LIMIT ?`,
  );
  const all = sql.prepare("DELETE FROM history_removal WHERE owner = ?");

  return {
    /** `since`: older ones go. `most`: so many stay. */
    note(
      number: number,
      [conversation, messageId, at]: readonly [string, string | null, number],
      [most, since]: readonly [most: number, since: number],
    ): void {
      const version = Number(next.first(number)?.[0]);
      outdated.run(number, version - most, since, conversation, messageId);
      insert.run(number, version, conversation, messageId, at);
    },

    after: (number: number, version: number, most: number): readonly Row[] =>
      after.all(number, version, most),

    forget(number: number): void {
      all.run(number);
    },
  };
}
