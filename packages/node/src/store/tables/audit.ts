/** The audit log in SQL. */
import type { Row } from "../rows.ts";
import type { Sql } from "../sql.ts";

const COLUMNS = "at, actor, action, subject, detail";

export function auditTable(sql: Sql) {
  const append = sql.prepare(
    `INSERT INTO audit (${COLUMNS}) VALUES (?, ?, ?, ?, ?) RETURNING sequence`,
  );
  const page = sql.prepare(
    `SELECT sequence, ${COLUMNS} FROM audit WHERE sequence < ? ORDER BY sequence DESC LIMIT ?`,
  );
  const trim = sql.prepare(
    `DELETE FROM audit
     WHERE sequence IN (SELECT sequence FROM audit WHERE at < ? ORDER BY at LIMIT ?)`,
  );

  return {
    appendAudit(entry: Row): number {
      const [sequence] = append.first(...entry) ?? [];
      return Number(sequence);
    },

    pageAudit(before: number, limit: number): readonly Row[] {
      return page.all(before, limit);
    },

    trimAudit(olderThan: number, limit: number): number {
      return trim.run(olderThan, limit);
    },
  };
}
