/** Files and their thumbnails in SQL. */
import type { Row } from "../rows.ts";
import type { Sql } from "../sql.ts";
import { mostOf } from "./most-of.ts";

const COLUMNS =
  "id, owner, content, link_hash, name, type, declared_bytes, declared_sha256, reserved_bytes, " +
  "received_bytes, sha1, sha256, thumbnail_type, thumbnail_bytes, created_at, expires_at";

export function fileTable(sql: Sql) {
  const insert = sql.prepare(
    `INSERT INTO file (${COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const usage = sql.prepare(
    "SELECT count(*), total(reserved_bytes + thumbnail_bytes) FROM file WHERE owner = ?",
  );
  const advance = sql.prepare(
    "UPDATE file SET received_bytes = ?, expires_at = ? WHERE id = ? AND sha256 IS NULL",
  );
  const finish = sql.prepare(
    `UPDATE file SET received_bytes = ?1, reserved_bytes = ?1, sha1 = ?2, sha256 = ?3, expires_at = ?4
     WHERE id = ?5 AND sha256 IS NULL`,
  );
  const ownerOf = sql.prepare("SELECT owner, thumbnail_bytes FROM file WHERE id = ?");
  const markThumbnail = sql.prepare(
    "UPDATE file SET thumbnail_type = ?, thumbnail_bytes = ? WHERE id = ?",
  );
  const putThumbnail = sql.prepare(
    "INSERT INTO file_thumbnail VALUES (?, ?) ON CONFLICT (file) DO UPDATE SET image = excluded.image",
  );
  const thumbnail = sql.prepare(
    "SELECT thumbnail_type, image FROM file JOIN file_thumbnail ON file = id WHERE id = ?",
  );
  const find = sql.prepare(`SELECT ${COLUMNS} FROM file WHERE id = ?`);
  const findByLink = sql.prepare(`SELECT ${COLUMNS} FROM file WHERE link_hash = ?`);
  const remove = sql.prepare(`DELETE FROM file WHERE id = ? RETURNING ${COLUMNS}`);
  const ofOwner = sql.prepare(
    `SELECT ${COLUMNS} FROM file WHERE owner = ? AND id > ? ORDER BY id LIMIT ?`,
  );
  const expired = sql.prepare(
    `SELECT ${COLUMNS} FROM file WHERE expires_at <= ? ORDER BY expires_at LIMIT ?`,
  );
  const most = mostOf(
    sql,
    "SELECT owner, reserved_bytes + thumbnail_bytes AS bytes FROM file ORDER BY owner",
  );
  const hasContent = sql.prepare("SELECT 1 FROM file WHERE content = ?");

  function usageOf(owner: string): { readonly files: number; readonly bytes: number } {
    const [files, bytes] = usage.first(owner) ?? [];
    return { files: Number(files), bytes: Number(bytes) };
  }

  return {
    createFile(
      owner: string,
      reservedBytes: number,
      file: Row,
      mostFiles: number,
      mostBytes: number,
    ): "stored" | "over quota" {
      const { files, bytes } = usageOf(owner);
      if (files >= mostFiles || bytes + reservedBytes > mostBytes) return "over quota";
      insert.run(...file);
      return "stored";
    },

    advanceFile(id: string, offset: number, expiresAt: number): boolean {
      return advance.run(offset, expiresAt, id) > 0;
    },

    finishFile(id: string, sizeBytes: number, facts: Row): boolean {
      return finish.run(sizeBytes, ...facts, id) > 0;
    },

    putFileThumbnail(
      id: string,
      type: string,
      content: Uint8Array,
      mostBytes: number,
    ): "stored" | "unknown" | "over quota" {
      const [owner, before] = ownerOf.first(id) ?? [];
      if (typeof owner !== "string") return "unknown";
      if (usageOf(owner).bytes - Number(before) + content.length > mostBytes) return "over quota";
      markThumbnail.run(type, content.length, id);
      putThumbnail.run(id, content);
      return "stored";
    },

    fileThumbnail(id: string): Row | undefined {
      return thumbnail.first(id);
    },

    findFile(id: string): Row | undefined {
      return find.first(id);
    },

    findFileByLink(linkHash: string): Row | undefined {
      return findByLink.first(linkHash);
    },

    removeFile(id: string): Row | undefined {
      return remove.first(id);
    },

    filesOfOwner(owner: string, after: string, limit: number): readonly Row[] {
      return ofOwner.all(owner, after, limit);
    },

    expiredFiles(now: number, limit: number): readonly Row[] {
      return expired.all(now, limit);
    },

    usageOfFiles: usageOf,

    mostFiles(): { readonly files: number; readonly bytes: number } | undefined {
      const found = most();
      return found && { files: found.rows, bytes: found.bytes };
    },

    contentsOfFiles(contents: readonly string[]): readonly string[] {
      return contents.filter((content) => hasContent.first(content) !== undefined);
    },
  };
}
