/**
 * Writes a database of each schema that was ever released, with something in every table, as SQL that stays as it is:
 * `node --conditions=parlance-source tools/schema-fixtures.ts`. One that is there is left alone. Whoever adds a step to
 * the schema adds rows for its tables here, and runs it.
 */
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { fileURLToPath } from "node:url";
import { migrate } from "../packages/node/src/store/database.ts";
import { migrations } from "../packages/node/src/store/migrations.ts";

/** Tables that a virtual one has made for itself are made again by it. */
const OWN = /^(?:sqlite_|history_words_)/;
/** What was said to it is in them. */
const WORDS = "INSERT INTO history_words (history_words, rank) VALUES ('secure-delete', 1);";
const FOLDER = fileURLToPath(new URL("../packages/node/src/store/fixtures/", import.meta.url));

/** Rows for the tables that came with a version. */
const ROWS: ReadonlyMap<number, readonly string[]> = new Map([
  [
    1,
    [
      "INSERT INTO account VALUES ('alice', 'sip:alice@example.com', 'Alice', 0, 1000, 2000)",
      "INSERT INTO identity VALUES ('sip:alice@example.com', 'alice', 0), ('tel:+15550100', 'alice', 1)",
      "INSERT INTO credential VALUES ('alice', 0, 'SHA-256', 'example.com', x'0102')",
      "INSERT INTO binding VALUES ('sip:alice@example.com', 'sip:alice@192.0.2.7', 'sip:alice@example.com', '<sip:alice@192.0.2.7>', NULL, NULL, '[\"sip:edge.example.com;lr\"]', NULL, 1000, 'call', 7, NULL, NULL, NULL, 1000, 4000000000000)",
      "INSERT INTO deferred (recipient, id, originator, originator_shown, privacy, group_address, subject, kind, mode, received_at, expires_at, size_bytes, attempts, next_attempt_at, poisoned, stored_bytes, content) VALUES ('alice', '01', 'sip:bob@example.com', '<sip:bob@example.com>', NULL, NULL, NULL, 'message', 'pager', 1000, 4000000000000, 5, 1, 0, 0, 5, x'68656c6c6f')",
      "INSERT INTO sent_message VALUES ('sip:alice@example.com', 'm1', '[\"sip:bob@example.com\"]', '{}', 1000, 4000000000000, 4000000000000)",
      "INSERT INTO disposition VALUES (1, 'sip:alice@example.com', 'm1', 'sip:bob@example.com', 'delivery', 'delivered', 1500, x'00')",
      "INSERT INTO job VALUES ('j1', 'sip:alice@example.com', 1000, 4000000000000, '{}', x'00')",
      "INSERT INTO job_recipient VALUES ('j1', 0, 'sip:bob@example.com')",
      "INSERT INTO setting VALUES ('key', 'value')",
      "INSERT INTO audit VALUES (41, 1000, 'operator', 'user added', 'alice', '')",
    ],
  ],
  [
    2,
    [
      "INSERT INTO file VALUES ('f1', 'alice', '0123456789abcdef0123456789abcdef', 'hash', 'a.png', 'image/png', 3, NULL, 3, 3, 'sha1', 'sha256', 'image/png', 2, 1000, 4000000000000)",
      "INSERT INTO file_thumbnail VALUES ('f1', x'0102')",
    ],
  ],
  [
    5,
    [
      "INSERT INTO room_entry VALUES ('sip:lobby@example.com', 3, 'r3', 'sip:alice@example.com', 'own3', NULL, 1000, 'text/plain', x'68656c6c6f')",
      "INSERT INTO room_cursor VALUES ('sip:lobby@example.com', 'sip:alice@example.com', 2)",
      "INSERT INTO room_last VALUES ('sip:lobby@example.com', 3)",
    ],
  ],
  [
    6,
    [
      "INSERT INTO conference (id, kind, group_identity, creator, subject, started_at) VALUES ('im-1', 'chat room', 'sip:lobby@example.com', 'sip:alice@example.com', NULL, 1000)",
      "INSERT INTO conference_participant (conference, address, uri, state, entity, anonymous, alias, group_name, profile_name) VALUES ('im-1', 'sip:alice@example.com', 'sip:alice@example.com', 'present', 'sip:alice@example.com', 0, 'Owl', NULL, NULL)",
    ],
  ],
  [
    7,
    [
      "INSERT INTO document VALUES ('resource-lists', 'alice', 'index', 'e1', 1000, NULL, 7, x'3c6c697374732f3e')",
      "INSERT INTO service_settings VALUES ('alice', 0, 1, NULL)",
      "INSERT INTO publication VALUES ('alice', 0, 'p1', 1000, 4000000000000, '[\"device\"]', x'3c782f3e')",
    ],
  ],
  [
    8,
    [
      "INSERT INTO history_owner (number, name, last, held, messages, bytes) VALUES (1, 'alice', 1, 0, 1, 5)",
      "INSERT INTO history (place, id, conversation, direction, mode, sender, auth_id, recipient, group_address, subject, type, message_id, at, expires_at, size_bytes, content_id, removed, due_at, stored_bytes, search_text, content) VALUES (2147483649, 'h1', 'sip:bob@example.com', 'received', 'pager', '<sip:bob@example.com>', 'sip:bob@example.com', 'sip:alice@example.com', NULL, NULL, 'text/plain', 'hm1', 1000, 4000000000000, 5, NULL, 0, 4000000000000, 5, 'hello owl', x'68656c6c6f')",
      "INSERT INTO history_unindexed VALUES (2147483649)",
    ],
  ],
  [
    9,
    [
      "INSERT OR REPLACE INTO history_thread VALUES (1, 'sip:bob@example.com', 1, 1, 1, 'h1', 'hm1', 2000)",
      "UPDATE history_owner SET marks = 1",
    ],
  ],
  [
    11,
    [
      "INSERT INTO recording VALUES ('rec1', 'alice', 'Talk', NULL, 'sip:bob@example.com', NULL, NULL, '[]', 1000, 4000000000000, 2000, 1, 5, 0)",
      "INSERT INTO recorded_message VALUES ('rec1', 1, 'h1')",
    ],
  ],
  [12, ["UPDATE conference_participant SET records_as = 'Talk'"]],
  [
    13,
    [
      "INSERT INTO history_removal VALUES (1, 1, 'sip:bob@example.com', 'hm0', 3000)",
      "UPDATE history_owner SET removals = 1",
    ],
  ],
]);

