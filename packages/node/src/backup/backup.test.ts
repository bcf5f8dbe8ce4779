/** A backup is what was there at one moment, taken while others write and delete; and what a restore makes of it. */
import assert from "node:assert/strict";
import {
  cpSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { setImmediate as turn } from "node:timers/promises";
import type { DeferredMessage } from "@parlance/server";
import { ownFolder } from "../../../../tools/test/own-folder.ts";
import { DiskContent } from "../file-content/index.ts";
import { type OpenedStores, openStores } from "../store/index.ts";
import { checkedManifest, RestoreError, restoreBackup } from "./restore-backup.ts";
import { listBackups, removeBackup, takeBackup } from "./take-backup.ts";

const WITHIN = { timeout: 60_000 };
const NOW = new Date("2026-11-27T22:00:00.000Z");
const AMPLE = { messages: 1_000_000, bytes: 1e12 };

function folderFor(t: TestContext): string {
  const folder = ownFolder("backup");
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

interface Kept {
  readonly data: string;
  readonly stores: OpenedStores;
  readonly content: DiskContent;
  backup(): ReturnType<typeof takeBackup>;
}

async function kept(t: TestContext, data = join(folderFor(t), "data")): Promise<Kept> {
  mkdirSync(data, { recursive: true });
  const stores = await openStores("sqlite:parlance.db", { folder: data });
  t.after(() => stores.close());
  const content = DiskContent.open(join(data, "deferred"));
  const secret = join(data, "server.key");
  writeFileSync(secret, "a key\n", { mode: 0o600 });
  const copyTo = stores.copyTo ?? assert.fail("no copy");
  return {
    data,
    stores,
    content,
    backup: () =>
      takeBackup(
        {
          copyTo,
          storeName: "parlance.db",
          contents: [{ name: "deferred", content }],
          secrets: [secret, join(data, "not.there")],
          version: "1",
          domain: "im.example.com",
        },
        join(data, "backups"),
        NOW,
      ),
  };
}

function message(id: string, content: string | undefined, size = 200): DeferredMessage {
  return {
    id,
    recipient: "bob",
    originator: "sip:alice@im.example.com",
    originatorShown: "alice",
    privacy: undefined,
    group: undefined,
    subject: undefined,
    kind: "message",
    mode: content === undefined ? "pager" : "large",
    receivedAt: 1,
    expiresAt: 1e15,
    sizeBytes: size,
    content,
    attempts: 0,
    nextAttemptAt: 0,
    poisoned: false,
    bytes: new Uint8Array(size).fill(7),
  };
}

async function write({ content, stores }: Kept, id: string): Promise<string> {
  const writer = await content.create();
  await writer.append(new TextEncoder().encode(`content of ${id}`));
  await writer.seal();
  assert.equal(await stores.deferred.add(message(id, writer.id), AMPLE), "stored");
  return writer.id;
}

async function ids({ deferred }: OpenedStores): Promise<readonly DeferredMessage[]> {
  const found: DeferredMessage[] = [];
  for (let after: string | undefined; ; ) {
    const page = await deferred.page("bob", after, 500);
    found.push(...page);
    after = page.at(-1)?.id;
    if (page.length < 500) return found;
  }
}

test(
  "under load everything that was acknowledged before is in it, and all contents that its rows name",
  WITHIN,
  async (t) => {
    const world = await kept(t);
    const early: string[] = [];
    for (let number = 0; number < 2_000; number += 1)
      early.push(`early-${String(number).padStart(5, "0")}`);
    await Promise.all(
      early.map((id) => world.stores.deferred.add(message(id, undefined, 4_000), AMPLE)),
    );
    const contents: string[] = [];
    for (let number = 0; number < 20; number += 1)
      contents.push(await write(world, `content-${number}`));

    const load = { on: true, written: 0 };
    const loaded = (async () => {
      const mine: [id: string, content: string][] = [];
      while (load.on) {
        const id = `late-${String(load.written).padStart(6, "0")}`;
        mine.push([id, await write(world, id)]);
        load.written += 1;
        const [oldest] = mine.length > 5 ? mine.splice(0, 1) : [];
        if (oldest === undefined) continue;
        await world.stores.deferred.remove("bob", [oldest[0]]); // first the row, then what it names
        await world.content.delete(oldest[1]);
      }
    })();
    while (load.written < 10) await turn();
    const before = load.written;
    const backup = await world.backup();
    load.on = false;
    await loaded;
    t.diagnostic(`${load.written - before} messages came while ${backup.bytes} octets were copied`);

    const elsewhere = join(folderFor(t), "other");
    await restoreBackup(backup.folder, elsewhere, { replace: false, now: NOW });
    const restored = await openStores("sqlite:parlance.db", { folder: elsewhere });
    const found = await ids(restored);
    const known = new Set(found.map(({ id }) => id));
    for (const id of early) assert.ok(known.has(id), id);
    const there = DiskContent.open(join(elsewhere, "deferred"));
    const named = found.filter(({ content }) => content !== undefined);
    assert.ok(named.length >= 20);
    for (const { id, content } of named) {
      const reader = await there.open(content ?? "");
      assert.ok(reader !== undefined, `${id} has lost its content`);
      const chunks: Uint8Array[] = [];
      for await (const chunk of reader.read(0, reader.sizeBytes)) chunks.push(chunk.slice());
      await reader.close();
      assert.equal(Buffer.concat(chunks).toString(), `content of ${id}`);
    }
    await restored.close();
    assert.equal(readFileSync(join(elsewhere, "server.key"), "utf8"), "a key\n");
    // What was deleted meanwhile is gone now.
    const files = readdirSync(join(world.data, "deferred"));
    assert.equal(files.length, contents.length + 5);
  },
);

test("a backup is for the owner's eyes only, and has a name of its own", WITHIN, async (t) => {
  const world = await kept(t);
  const first = await world.backup();
  const second = await world.backup();
  assert.deepEqual(
    [first.name, second.name],
    ["parlance-20261127T220000", "parlance-20261127T220000-2"],
  );
  assert.equal(statSync(join(first.folder, "parlance.db")).mode & 0o777, 0o600);
  assert.equal(statSync(join(first.folder, "server.key")).mode & 0o777, 0o600);
  assert.equal(statSync(first.folder).mode & 0o777, 0o700);
  const into = join(world.data, "backups");
  assert.deepEqual(
    (await listBackups(into)).map(({ name }) => name),
    [second.name, first.name],
  );
  assert.equal(await removeBackup(into, first.name), true);
  assert.equal(await removeBackup(into, first.name), false);
  assert.equal(await removeBackup(into, "../data"), false);
  assert.equal((await listBackups(into)).length, 1);
});

test("data that is there is left alone, or moved aside when that is wanted", WITHIN, async (t) => {
  const world = await kept(t);
  await world.stores.settings.put("who", "the first");
  const { folder } = await world.backup();
  await world.stores.settings.put("who", "the second");
  await assert.rejects(
    restoreBackup(folder, world.data, { replace: false, now: NOW }),
    /holds data already: .*parlance\.db/,
  );
  await world.stores.close();
  const { before } = await restoreBackup(folder, world.data, { replace: true, now: NOW });
  const stores = await openStores("sqlite:parlance.db", { folder: world.data });
  assert.equal(await stores.settings.get("who"), "the first");
  await stores.close();
  const old = await openStores("sqlite:parlance.db", { folder: before ?? "" });
  assert.equal(await old.settings.get("who"), "the second");
  await old.close();
});

test(
  "a backup takes the place of what a crash has left, with the log beside the database",
  WITHIN,
  async (t) => {
    const world = await kept(t);
    await world.stores.settings.put("who", "the first");
    const { folder } = await world.backup();
    await world.stores.settings.put("who", "the second");
    const crashed = join(folderFor(t), "data");
    cpSync(world.data, crashed, { recursive: true }); // as it lies on the disk while the server runs
    assert.ok(readdirSync(crashed).includes("parlance.db-wal"));
    const { before = "" } = await restoreBackup(folder, crashed, { replace: true, now: NOW });
    const stores = await openStores("sqlite:parlance.db", { folder: crashed });
    assert.equal(await stores.settings.get("who"), "the first");
    await stores.close();
    const old = await openStores("sqlite:parlance.db", { folder: before });
    assert.equal(await old.settings.get("who"), "the second");
    await old.close();
  },
);

test("what is not whole, or not as it was, restores nothing", WITHIN, async (t) => {
  const world = await kept(t);
  const content = await write(world, "one");
  const { folder } = await world.backup();
  const target = join(folderFor(t), "target");
  const refused = async (says: RegExp): Promise<void> => {
    const restoring = restoreBackup(folder, target, { replace: true, now: NOW });
    await assert.rejects(
      restoring,
      (error) => error instanceof RestoreError && says.test(error.message),
    );
  };
  await checkedManifest(folder);
  const database = readFileSync(join(folder, "parlance.db"));
  const bitten = Buffer.from(database);
  bitten[5_000] = (bitten[5_000] ?? 0) ^ 1;
  writeFileSync(join(folder, "parlance.db"), bitten);
  await refused(/parlance\.db is not as it was/);
  writeFileSync(join(folder, "parlance.db"), database);
  rmSync(join(folder, "deferred", content));
  await refused(/missing/);
  const manifest = JSON.parse(readFileSync(join(folder, "manifest.json"), "utf8"));
  const files = [{ path: "../../etc/passwd", bytes: 1 }];
  writeFileSync(join(folder, "manifest.json"), JSON.stringify({ ...manifest, files }));
  await refused(/is no backup/);
  rmSync(join(folder, "manifest.json"));
  await refused(/is no backup/);
});
