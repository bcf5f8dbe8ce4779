/** Documents of users in SQL. */
import type { Row } from "../rows.ts";
import type { Sql } from "../sql.ts";
import { mostOf } from "./most-of.ts";

export interface DocumentRow {
  readonly auid: string;
  readonly owner: string;
  readonly name: string;
  readonly etag: string;
  readonly modifiedAt: number;
  readonly claim: string | null;
}

const COLUMNS = "auid, owner, name, etag, modified_at, claim, content";

export function documentTable(sql: Sql) {
  const OF = "owner = ? AND auid = ? AND name = ?";
  const etagOf = sql.prepare(`SELECT etag, size_bytes FROM document WHERE ${OF}`);
  const claimant = sql.prepare(
    "SELECT 1 FROM document WHERE auid = ? AND claim = ? AND NOT (owner = ? AND name = ?)",
  );
  const alike = sql.prepare("SELECT count(*) FROM document WHERE owner = ? AND auid = ?");
  const used = sql.prepare("SELECT total(size_bytes) FROM document WHERE owner = ?");
  const insert = sql.prepare(
    `INSERT INTO document (${COLUMNS}, size_bytes) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const update = sql.prepare(
    `UPDATE document SET etag = ?, modified_at = ?, claim = ?, content = ?, size_bytes = ?
     WHERE ${OF}`,
  );
  const remove = sql.prepare(`DELETE FROM document WHERE ${OF} AND etag = ?`);
  const removeAll = sql.prepare("DELETE FROM document WHERE owner = ? RETURNING auid, name");
  const find = sql.prepare(`SELECT ${COLUMNS} FROM document WHERE ${OF}`);
  const ofOwner = sql.prepare(
    `SELECT auid, owner, name, etag, modified_at, size_bytes FROM document WHERE owner = ?
     ORDER BY auid, name`,
  );
  const ofUsage = sql.prepare(
    `SELECT ${COLUMNS} FROM document WHERE auid = ? AND (owner, name) > (?, ?)
     ORDER BY owner, name LIMIT ?`,
  );
  const mostAlike = mostOf(
    sql,
    "SELECT owner || char(10) || auid AS owner, 0 AS bytes FROM document ORDER BY document.owner, auid",
  );
  const mostOctets = mostOf(sql, "SELECT owner, size_bytes AS bytes FROM document ORDER BY owner");

  function isOver({ owner, auid }: DocumentRow, more: number, quota: Row, known: Row | undefined) {
    const [mostDocuments, mostBytes] = quota;
    const [documents] = alike.first(owner, auid) ?? [];
    const [bytes] = used.first(owner) ?? [];
    const others = Number(bytes) - Number(known?.[1] ?? 0);
    if (known === undefined && Number(documents) >= Number(mostDocuments)) return true;
    return others + more > Number(mostBytes);
  }

  return {
    putDocument(
      document: DocumentRow,
      before: string | undefined,
      quota: Row,
      content: Uint8Array,
    ): "stored" | "changed" | "claimed" | "over quota" {
      const { auid, owner, name, etag, modifiedAt, claim } = document;
      const known = etagOf.first(owner, auid, name);
      if (known?.[0] !== before) return "changed";
      if (claim !== null && claimant.first(auid, claim, owner, name) !== undefined) {
        return "claimed";
      }
      if (isOver(document, content.length, quota, known)) return "over quota";
      if (known === undefined) {
        insert.run(auid, owner, name, etag, modifiedAt, claim, content, content.length);
      } else update.run(etag, modifiedAt, claim, content, content.length, owner, auid, name);
      return "stored";
    },

    removeDocument(owner: string, auid: string, name: string, before: string): boolean {
      return remove.run(owner, auid, name, before) > 0;
    },

    removeDocuments(owner: string): readonly Row[] {
      return removeAll.all(owner);
    },

    findDocument(owner: string, auid: string, name: string): Row | undefined {
      return find.first(owner, auid, name);
    },

    documentsOfOwner(owner: string): readonly Row[] {
      return ofOwner.all(owner);
    },

    mostDocuments(): { readonly documents: number; readonly bytes: number } | undefined {
      const [inUsage, octets] = [mostAlike(), mostOctets()];
      return inUsage && octets && { documents: inUsage.rows, bytes: octets.bytes };
    },

    documentsOfUsage(auid: string, owner: string, name: string, limit: number): readonly Row[] {
      return ofUsage.all(auid, owner, name, limit);
    },
  };
}
