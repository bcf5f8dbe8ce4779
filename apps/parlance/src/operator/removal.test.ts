/** An account that is removed leaves nothing of its own behind: rows, files, documents, memberships; and who gets its name inherits nothing. */
import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { test } from "node:test";
import { connect, type ImClient } from "@parlance/client/node";
import { DOMAIN, OperatorWorld } from "./testing/operator-world.ts";

/** What others keep of what was said with him is theirs, and what operators did is the operators'. */
const OF_OTHERS: ReadonlySet<string> = new Set([
  "audit",
  "room_entry", // what he has said to a room, for those who come back
  "history",
  "history_thread",
]);

/** Tables with a row that names him. */
function tablesNaming(file: string, name: string): readonly string[] {
  const database = new DatabaseSync(file);
  const tables = database
    .prepare("SELECT name FROM sqlite_schema WHERE type = 'table' AND sql NOT LIKE '%VIRTUAL%'")
    .all()
    .map((row) => String(row["name"]))
    .filter((table) => !/^(?:sqlite_|history_words)/.test(table));
  const naming = tables.filter((table) => {
    const rows = database.prepare(`SELECT * FROM "${table}"`).all();
    return rows.some((row) => JSON.stringify(Object.values(row), textOf).includes(name));
  });
  database.close();
  return naming;
}

/** Messages of his about which reports are to come. */
function expectedBy(name: string, folder: string): number {
  const database = new DatabaseSync(join(folder, "parlance.db"));
  const rows = database.prepare("SELECT author FROM sent_message").all();
  database.close();
  return rows.filter(({ author }) => String(author).includes(name)).length;
}

function textOf(_: string, value: unknown): unknown {
  return value instanceof Uint8Array ? Buffer.from(value).toString() : value;
}

test("who is in rooms when his account goes is not known there any more", {
  timeout: 60_000,
}, async (t) => {
  const world = await OperatorWorld.open(t, [
    'users=[{"name":"alice","password":"secret of alice"},{"name":"zebulon","password":"secret of zebulon"},{"name":"yuri","password":"secret of yuri"}]',
  ]);
  const client = (name: string): Promise<ImClient> =>
    connect({
      user: `sip:${name}@${DOMAIN}`,
      password: `secret of ${name}`,
      server: world.listener("sip"),
    });
  const [alice, him, yuri] = [await client("alice"), await client("zebulon"), await client("yuri")];
  for (const one of [alice, him, yuri]) t.after(() => one.close());
  for (const one of [alice, yuri]) {
    one.on("invitation", (asked) => void (asked.kind === "group" && asked.accept()));
  }
  await him.createGroup(["alice", "yuri"].map((name) => `sip:${name}@${DOMAIN}`));
  await him.join(`sip:lobby@${DOMAIN}`);
  const room = await alice.join(`sip:lobby@${DOMAIN}`);
  await room.whisper([`sip:zebulon@${DOMAIN}`], "psst").accepted;
  const removed = await world.ask("DELETE", "/users/{name}", { params: { name: "zebulon" } });
  assert.equal(removed.status, 204);
  const left = async (): Promise<readonly string[]> => {
    const { body } = await world.ask("POST", "/backups");
    const naming = tablesNaming(join(body.folder, "parlance.db"), "zebulon");
    return naming.filter((table) => !OF_OTHERS.has(table));
  };
  while ((await left()).length > 0); // his devices are being told
  assert.deepEqual(await left(), []);
});

test("nothing of an account is left when it is removed", { timeout: 120_000 }, async (t) => {
  const world = await OperatorWorld.open(t, [
    'users=[{"name":"alice","password":"secret of alice"},{"name":"zebulon","password":"secret of zebulon"},{"name":"yuri","password":"secret of yuri"}]',
    "files.enabled=true",
  ]);
  const client = (name: string): Promise<ImClient> =>
    connect({
      user: `sip:${name}@${DOMAIN}`,
      password: `secret of ${name}`,
      server: world.listener("sip"),
      fileServer: world.listener("http"),
    });
  const alice = await client("alice");
  t.after(() => alice.close());
  const him = await client("zebulon");
  t.after(() => him.close());
  const ask = world.ask.bind(world);
  const group = { kind: "group", name: "den", members: ["alice", "yuri", "zebulon"] };
  await ask("POST", "/groups", { body: group });
  await ask("POST", "/groups", { body: { kind: "room", name: "attic", moderators: ["zebulon"] } });
  await him.groups.create({ address: "club", members: [`sip:alice@${DOMAIN}`] });
  await him.files?.upload(new Blob(["octets of his"]));
  const room = await him.join(`sip:lobby@${DOMAIN}`);
  await alice.join(`sip:lobby@${DOMAIN}`);
  await room.send("good morning").accepted;
  await him.send(`sip:den@${DOMAIN}`, "to all", { receipts: ["delivered"] }).accepted;
  const before = await ask("POST", "/backups");
  assert.equal(expectedBy("zebulon", before.body.folder), 1);
  await him.close();
  await alice.send(`sip:zebulon@${DOMAIN}`, "for later").accepted;
  const named = async (): Promise<readonly string[]> => {
    const { body } = await ask("POST", "/backups");
    return tablesNaming(join(body.folder, "parlance.db"), "zebulon");
  };
  while ((await named()).includes("job")); // what he has sent to all is on its way

  const removed = await ask("DELETE", "/users/{name}", { params: { name: "zebulon" } });
  assert.equal(removed.status, 204);
  for (const { members, moderators } of (await ask("GET", "/groups")).body.groups) {
    assert.doesNotMatch(JSON.stringify([members, moderators]), /zebulon/);
  }
  const found = await ask("GET", "/groups/{group}", { params: { group: "club" } });
  assert.equal(found.status, 404);
  assert.deepEqual(readdirSync(join(world.data, "files")), []);
  await ask("DELETE", "/users/{name}/deferred", { params: { name: "yuri" } }); // it is from him
  assert.deepEqual((await ask("GET", "/deferred")).body.users, []);
  const copied = await ask("POST", "/backups");
  const left = tablesNaming(join(copied.body.folder, "parlance.db"), "zebulon");
  assert.deepEqual(
    left.filter((table) => !OF_OTHERS.has(table)),
    [],
  );

  assert.equal(expectedBy("zebulon", copied.body.folder), 0);

  await ask("POST", "/users", { body: { name: "zebulon", password: "secret of zebulon" } });
  const heir = await client("zebulon");
  t.after(() => heir.close());
  assert.equal(
    (await ask("GET", "/users/{name}/deferred", { params: { name: "zebulon" } })).body.usage
      .messages,
    0,
  );
});
