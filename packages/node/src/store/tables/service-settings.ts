/** Service settings in SQL, with what devices keep published. */
import type { Row } from "../rows.ts";
import type { Sql } from "../sql.ts";

export type ServiceSettingsRows = readonly [settings: Row, publications: readonly Row[]];

const LASTING = "user, offline_delivery, stores_sessions, stores_messages";
const OF_PUBLICATION = "etag, said_at, expires_at, devices, document";

export function serviceSettingsTable(sql: Sql) {
  const put = sql.prepare(
    `INSERT INTO service_settings (${LASTING}) VALUES (?, ?, ?, ?)
     ON CONFLICT (user) DO UPDATE SET offline_delivery = excluded.offline_delivery,
       stores_sessions = excluded.stores_sessions, stores_messages = excluded.stores_messages`,
  );
  const clear = sql.prepare("DELETE FROM publication WHERE user = ?");
  const add = sql.prepare(
    `INSERT INTO publication (user, position, ${OF_PUBLICATION}) VALUES (?, ?, ?, ?, ?, ?, ?)`,
  );
  const remove = sql.prepare("DELETE FROM service_settings WHERE user = ?");
  const list = sql.prepare(
    `SELECT ${LASTING} FROM service_settings WHERE user > ? ORDER BY user LIMIT ?`,
  );
  const publicationsOf = sql.prepare(
    `SELECT ${OF_PUBLICATION} FROM publication WHERE user = ? ORDER BY position`,
  );

  return {
    putServiceSettings(user: string, lasting: Row, publications: readonly Row[]): void {
      put.run(user, ...lasting);
      clear.run(user);
      for (const [position, row] of publications.entries()) add.run(user, position, ...row);
    },

    removeServiceSettings(user: string): boolean {
      return remove.run(user) > 0;
    },

    listServiceSettings(after: string, limit: number): readonly ServiceSettingsRows[] {
      return list.all(after, limit).map((row) => {
        const [user = null] = row;
        return [row, publicationsOf.all(user)];
      });
    },
  };
}
