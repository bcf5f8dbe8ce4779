/** Settings in SQL. */
import type { Row } from "../rows.ts";
import type { Sql } from "../sql.ts";

export function settingTable(sql: Sql) {
  const get = sql.prepare("SELECT value FROM setting WHERE key = ?");
  const put = sql.prepare(
    "INSERT INTO setting VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
  );
  const remove = sql.prepare("DELETE FROM setting WHERE key = ?");
  const list = sql.prepare(
    `SELECT key, value FROM setting
     WHERE key >= ?1 AND substr(key, 1, length(?1)) = ?1 ORDER BY key LIMIT ?2`,
  );

  return {
    getSetting(key: string): Row | undefined {
      return get.first(key);
    },

    putSetting(key: string, value: string): void {
      put.run(key, value);
    },

    removeSetting(key: string): void {
      remove.run(key);
    },

    listSettings(prefix: string, limit: number): readonly Row[] {
      return list.all(prefix, limit);
    },
  };
}
