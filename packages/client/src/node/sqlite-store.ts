/** The client's store in one SQLite file. */
import { closeSync, openSync } from "node:fs";
import { DatabaseSync, type SQLOutputValue, type StatementSync } from "node:sqlite";
import { ImError } from "../base/errors.ts";
import type {
  ClientStore,
  ReceivedRecord,
  SentRecord,
  StoredRecord,
} from "../store/client-store.ts";
import type { FileRecord, ReceivedFileRecord, SentFileRecord } from "../store/file-record.ts";
import { flagsOf } from "../store/flags.ts";
import { keyOf, receivedFileKey, receivedKey, sentFileKey, sentKey } from "../store/record-keys.ts";

const VERSION = 2;
const SQLITE_BUSY = 5;

const SCHEMA = `
  CREATE TABLE message (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    key TEXT NOT NULL UNIQUE,
    conversation TEXT NOT NULL,
    pending INTEGER NOT NULL,
    unseen INTEGER NOT NULL,
    owing INTEGER NOT NULL,
    record TEXT NOT NULL,
    content BLOB NOT NULL,
    envelope BLOB
  ) STRICT;
  CREATE INDEX message_conversation ON message (conversation, number);
  CREATE INDEX message_pending ON message (number) WHERE pending;
  CREATE INDEX message_unseen ON message (number) WHERE unseen;
  CREATE INDEX message_owing ON message (number) WHERE owing;
  CREATE TABLE value (key TEXT PRIMARY KEY, text TEXT NOT NULL) STRICT;
  PRAGMA user_version = ${VERSION};
`;

/** What a version-1 file lacks: nothing but what is in the outbox was found there. */
const FROM_VERSION_1 = `
  DROP INDEX message_waiting;
  ALTER TABLE message RENAME COLUMN waiting TO pending;
  CREATE INDEX message_pending ON message (number) WHERE pending;
  UPDATE message SET pending = 1 WHERE record ->> '$.state' = 'deferred';
  PRAGMA user_version = ${VERSION};
`;

type Row = Record<string, SQLOutputValue>;

/**
 * Opens the file, or makes it, for this program alone. Rejects with ImError "busy" when another
 * program has it, with other errors when it is not ours or of a newer version.
 */
export async function openStore(file: string): Promise<ClientStore> {
  if (file !== ":memory:") closeSync(openSync(file, "a", 0o600)); // it holds what people say
  const database = new DatabaseSync(file);
  try {
    prepare(database, file);
    return new SqliteStore(database);
  } catch (error) {
    database.close();
    const busy = error instanceof Error && "errcode" in error && error.errcode === SQLITE_BUSY;
    throw busy ? new ImError("busy", { warning: `${file} is in use` }) : error;
  }
}

/** Two programs with one store would answer the same messages and send the same outbox. */
function prepare(database: DatabaseSync, file: string): void {
  database.exec("PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL");
  database.exec("PRAGMA synchronous = FULL; BEGIN IMMEDIATE");
  const version = database.prepare("PRAGMA user_version").get()?.["user_version"];
  if (version === 0) database.exec(SCHEMA);
  else if (version === 1) database.exec(FROM_VERSION_1);
  else if (version !== VERSION) throw new Error(`${file}: made by another version of Parlance`);
  database.exec("COMMIT");
}

class SqliteStore implements ClientStore {
  readonly #database: DatabaseSync;
  readonly #insert: StatementSync;
  readonly #update: StatementSync;
  readonly #delete: StatementSync;
  readonly #byKey: StatementSync;