mkdirSync(FOLDER, { recursive: true });
for (let version = 1; version <= migrations.length; version += 1) {
  const file = `${FOLDER}schema-${String(version).padStart(2, "0")}.sql`;
  if (!existsSync(file)) writeFileSync(file, dumpOf(filled(version)));
}

function filled(upTo: number): DatabaseSync {
  const database = new DatabaseSync(":memory:");
  for (let version = 1; version <= upTo; version += 1) {
    migrate(database, migrations.slice(0, version));
    for (const row of ROWS.get(version) ?? []) database.exec(row);
  }
  return database;
}

function dumpOf(database: DatabaseSync): string {
  const schema = database.prepare("SELECT type, name, sql FROM sqlite_schema ORDER BY rowid").all();
  const own = schema.filter(({ name, sql }) => sql !== null && !OWN.test(String(name)));
  const tables = own.filter(({ type, sql }) => type === "table" && !/VIRTUAL/.test(String(sql)));
  const version = Object.values(database.prepare("PRAGMA user_version").get() ?? {})[0];
  const owner = Object.values(database.prepare("PRAGMA application_id").get() ?? {})[0];
  return [
    ...own.map(({ sql }) => `${String(sql)};`),
    ...tables.flatMap(({ name }) => rowsOf(database, String(name))),
    ...(own.some(({ name }) => name === "history_words") ? [WORDS] : []),
    `PRAGMA application_id = ${String(owner)};`,
    `PRAGMA user_version = ${String(version)};`,
    "",
  ].join("\n");
}

function rowsOf(database: DatabaseSync, table: string): readonly string[] {
  return database
    .prepare(`SELECT * FROM ${table}`)
    .all()
    .map((row) => {
      const values = Object.values(row).map(literal).join(", ");
      return `INSERT INTO ${table} (${Object.keys(row).join(", ")}) VALUES (${values});`;
    });
}

function literal(value: unknown): string {
  if (value instanceof Uint8Array) return `x'${Buffer.from(value).toString("hex")}'`;
  if (typeof value === "number") return String(value);
  return typeof value === "string" ? `'${value.replaceAll("'", "''")}'` : "NULL";
}
