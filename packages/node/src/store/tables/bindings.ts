/** Registrations in SQL. */
import type { Row } from "../rows.ts";
import type { Sql } from "../sql.ts";

/** A list of one is "remove all of this user", of two "remove this one", a whole row "put it". */
export type BindingRow = Row;

const COLUMNS = [
  "user",
  "id",
  "address",
  "contact_text",
  "instance",
  "reg_id",
  "path",
  "flow",
  "q",
  "call_id",
  "cseq",
  "user_agent",
  "public_gruu",
  "temporary_gruu",
  "registered_at",
  "expires_at",
];

export function bindingTable(sql: Sql) {
  const put = sql.prepare(
    `INSERT INTO binding (${COLUMNS.join(", ")}) VALUES (${COLUMNS.map(() => "?").join(", ")})
     ON CONFLICT (user, id) DO UPDATE SET ${COLUMNS.slice(2)
       .map((column) => `${column} = excluded.${column}`)
       .join(", ")}`,
  );
  const remove = sql.prepare("DELETE FROM binding WHERE user = ? AND id = ?");
  const removeAll = sql.prepare("DELETE FROM binding WHERE user = ?");
  const list = sql.prepare(
    `SELECT ${COLUMNS.join(", ")} FROM binding WHERE (user, id) > (?, ?) ORDER BY user, id LIMIT ?`,
  );

  return {
    changeBindings(changes: readonly BindingRow[]): void {
      for (const row of changes) {
        const change = row.length === 1 ? removeAll : row.length === 2 ? remove : put;
        change.run(...row);
      }
    },

    listBindings(user: string, id: string, limit: number): readonly Row[] {
      return list.all(user, id, limit);
    },
  };
}