  constructor(database: DatabaseSync) {
    this.#database = database;
    this.#insert = database.prepare(
      `INSERT INTO message (key, conversation, pending, unseen, owing, record, content, envelope)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (key) DO NOTHING`,
    );
    this.#update = database.prepare(
      "UPDATE message SET pending = ?, unseen = ?, owing = ?, record = ? WHERE key = ?",
    );
    this.#delete = database.prepare("DELETE FROM message WHERE key = ?");
    this.#byKey = database.prepare("SELECT * FROM message WHERE key = ?");
  }

  async add<R extends StoredRecord>(record: R): Promise<R | undefined> {
    const { content, envelope } = octetsOf(record);
    const { changes, lastInsertRowid } = this.#insert.run(
      keyOf(record),
      record.conversation,
      ...columnsOf(record),
      textOf(record),
      content,
      envelope,
    );
    return changes === 0 ? undefined : { ...record, order: Number(lastInsertRowid) };
  }

  async change(record: StoredRecord): Promise<void> {
    this.#update.run(...columnsOf(record), textOf(record), keyOf(record));
  }

  async remove(records: readonly StoredRecord[]): Promise<void> {
    this.#database.exec("BEGIN");
    for (const record of records) this.#delete.run(keyOf(record));
    this.#database.exec("COMMIT");
  }

  async sent(id: string): Promise<SentRecord | undefined> {
    const record = this.#find(sentKey(id));
    return record?.direction === "sent" ? record : undefined;
  }

  async received(id: string, from: string): Promise<ReceivedRecord | undefined> {
    const record = this.#find(receivedKey(id, from));
    return record?.direction === "received" ? record : undefined;
  }

  async sentFile(id: string): Promise<SentFileRecord | undefined> {
    const record = this.#find(sentFileKey(id));
    return record?.direction === "sent file" ? record : undefined;
  }

  async receivedFile(id: string, from: string): Promise<ReceivedFileRecord | undefined> {
    const record = this.#find(receivedFileKey(id, from));
    return record?.direction === "received file" ? record : undefined;
  }

  async pending(): Promise<readonly (SentRecord | FileRecord)[]> {
    const records = this.#select("SELECT * FROM message WHERE pending ORDER BY number");
    return records.filter((record) => record.direction !== "received");
  }

  async unseen(after: number, limit: number): Promise<readonly ReceivedRecord[]> {
    const records = this.#select(
      "SELECT * FROM message WHERE unseen AND number > ? ORDER BY number LIMIT ?",
      after,
      limit,
    );
    return records.filter((record) => record.direction === "received");
  }

  async owing(limit: number): Promise<readonly ReceivedRecord[]> {
    const records = this.#select(
      "SELECT * FROM message WHERE owing ORDER BY number LIMIT ?",
      limit,
    );
    return records.filter((record) => record.direction === "received");
  }

  async page(
    conversation: string,
    before: number,
    limit: number,
  ): Promise<readonly StoredRecord[]> {
    return this.#select(
      "SELECT * FROM message WHERE conversation = ? AND number < ? ORDER BY number DESC LIMIT ?",
      conversation,
      before,
      limit,
    );
  }

  async conversations(limit: number): Promise<readonly StoredRecord[]> {
    return this.#select(
      `SELECT * FROM message WHERE number IN (SELECT max(number) FROM message GROUP BY conversation)
       ORDER BY number DESC LIMIT ?`,
      limit,
    );
  }

  async value(key: string): Promise<string | undefined> {
    const text = this.#database.prepare("SELECT text FROM value WHERE key = ?").get(key)?.["text"];
    return typeof text === "string" ? text : undefined;
  }

  async setValue(key: string, value: string): Promise<void> {
    this.#database.prepare("INSERT OR REPLACE INTO value VALUES (?, ?)").run(key, value);
  }

  async close(): Promise<void> {
    if (this.#database.isOpen) this.#database.close();
  }

  #find(key: string): StoredRecord | undefined {
    const row = this.#byKey.get(key);
    return row === undefined ? undefined : recordOf(row);
  }

  #select(sql: string, ...values: (string | number)[]): StoredRecord[] {
    return this.#database
      .prepare(sql)
      .all(...values)
      .map(recordOf);
  }
}

/** As SQLite has it: without booleans. */
function columnsOf(record: StoredRecord): [pending: number, unseen: number, owing: number] {
  const { pending, unseen, owing } = flagsOf(record);
  return [Number(pending), Number(unseen), Number(owing)];
}

/** Those of a file are the application's to keep. */
function octetsOf(record: StoredRecord): { content: Uint8Array; envelope: Uint8Array | null } {
  const content = "content" in record ? record.content : new Uint8Array(0);
  return { content, envelope: record.direction === "received" ? (record.envelope ?? null) : null };
}

/** Everything but the octets, which have columns of their own, and the order, which is the key. */
function textOf(record: StoredRecord): string {
  return JSON.stringify({ ...record, content: undefined, envelope: undefined, order: undefined });
}

function recordOf({ number, record, content, envelope }: Row): StoredRecord {
  const known: StoredRecord = { ...JSON.parse(String(record)), order: Number(number) }; // written by textOf
  if (known.direction === "sent file" || known.direction === "received file") return known;
  const octets = content instanceof Uint8Array ? content : new Uint8Array(0);
  if (known.direction === "sent") return { ...known, content: octets };
  const whole = envelope instanceof Uint8Array ? envelope : undefined;
  return { ...known, content: octets, envelope: whole };
}
