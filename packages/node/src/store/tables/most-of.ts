/** Who has most of what a quota bounds, counted by an index alone. */
import type { Sql } from "../sql.ts";

const MOST_COUNTED = 500_000; // a tenth of a second of the store; beyond it nobody is told

/** `select`: owner and bytes of each row, by owner. Undefined where there are more rows than are counted. */
export function mostOf(
  sql: Sql,
  select: string,
): () => { readonly rows: number; readonly bytes: number } | undefined {
  const most = sql.prepare(
    `SELECT ifnull(max(n), 0), ifnull(max(b), 0), ifnull(sum(n), 0) FROM
     (SELECT count(*) AS n, total(bytes) AS b FROM (${select} LIMIT ${MOST_COUNTED + 1}) GROUP BY owner)`,
  );
  return () => {
    const [rows, bytes, all] = most.first() ?? [];
    if (Number(all) > MOST_COUNTED) return undefined;
    return { rows: Number(rows), bytes: Number(bytes) };
  };
}
