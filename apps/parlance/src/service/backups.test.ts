/** A backup that an operator wants restored takes its place at the next start, and what was there lies aside. */
import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { ownFolder } from "../../../../tools/test/own-folder.ts";
import { loadConfiguration } from "../config/load.ts";
import { Backups } from "./backups.ts";
import { startNode } from "./node.ts";

test("the next start begins with the backup, and the one after it with what has come since", {
  timeout: 60_000,
}, async (t) => {
  const data = ownFolder("restore");
  t.after(() => rmSync(data, { recursive: true, force: true }));
  const listen = { sip: ["tcp://127.0.0.1:0"], msrp: [], http: null, admin: "http://127.0.0.1:0" };
  const config = loadConfiguration({ base: { data, listen, log: { level: "silent" } } });
  const add = async (name: string): Promise<void> => {
    const node = await startNode(config);
    await node.server.admin.users.add({ name, password: "secret" });
    await node.stop(0);
  };
  const users = async (): Promise<readonly string[]> => {
    const node = await startNode(config);
    const found = await node.server.admin.users.list(undefined, 10);
    await node.stop(0);
    return found.map(({ name }) => name);
  };
  await add("first");
  const node = await startNode(config);
  const admin = node.listeners.find(({ kind }) => kind === "admin")?.url;
  const token = readFileSync(join(data, "operator.token"), "utf8").trim();
  const ask = (path: string): Promise<Response> =>
    fetch(`${admin}/api/backups${path}`, {
      method: "POST",
      headers: { authorization: `Bearer ${token}` },
    });
  const { name } = (await (await ask("")).json()) as { name: string };
  await node.server.admin.users.add({ name: "second", password: "secret" });
  assert.equal((await ask(`/${name}/restore`)).status, 202);
  await node.stop(await node.askedToStop);
  assert.deepEqual(await users(), ["first"]);
  assert.ok(readdirSync(data).some((one) => one.startsWith("before-")));
  await add("third");
  assert.deepEqual(await users(), ["first", "third"]);
});

test("a backup that is not there is not restored, and the server starts with what it has", async (t) => {
  const data = ownFolder("restore");
  t.after(() => rmSync(data, { recursive: true, force: true }));
  const backups = new Backups({ data, backup: { folder: "backups", keep: 7 } }, undefined);
  assert.equal(await backups.take(), "nothing on disk");
  assert.equal(await backups.restoreNext("parlance-20261127T220000"), "no such backup");
  writeFileSync(join(data, "restore.next"), join(data, "backups", "parlance-20261127T220000"));
  const listen = { sip: ["tcp://127.0.0.1:0"], msrp: [], http: null, admin: null };
  const node = await startNode(
    loadConfiguration({ base: { data, listen, log: { level: "silent" } } }),
  );
  await node.stop(0);
  assert.ok(!existsSync(join(data, "restore.next")));
});
