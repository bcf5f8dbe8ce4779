/** The store in a file keeps the contract, for one program at a time. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { suite, type TestContext, test } from "node:test";
import { ownFolder } from "../../../../tools/test/own-folder.ts";
import { ImError } from "../base/errors.ts";
import { durableContract, storeContract } from "../store/store-contract.ts";
import { openStore } from "./sqlite-store.ts";

suite("store in a file", () => {
  for (const { name, run } of [...storeContract, ...durableContract]) {
    test(name, async (t) => {
      const file = newFile(t);
      await run(() => openStore(file));
    });
  }

  test("is for its owner's eyes", async (t) => {
    const file = newFile(t);
    const store = await openStore(file);
    assert.equal(statSync(file).mode & 0o777, 0o600);
    await store.close();
  });

  test("is for one program at a time", async (t) => {
    const file = newFile(t);
    const store = await openStore(file);
    await assert.rejects(
      openStore(file),
      (error) => error instanceof ImError && error.code === "busy" && error.temporary,
    );
    await store.close();
    await (await openStore(file)).close();
  });

  test("has what it took when the program is killed the moment after", async (t) => {
    const file = newFile(t);
    const program = `
      import { openStore } from ${JSON.stringify(new URL("sqlite-store.ts", import.meta.url))};
      const store = await openStore(${JSON.stringify(file)});
      await store.setValue("instance", "urn:uuid:1");
      process.kill(process.pid, "SIGKILL");`;
    const args = ["--conditions=parlance-source", "--input-type=module", "--eval", program];
    assert.equal(spawnSync(process.execPath, args).signal, "SIGKILL");
    const store = await openStore(file);
    assert.equal(await store.value("instance"), "urn:uuid:1");
    await store.close();
  });

  test("brings a file of the version before up to date: what is kept elsewhere is found", async (t) => {
    const file = newFile(t);
    const old = new DatabaseSync(file);
    old.exec(VERSION_1);
    const insert = old.prepare("INSERT INTO message VALUES (?, ?, 'b', ?, 0, 0, ?, x'', NULL)");
    const states = ["queued", "deferred", "delivered"].entries();
    for (const [number, state] of states) {
      const record = { direction: "sent", id: state, conversation: "b", state, recipients: [] };
      const waiting = Number(state === "queued");
      insert.run(number + 1, `sent ${state}`, waiting, JSON.stringify(record));
    }
    old.close();
    const store = await openStore(file);
    assert.deepEqual(
      (await store.pending()).map(({ id }) => id),
      ["queued", "deferred"],
    );
    await store.close();
  });

  test("leaves alone what is not its own", async (t) => {
    const text = newFile(t);
    writeFileSync(text, "this is no database".repeat(100));
    await assert.rejects(openStore(text), /not a database/);
    const newer = newFile(t);
    const database = new DatabaseSync(newer);
    database.exec("PRAGMA user_version = 99");
    database.close();
    await assert.rejects(openStore(newer), /another version/);
  });
});

const VERSION_1 = `
  CREATE TABLE message (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    key TEXT NOT NULL UNIQUE,
    conversation TEXT NOT NULL,
    waiting INTEGER NOT NULL,
    unseen INTEGER NOT NULL,
    owing INTEGER NOT NULL,
    record TEXT NOT NULL,
    content BLOB NOT NULL,
    envelope BLOB
  ) STRICT;
  CREATE INDEX message_waiting ON message (number) WHERE waiting;
  CREATE TABLE value (key TEXT PRIMARY KEY, text TEXT NOT NULL) STRICT;
  PRAGMA user_version = 1;
`;

function newFile(t: TestContext): string {
  const folder = ownFolder("client");
  t.after(() => rmSync(folder, { recursive: true }));
  return join(folder, "messages.db");
}
