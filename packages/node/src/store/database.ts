/** Opens the data file: for this process alone, checked, at the newest version of the schema. */
import { chmodSync, closeSync, mkdirSync, openSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { DatabaseError, faultOf } from "./faults.ts";
import { migrations as released } from "./migrations.ts";

const APPLICATION_ID = 0x50_52_4c_4e; // "PRLN": says whose file it is
const CHECKPOINT_PAGES = 8000; // 64 MB of log: a page that many commits change is written into the file once
const PAGE_BYTES = 8192; // five messages a page; half the system calls of the default 4096
const CACHE_KIB = 64 * 1024; // the indexes of some million messages
const LOG_BYTES_KEPT = 128 * 1024 * 1024;
const WHOLE_CHECK_BYTES = 512 * 1024 * 1024; // read in about a second

export interface DatabaseOptions {
  readonly file: string;
  /** How long to wait for an earlier process that is still going down. */
  readonly lockWaitMs: number;
  readonly migrations?: readonly string[];
  /** Above this size waiting messages are not read at start. */
  readonly wholeCheckBytes?: number;
}

/** Throws a DatabaseError whose message an operator can act upon. */
export function openDatabase(options: DatabaseOptions): DatabaseSync {
  const { file, lockWaitMs, migrations = released, wholeCheckBytes = WHOLE_CHECK_BYTES } = options;
  let connection: DatabaseSync | undefined;
  try {
    makeFile(file);
    connection = new DatabaseSync(file, { timeout: lockWaitMs });
    takeLock(connection);
    checkOwner(connection);
    checkVersion(connection, migrations.length);
    protectFile(file);
    setUp(connection);
    checkIntegrity(connection, wholeCheckBytes);
    migrate(connection, migrations);
    return connection;
  } catch (error) {
    connection?.close();
    throw explained(error, file);
  }
}

/** Another process has it open. */
export function isInUse(file: string): boolean {
  const connection = new DatabaseSync(file, { timeout: 0 });
  try {
    takeLock(connection);
    return false;
  } catch (error) {
    return faultOf(error).fault === "in use";
  } finally {
    connection.close();
  }
}

function makeFile(file: string): void {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  try {
    // Only when there is none: closing a file that this process has open elsewhere would drop its lock.
    closeSync(openSync(file, "ax", 0o600));
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "EEXIST")) throw error;
  }
}

/** Nobody else on the machine reads messages or credentials. The log is made with the mode of the file. */
function protectFile(file: string): void {
  if ((statSync(file).mode & 0o077) !== 0) chmodSync(file, 0o600);
}

/** In exclusive mode SQLite holds the lock until the connection ends, also by kill. */
function takeLock(connection: DatabaseSync): void {
  connection.exec(`
    PRAGMA page_size = ${PAGE_BYTES}; -- of a file that is made now, before its first transaction
    PRAGMA locking_mode = EXCLUSIVE;
    BEGIN IMMEDIATE; COMMIT;
  `);
}

function setUp(connection: DatabaseSync): void {
  connection.exec(`
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = FULL; -- a commit has reached the disk when it returns
    PRAGMA secure_delete = FAST; -- what was removed does not stay in pages that are written anyway
    PRAGMA wal_autocheckpoint = ${CHECKPOINT_PAGES};
    PRAGMA journal_size_limit = ${LOG_BYTES_KEPT};
    PRAGMA cache_size = -${CACHE_KIB};
  `);
}

function checkOwner(connection: DatabaseSync): void {
  const owner = pragma(connection, "application_id");
  const empty = connection.prepare("SELECT 1 FROM sqlite_schema").get() === undefined;
  if (owner === APPLICATION_ID || (owner === 0 && empty)) return;
  throw new DatabaseError("damaged", "it is a database of another program");
}

function checkVersion(connection: DatabaseSync, newest: number): void {
  const version = pragma(connection, "user_version");
  if (version > newest)
    throw new DatabaseError(
      "too new",
      `its schema has version ${version}, this server knows versions up to ${newest}`,
    );
}

/** Of a large file all but the messages: a start must not take longer the more of them wait. */
function checkIntegrity(connection: DatabaseSync, wholeCheckBytes: number): void {
  const bytes = pragma(connection, "page_count") * pragma(connection, "page_size");
  if (bytes <= wholeCheckBytes) {
    check(connection, "1");
    return;
  }
  const tables = connection.prepare(
    "SELECT name FROM sqlite_schema WHERE type = 'table' AND name <> 'deferred'",
  );
  for (const { name } of tables.all()) check(connection, String(name));
}

/** `scope` is the name of one of our tables, or how many findings to stop at. */
function check(connection: DatabaseSync, scope: string): void {
  const found = Object.values(connection.prepare(`PRAGMA quick_check(${scope})`).get() ?? {})[0];
  if (found !== "ok")
    throw new DatabaseError("damaged", `the integrity check says: ${String(found)}`);
}

/** Forward only, each step in a transaction of its own together with its version. */
export function migrate(connection: DatabaseSync, migrations: readonly string[]): void {
  const version = pragma(connection, "user_version");
  for (const [step, script] of migrations.entries())
    if (step >= version) advance(connection, script, step + 1);
}

function advance(connection: DatabaseSync, script: string, version: number): void {
  try {
    connection.exec(`
      BEGIN IMMEDIATE;
      ${script};
      PRAGMA application_id = ${APPLICATION_ID};
      PRAGMA user_version = ${version};
      COMMIT;
    `);
  } catch (error) {
    if (connection.isTransaction) connection.exec("ROLLBACK");
    throw error;
  }
}

function pragma(
  connection: DatabaseSync,
  name: "application_id" | "user_version" | "page_count" | "page_size",
): number {
  return Number(Object.values(connection.prepare(`PRAGMA ${name}`).get() ?? {})[0]);
}

function explained(error: unknown, file: string): DatabaseError {
  const { fault, message } = faultOf(error);
  switch (fault) {
    case "in use":
      return new DatabaseError("in use", `${file} is in use by another process`, { cause: error });
    case "damaged":
      return new DatabaseError(
        "damaged",
        `${file} cannot be used: ${message}. Restore it from a backup, or move it away to start empty`,
        { cause: error },
      );
    default:
      return new DatabaseError(fault, `${file} cannot be opened: ${message}`, { cause: error });
  }
}
