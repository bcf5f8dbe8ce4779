/** IMDN accounting in SQL. */
import type { ReportOutcome } from "@parlance/server";
import type { Row } from "../rows.ts";
import type { Sql } from "../sql.ts";

/** A sent message, its reports that were not passed on, how many reports of delivery there are. */
export type SentMessageRows = readonly [message: Row, reports: readonly Row[], delivered: number];

const MESSAGE = "message_id, author, recipients, context, sent_at, deadline, expires_at";

export function imdnTable(sql: Sql) {
  const open = sql.prepare(
    `INSERT OR IGNORE INTO sent_message (${MESSAGE}) VALUES (?, ?, ?, ?, ?, ?, ?)`,
  );
  const find = sql.prepare(
    `SELECT ${MESSAGE} FROM sent_message WHERE author = ? AND message_id = ?`,
  );
  const expects = sql.prepare(
    `SELECT 1 FROM sent_message, json_each(recipients)
     WHERE author = ? AND message_id = ? AND json_each.value = ?`,
  );
  const record = sql.prepare(
    `INSERT OR IGNORE INTO disposition
       (author, message_id, recipient, kind, status, received_at, content)
     VALUES (?, ?, ?, ?, ?, ?, ?)`,
  );
  // `corrects` of the server, as SQL.
  const correct = sql.prepare(
    `UPDATE disposition SET status = ?1, received_at = ?2, content = ?3
     WHERE author = ?4 AND message_id = ?5 AND recipient = ?6 AND kind = ?7
       AND (?1 IN ('delivered', 'displayed') AND status NOT IN ('delivered', 'displayed')
         OR ?1 = 'stored' AND status = 'processed')`,
  );
  const reports = sql.prepare(
    `SELECT recipient, kind, status, received_at, content FROM disposition
     WHERE author = ? AND message_id = ? AND content IS NOT NULL ORDER BY arrival`,
  );
  const delivered = sql.prepare(
    `SELECT count(*) FROM disposition
     WHERE author = ? AND message_id = ? AND kind = 'delivery'`,
  );
  const due = sql.prepare(
    `SELECT ${MESSAGE} FROM sent_message WHERE deadline <= ? ORDER BY deadline LIMIT ?`,
  );
  const passOn = sql.prepare(
    `UPDATE disposition SET content = NULL
     WHERE author = ? AND message_id = ? AND recipient = ? AND kind = ? AND status = ?`,
  );
  const postpone = sql.prepare(
    "UPDATE sent_message SET deadline = ? WHERE author = ? AND message_id = ?",
  );
  const close = sql.prepare("DELETE FROM sent_message WHERE author = ? AND message_id = ?");
  const of = sql.prepare(
    "SELECT author, message_id FROM sent_message WHERE author = ?1 OR context = ?1 LIMIT ?2",
  );
  const to = sql.prepare(
    `SELECT author, message_id, json_array_length(recipients) FROM sent_message
     WHERE EXISTS (SELECT 1 FROM json_each(recipients) WHERE value = ?) LIMIT ?`,
  );
  const strike = sql.prepare(
    `UPDATE sent_message SET recipients =
       (SELECT json_group_array(value) FROM json_each(recipients) WHERE value <> ?1)
     WHERE author = ?2 AND message_id = ?3`,
  );
  const forgetReports = sql.prepare(
    "DELETE FROM disposition WHERE recipient = ? AND author = ? AND message_id = ?",
  );
  const expired = sql.prepare(
    "SELECT author, message_id FROM sent_message WHERE expires_at <= ? LIMIT ?",
  );

  function withReports(message: Row): SentMessageRows {
    const [messageId = null, author = null] = message;
    const [count] = delivered.first(author, messageId) ?? [];
    return [message, reports.all(author, messageId), Number(count)];
  }

  return {
    openImdn(message: Row): "opened" | "known" {
      return open.run(...message) > 0 ? "opened" : "known";
    },

    reportImdn(
      author: string,
      messageId: string,
      recipient: string,
      report: Row,
      content: Uint8Array,
    ): ReportOutcome {
      if (expects.first(author, messageId, recipient) === undefined) return "unknown";
      const key = [author, messageId, recipient];
      if (record.run(...key, ...report, content) > 0) return "recorded";
      const [kind = null, status = null, receivedAt = null] = report;
      const corrected = correct.run(status, receivedAt, content, ...key, kind);
      return corrected > 0 ? "corrected" : "duplicate";
    },

    findImdn(author: string, messageId: string): SentMessageRows | undefined {
      const message = find.first(author, messageId);
      return message && withReports(message);
    },

    dueImdn(now: number, limit: number): readonly SentMessageRows[] {
      return due.all(now, limit).map(withReports);
    },

    passedOnImdn(author: string, messageId: string, keys: readonly Row[], deadline: number): void {
      for (const key of keys) passOn.run(author, messageId, ...key);
      postpone.run(deadline, author, messageId);
    },

    closeImdn(author: string, messageId: string): void {
      close.run(author, messageId);
    },

    removeImdnOf(author: string, limit: number): number {
      const keys = of.all(author, limit);
      for (const key of keys) close.run(...key);
      return keys.length;
    },

    forgetImdnRecipient(recipient: string, limit: number): number {
      const rows = to.all(recipient, limit);
      for (const [author = null, messageId = null, recipients] of rows) {
        if (Number(recipients) > 1) {
          strike.run(recipient, author, messageId);
          forgetReports.run(recipient, author, messageId);
        } else close.run(author, messageId);
      }
      return rows.length;
    },

    expireImdn(now: number, limit: number): number {
      const keys = expired.all(now, limit);
      for (const key of keys) close.run(...key);
      return keys.length;
    },
  };
}
