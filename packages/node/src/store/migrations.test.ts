/** Data of every schema that was released, brought forward: it is all there, and the schema is the one of a fresh start. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { type TestContext, test } from "node:test";
import { ownFolder } from "../../../../tools/test/own-folder.ts";
import { migrations } from "./migrations.ts";
import { openStores } from "./open-stores.ts";

const FIXTURES = new URL("fixtures/", import.meta.url);
const FILES = readdirSync(FIXTURES).toSorted();
const ALICE = "sip:alice@example.com";

function folderOf(t: TestContext, fixture: string): string {
  const folder = ownFolder("schema");
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const old = new DatabaseSync(join(folder, "p.db"));
  old.exec(readFileSync(new URL(fixture, FIXTURES), "utf8"));
  old.close();
  return folder;
}

function schemaOf(folder: string): unknown {
  const database = new DatabaseSync(join(folder, "p.db"));
  const schema = database.prepare("SELECT type, name, sql FROM sqlite_schema ORDER BY name").all();
  const [version] = Object.values(database.prepare("PRAGMA user_version").get() ?? {});
  database.close();
  return { version, schema };
}

test("each schema, the newest too, has its data among the tests (tools/schema-fixtures.ts)", () => {
  const wanted = migrations.map((_, step) => `schema-${String(step + 1).padStart(2, "0")}.sql`);
  assert.deepEqual(FILES, wanted);
});

for (const [index, fixture] of FILES.entries()) {
  const version = index + 1;
  test(`data of ${fixture} is all there`, async (t) => {
    const folder = folderOf(t, fixture);
    const stores = await openStores("sqlite:p.db", { folder });
    const alice = await stores.users.find("alice");
    assert.deepEqual(alice?.identities, [ALICE, "tel:+15550100"]);
    assert.equal(alice.credentials[0]?.algorithm, "SHA-256");
    const [binding] = await stores.bindings.list(undefined, 10);
    assert.deepEqual(binding?.path, ["sip:edge.example.com;lr"]);
    const [waiting] = await stores.deferred.page("alice", undefined, 10);
    assert.equal(Buffer.from(waiting?.bytes ?? []).toString(), "hello");
    assert.equal((await stores.jobs.list(undefined, 10))[0]?.recipients.length, 1);
    assert.equal(await stores.settings.get("key"), "value");
    const entry = { at: 1, actor: "operator", action: "x", subject: "y", detail: "" };
    assert.equal(await stores.audit.append(entry), 42); // numbers go on
    if (version >= 2) assert.equal((await stores.files.thumbnail("f1"))?.bytes.length, 2);
    if (version >= 5) assert.equal((await stores.rooms.open("sip:lobby@example.com")).last, 3);
    if (version >= 6) {
      const [conference] = await stores.conferences.list(undefined, 10);
      assert.equal(conference?.participants[0]?.alias, "Owl");
    }
    if (version >= 7) {
      const key = { auid: "resource-lists", owner: "alice", name: "index" };
      assert.equal((await stores.documents.find(key))?.etag, "e1");
      const [settings] = await stores.serviceSettings.list(undefined, 10);
      assert.deepEqual(
        [settings?.lasting.offlineDelivery, settings?.publications.length],
        [false, 1],
      );
    }
    if (version >= 8) {
      const ask = { conversation: undefined, before: undefined, limit: 10 };
      const found = await stores.history.search("alice", ["owl"], ask);
      assert.equal(found.entries[0]?.id, "h1");
    }
    if (version >= 11) {
      const [recording] = await stores.recordings.list("alice", undefined, 10);
      assert.deepEqual([recording?.id, recording?.name], ["rec1", "Talk"]);
    }
    if (version >= 12) {
      const [conference] = await stores.conferences.list(undefined, 10);
      assert.equal(conference?.participants[0]?.recordsAs, "Talk");
    }
    if (version >= 13) {
      const [removal] = await stores.history.removals("alice", 0, 10);
      assert.equal(removal?.messageId, "hm0");
    }
    await stores.close();

    const fresh = ownFolder("schema");
    t.after(() => rmSync(fresh, { recursive: true, force: true }));
    await (await openStores("sqlite:p.db", { folder: fresh })).close();
    assert.deepEqual(schemaOf(folder), schemaOf(fresh));
  });
}
