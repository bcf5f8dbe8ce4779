/** Messages to many in SQL, with the recipients that still wait for their copy. */
import type { Row } from "../rows.ts";
import type { Sql } from "../sql.ts";

export type JobRows = readonly [job: Row, recipients: readonly string[]];

const COLUMNS = "id, originator, created_at, expires_at, context, content";

export function jobTable(sql: Sql) {
  const insert = sql.prepare(`INSERT OR IGNORE INTO job (${COLUMNS}) VALUES (?, ?, ?, ?, ?, ?)`);
  const addRecipient = sql.prepare("INSERT INTO job_recipient VALUES (?, ?, ?)");
  const settle = sql.prepare("DELETE FROM job_recipient WHERE job = ? AND address = ?");
  const finish = sql.prepare(
    `DELETE FROM job
     WHERE id = ?1 AND NOT EXISTS (SELECT 1 FROM job_recipient WHERE job = ?1)`,
  );
  const remove = sql.prepare("DELETE FROM job WHERE id = ?");
  const list = sql.prepare(`SELECT ${COLUMNS} FROM job WHERE id > ? ORDER BY id LIMIT ?`);
  const recipientsOf = sql.prepare(
    "SELECT address FROM job_recipient WHERE job = ? ORDER BY position",
  );

  return {
    addJob(
      id: string,
      job: Row,
      content: Uint8Array,
      recipients: readonly string[],
    ): "stored" | "known" {
      if (insert.run(...job, content) === 0) return "known";
      for (const [position, address] of recipients.entries())
        addRecipient.run(id, position, address);
      return "stored";
    },

    settleJob(id: string, recipients: readonly string[]): void {
      for (const address of recipients) settle.run(id, address);
      finish.run(id);
    },

    removeJob(id: string): boolean {
      return remove.run(id) > 0;
    },

    listJobs(after: string, limit: number): readonly JobRows[] {
      return list.all(after, limit).map((job) => {
        const [id = null] = job;
        return [job, recipientsOf.all(id).map(([address]) => String(address))];
      });
    },
  };
}
