import assert from "node:assert/strict";
import { chmodSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { open } from "node:fs/promises";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { test } from "node:test";
import { StoreError } from "@parlance/server";
import { ownFolder } from "../../../../tools/test/own-folder.ts";
import { migrate, openDatabase } from "./database.ts";
import { openStores } from "./index.ts";
import { migrations } from "./migrations.ts";

test("the data file and its log are for their owner only, and so is a folder that was made", async () => {
  await inFolder(async (folder) => {
    const stores = await openStores("sqlite:data/parlance.db", { folder });
    await stores.settings.put("k", "v");
    checkMode(join(folder, "data"), 0o700);
    checkMode(join(folder, "data/parlance.db"), 0o600);
    checkMode(join(folder, "data/parlance.db-wal"), 0o600);
    await stores.close();
  });
});

test("a data file that others may read is taken from them", async () => {
  await inFolder(async (folder) => {
    await (await openStores("sqlite:p.db", { folder })).close();
    chmodSync(join(folder, "p.db"), 0o644);
    await (await openStores("sqlite:p.db", { folder })).close();
    checkMode(join(folder, "p.db"), 0o600);
  });
});

test("a second server on the same file is told so, and the first goes on", async () => {
  await inFolder(async (folder) => {
    const first = await openStores("sqlite:p.db", { folder });
    await assert.rejects(
      openStores("sqlite:p.db", { folder, lockWaitMs: 20 }),
      fault("in use", /p\.db is in use by another process/),
    );
    await first.settings.put("k", "v");
    await first.close();
    const next = await openStores("sqlite:p.db", { folder });
    assert.equal(await next.settings.get("k"), "v");
    await next.close();
  });
});

test("a closed store leaves one file, without a log", async () => {
  await inFolder(async (folder) => {
    const stores = await openStores("sqlite:p.db", { folder });
    await stores.settings.put("k", "v");
    await stores.close();
    assert.throws(() => statSync(join(folder, "p.db-wal")), { code: "ENOENT" });
  });
});

test("data of a newer version is left alone", async () => {
  await inFolder(async (folder) => {
    await (await openStores("sqlite:p.db", { folder })).close();
    const connection = new DatabaseSync(join(folder, "p.db"));
    connection.exec("PRAGMA user_version = 999");
    connection.close();
    await assert.rejects(
      openStores("sqlite:p.db", { folder }),
      fault("too new", /version 999, this server knows versions up to/),
    );
  });
});

test("a file that is no database, or another program's, is refused and not touched", async () => {
  await inFolder(async (folder) => {
    const text = "this is not a database, but somebody's notes\n".repeat(200);
    writeFileSync(join(folder, "notes.db"), text);
    await assert.rejects(openStores("sqlite:notes.db", { folder }), fault("damaged", /notes\.db/));
    assert.equal(statSync(join(folder, "notes.db")).size, text.length);

    const file = join(folder, "other.db");
    const other = new DatabaseSync(file);
    other.exec("CREATE TABLE recipe (name TEXT)");
    other.close();
    const before = readFileSync(file);
    await assert.rejects(
      openStores("sqlite:other.db", { folder }),
      fault("damaged", /another program/),
    );
    assert.deepEqual(readFileSync(file), before);
  });
});

test("pages that were overwritten are found at start", async () => {
  await inFolder(async (folder) => {
    const file = join(folder, "p.db");
    await fill(folder);
    const handle = await open(file, "r+");
    await handle.write(new Uint8Array(8192).fill(0xa5), 0, 8192, 12 * 4096);
    await handle.close();
    await assert.rejects(
      openStores("sqlite:p.db", { folder }),
      fault("damaged", /p\.db cannot be used: .*Restore it from a backup/s),
    );
  });
});

test("of a large file all but the messages is checked at start", async () => {
  await inFolder(async (folder) => {
    const file = join(folder, "p.db");
    await fill(folder);
    openDatabase({ file, lockWaitMs: 0, wholeCheckBytes: 0 }).close();
    const handle = await open(file, "r+");
    const { size } = await handle.stat();
    await handle.write(
      new Uint8Array(8192).fill(0xa5),
      0,
      8192,
      Math.floor(size / 2 / 8192) * 8192,
    );
    await handle.close();
    assert.throws(() => openDatabase({ file, lockWaitMs: 0, wholeCheckBytes: 0 }), {
      fault: "damaged",
    });
  });
});

test("a file that was cut short is found at start", async () => {
  await inFolder(async (folder) => {
    const file = join(folder, "p.db");
    await fill(folder);
    truncateSync(file, Math.floor(statSync(file).size / 2));
    await assert.rejects(openStores("sqlite:p.db", { folder }), fault("damaged", /p\.db/));
  });
});

test("a folder in which nothing can be made is named", async () => {
  await inFolder(async (folder) => {
    writeFileSync(join(folder, "file"), "");
    await assert.rejects(
      openStores("sqlite:file/p.db", { folder }),
      fault("failed", /p\.db cannot be opened/),
    );
  });
});

test("from empty and from version 1, migration gives the same schema and keeps the rows", () => {
  const fresh = migrated(migrations);
  const [first = ""] = migrations;
  const old = migrated([first]);
  old.exec("INSERT INTO setting VALUES ('k', 'v')");
  migrate(old, migrations);
  assert.deepEqual(schemaOf(old), schemaOf(fresh));
  assert.deepEqual({ ...old.prepare("SELECT * FROM setting").get() }, { key: "k", value: "v" });
});

test("steps are done once and in order; one that fails leaves the version before it", () => {
  const [first = ""] = migrations;
  const connection = migrated([first]);
  const second = "ALTER TABLE setting ADD COLUMN note TEXT";
  const broken = "CREATE TABLE half (x); CREATE TABLE half (x)";
  assert.throws(() => migrate(connection, [first, second, broken]));
  assert.deepEqual({ ...connection.prepare("PRAGMA user_version").get() }, { user_version: 2 });
  assert.equal(
    connection.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'half'").get(),
    undefined,
  );
  migrate(connection, [first, second, "CREATE TABLE whole (x)"]);
  assert.deepEqual({ ...connection.prepare("PRAGMA user_version").get() }, { user_version: 3 });
});

function migrated(steps: readonly string[]): DatabaseSync {
  const connection = new DatabaseSync(":memory:");
  migrate(connection, steps);
  return connection;
}

function schemaOf(connection: DatabaseSync): unknown {
  return connection.prepare("SELECT type, name, sql FROM sqlite_schema ORDER BY name").all();
}

/** Enough rows for the file to have some hundred pages. */
async function fill(folder: string): Promise<void> {
  const stores = await openStores("sqlite:p.db", { folder });
  const value = "x".repeat(1000);
  await Promise.all(Array.from({ length: 500 }, (_, n) => stores.settings.put(`k${n}`, value)));
  await stores.close();
}

async function inFolder(run: (folder: string) => Promise<void>): Promise<void> {
  const folder = ownFolder("store");
  try {
    await run(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function fault(expected: string, message: RegExp): (error: unknown) => true {
  return (error) => {
    assert.ok(error instanceof StoreError, String(error));
    assert.equal(error.fault, expected);
    assert.match(error.message, message);
    return true;
  };
}

/** Windows has no such modes: there a file inherits the rights of its folder. */
function checkMode(path: string, mode: number): void {
  if (process.platform !== "win32") assert.equal(statSync(path).mode & 0o777, mode);
}
