/** Waiting messages in SQL, and what each recipient has used of the quota. */
import type { Row } from "../rows.ts";
import type { Sql } from "../sql.ts";
import { mostOf } from "./most-of.ts";

const ENTRY =
  "id, recipient, originator, originator_shown, privacy, group_address, subject, kind, mode, " +
  "received_at, expires_at, size_bytes, content_id, attempts, next_attempt_at, poisoned";

interface Usage {
  messages: number;
  bytes: number;
  /** No id above it is in the table; a higher one needs no look. */
  lastId: string;
}

const MOST_USAGES = 50_000; // some 10 MB; beyond it counting starts anew

export function deferredTable(sql: Sql) {
  const insert = sql.prepare(
    `INSERT INTO deferred (${ENTRY}, stored_bytes, content)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const exists = sql.prepare("SELECT 1 FROM deferred WHERE recipient = ? AND id = ?");
  const count = sql.prepare(
    "SELECT count(*), total(stored_bytes), ifnull(max(id), '') FROM deferred WHERE recipient = ?",
  );
  const page = pageOf(sql, `${ENTRY}, content`);
  const list = pageOf(sql, ENTRY);
  const find = sql.prepare(`SELECT ${ENTRY}, content FROM deferred WHERE recipient = ? AND id = ?`);
  const remove = sql.prepare(
    "DELETE FROM deferred WHERE recipient = ? AND id = ? RETURNING stored_bytes",
  );
  const removeAll = sql.prepare("DELETE FROM deferred WHERE recipient = ?");
  const mark = sql.prepare(
    `UPDATE deferred SET attempts = ?, next_attempt_at = ?, poisoned = ?
     WHERE recipient = ? AND id = ?`,
  );
  const expired = sql.prepare(
    `SELECT ${ENTRY}, content FROM deferred WHERE expires_at <= ? ORDER BY expires_at LIMIT ?`,
  );
  const contents = sql.prepare("SELECT content_id FROM deferred WHERE content_id IS NOT NULL");
  const nextRecipient = sql.prepare(
    "SELECT recipient FROM deferred WHERE recipient > ? ORDER BY recipient LIMIT 1",
  );
  const most = mostOf(
    sql,
    "SELECT recipient AS owner, stored_bytes AS bytes FROM deferred ORDER BY recipient",
  );
  const usages = new Map<string, Usage>();

  function usageOf(recipient: string): Usage {
    const known = usages.get(recipient);
    if (known !== undefined) return known;
    const [messages, bytes, lastId] = count.first(recipient) ?? [];
    const usage = { messages: Number(messages), bytes: Number(bytes), lastId: String(lastId) };
    if (usages.size >= MOST_USAGES) usages.clear();
    usages.set(recipient, usage);
    return usage;
  }

  return {
    addDeferred(
      recipient: string,
      id: string,
      entry: Row,
      content: Uint8Array,
      storedBytes: number,
      mostMessages: number,
      mostBytes: number,
    ): "stored" | "known" | "over quota" {
      const usage = usageOf(recipient);
      if (id <= usage.lastId && exists.first(recipient, id) !== undefined) return "known";
      const bytes = usage.bytes + storedBytes;
      if (usage.messages >= mostMessages || bytes > mostBytes) return "over quota";
      insert.run(...entry, storedBytes, content);
      usage.messages++;
      usage.bytes = bytes;
      if (id > usage.lastId) usage.lastId = id;
      return "stored";
    },

    pageDeferred: page,
    listDeferred: list,

    findDeferred(recipient: string, id: string): Row | undefined {
      return find.first(recipient, id);
    },

    removeDeferred(recipient: string, ids: readonly string[]): number {
      const usage = usageOf(recipient);
      let gone = 0;
      for (const id of ids) {
        const [bytes] = remove.first(recipient, id) ?? [];
        if (bytes === undefined) continue;
        usage.messages--;
        usage.bytes -= Number(bytes);
        gone++;
      }
      return gone;
    },

    removeAllDeferred(recipient: string): number {
      usages.delete(recipient);
      return removeAll.run(recipient);
    },

    markDeferred(recipient: string, id: string, attempt: Row): boolean {
      return mark.run(...attempt, recipient, id) > 0;
    },

    expiredDeferred(now: number, limit: number): readonly Row[] {
      return expired.all(now, limit);
    },

    usageDeferred(recipient: string): { readonly messages: number; readonly bytes: number } {
      const { messages, bytes } = usageOf(recipient);
      return { messages, bytes };
    },

    mostDeferred(): { readonly messages: number; readonly bytes: number } | undefined {
      const found = most();
      return found && { messages: found.rows, bytes: found.bytes };
    },

    contentsDeferred(): readonly string[] {
      return contents.all().flatMap(([id]) => (typeof id === "string" ? [id] : []));
    },

    /** From one recipient to the next by the index, however many messages each has. */
    recipientsDeferred(after: string, limit: number): readonly string[] {
      const recipients: string[] = [];
      let last = after;
      while (recipients.length < limit) {
        const [next] = nextRecipient.first(last) ?? [];
        if (typeof next !== "string") break;
        recipients.push(next);
        last = next;
      }
      return recipients;
    },

    /** After a rollback nothing that was counted can be trusted. */
    forgetUsages: (): void => usages.clear(),
  };
}

function pageOf(sql: Sql, columns: string) {
  const select = sql.prepare(
    `SELECT ${columns} FROM deferred WHERE recipient = ? AND id > ? ORDER BY id LIMIT ?`,
  );
  return (recipient: string, after: string, limit: number): readonly Row[] =>
    select.all(recipient, after, limit);
}
