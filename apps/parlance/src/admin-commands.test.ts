/** `parlance admin`: each verb against a running server, as its own process; and a backup that comes back elsewhere. */
import assert from "node:assert/strict";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { after, before, type TestContext, test } from "node:test";
import { connect } from "@parlance/client/node";
import { type Ended, runCommand } from "../../../tools/test/command.ts";
import { ownFolder } from "../../../tools/test/own-folder.ts";
import { ServerProcess } from "../../../tools/test/server-process.ts";
import { announceService, knownServices } from "./service/known-services.ts";
import { whereIs } from "./service/operator-client.ts";

const DOMAIN = "im.example.com";
const NAMES = ["alice", "bob", "carol"];
const USERS = NAMES.map((name) => ({ name, password: `secret of ${name}` }));
let server: ServerProcess;

before(async () => {
  server = await ServerProcess.start({ domain: DOMAIN, users: USERS });
});

after(() => server.kill());

function admin(...words: readonly string[]): Promise<Ended> {
  return runCommand(["admin", ...words, "--data", server.data, "--admin", server.adminUrl]);
}

async function done(...words: readonly string[]): Promise<string> {
  const { status, out, err } = await admin(...words);
  assert.equal(status, 0, `${words.join(" ")}: ${err}`);
  return out;
}

function folder(t: TestContext): string {
  const path = ownFolder("admin");
  t.after(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

function clientOf(of: ServerProcess, name: string) {
  const { host, port } = of.address("tcp");
  const [user, password] = [`sip:${name}@${DOMAIN}`, `secret of ${name}`];
  return connect({ user, password, server: `tcp://${host}:${port}` });
}

test("each verb says in a line or in JSON what was done", async () => {
  assert.match(await done("status"), /^ready; im\.example\.com, version/);
  assert.match(await done("users", "list"), /^alice +sip:alice@im\.example\.com +away$/m);
  assert.match(await done("users", "list", "car"), /^carol /);
  assert.equal(await done("users", "lock", "carol"), "locked carol\n");
  assert.match(await done("users", "show", "carol"), /locked/);
  assert.equal(await done("users", "unlock", "carol"), "unlocked carol\n");
  const changed = await done("users", "change", "carol", "--identity", "tel:+15550101", "--json");
  assert.deepEqual(JSON.parse(changed).identities, [`sip:carol@${DOMAIN}`, "tel:+15550101"]);
  assert.equal(await done("users", "disconnect", "carol"), "disconnect carol\n");
  assert.match(await done("rooms", "create", "attic", "--moderator", "alice"), /^made sip:attic@/);
  assert.equal(await done("rooms", "add", "attic", "bob"), "moderators 2\n");
  assert.match(await done("rooms", "list"), /^sip:attic@im\.example\.com +operator +2 moderators/);
  assert.match(await done("groups", "create", "den", "--member", "bob"), /^made sip:den@/);
  assert.match(await done("groups", "show", "den"), /^member sip:bob@/m);
  assert.equal(await done("groups", "delete", "den"), "delete den\n");
  assert.equal(await done("sessions", "list"), "");
  assert.equal((await admin("sessions", "list")).err, "none\n");
  assert.deepEqual(JSON.parse(await done("sessions", "list", "--json")), []);
  assert.equal(await done("sessions", "leave", "alice"), "left 0\n");
  assert.equal(await done("deferred", "list"), "");
  assert.equal(await done("deferred", "delete", "bob"), "deleted 0\n");
  assert.match(await done("history", "show", "bob"), /^0 of 100000 messages/);
  assert.equal(await done("history", "hold", "bob"), "hold bob\n");
  assert.equal(await done("history", "release", "bob"), "release bob\n");
  assert.equal(
    await done("settings", "bob"),
    [
      "bar-sessions   off",
      "bar-messages   off",
      "bar-files      off",
      "visible        on",
      "push-deferred  on",
      "keep-sessions  off",
      "keep-messages  off\n",
    ].join("\n"),
  );
  assert.match(await done("limits"), /^messagesPerSecond +10 +0 hits +see messageBurst$/m);
  assert.equal(await done("limits", "--hit"), "none was hit since the start of the server\n");
  assert.match(await done("config", "domain"), /^\* domain: "im\.example\.com"$/m);
  assert.doesNotMatch(await done("config"), /secret of/);
  assert.match(await done("metrics"), /^sip_users +3$/m);
  const audit = JSON.parse(await done("audit", "--subject", "carol", "--json"));
  assert.equal(audit[0].action, "user disconnected");
  assert.match(await done("trace", "users"), /^$/);
});

function told(...names: readonly string[]): string {
  return `warning: there is no account ${names.join(", ")}; users list prints all\n`;
}

test("groups and rooms are made with names that nobody has, and it is said so", async () => {
  const members = ["bob", "bbo", `sip:alcie@${DOMAIN}`, "sip:x@else.example", `carol@${DOMAIN}`];
  const of = members.flatMap((one) => ["--member", one]);
  const made = await admin("groups", "create", "cave", ...of);
  assert.deepEqual([made.status, made.err], [0, told("bbo", `sip:alcie@${DOMAIN}`)]);
  const added = await admin("groups", "add", "cave", "craol");
  assert.deepEqual([added.status, added.out, added.err], [0, "members 6\n", told("craol")]);
  const room = await admin("rooms", "create", "loft", "--moderator", "alise");
  assert.deepEqual([room.status, room.err], [0, told("alise")]);
  const moderator = await admin("rooms", "add", "loft", "alice");
  assert.deepEqual([moderator.status, moderator.err], [0, ""]);
});

test("a room is moderated line by line, and each line is in the audit log", async (t) => {
  assert.match(await done("rooms", "create", "hall"), /^made sip:hall@/);
  const alice = await clientOf(server, "alice");
  t.after(() => alice.close());
  const room = await alice.join(`sip:hall@${DOMAIN}`);
  const { id } = JSON.parse(await done("rooms", "session", "hall", "--json"));
  assert.match(id, /^s/); // else one in 64 would be taken for an option
  assert.match(await done("rooms", "session", "hall"), /^present +sip:alice@im\.example\.com$/m);
  assert.match(await done("sessions", "mute", id, "alice"), /alice@im\.example\.com +muted$/m);
  assert.match(await done("sessions", "unmute", id, "alice"), /alice@im\.example\.com$/m);
  assert.match(await done("sessions", "lock", id), /\(locked\)$/m);
  assert.doesNotMatch(await done("sessions", "unlock", id), /locked/);
  assert.match(await done("sessions", "subject", id, "Tea"), /Tea$/m);
  assert.equal(await done("sessions", "expel", id, "alice"), `expel ${id} alice\n`);
  const audit = JSON.parse(await done("audit", "--subject", id, "--json"));
  assert.deepEqual(
    audit.map(({ action, detail }: Record<string, string>) => `${action} ${detail}`.trim()),
    [
      "participant expelled alice",
      "session moderated subject",
      "session moderated unlocked",
      "session moderated locked",
      `participant unmuted sip:alice@${DOMAIN}`,
      `participant muted sip:alice@${DOMAIN}`,
    ],
  );
  assert.notEqual(room.state, "in");
});

test("what is refused ends with 1 and says why, what is mistyped with 2", async () => {
  for (const [words, status, says] of [
    [["users", "show", "nobody"], 1, /there is no such user/],
    [["sessions", "end", "x"], 1, /there is no such session/],
    [["sessions", "mute", "x", "bob"], 1, /there is no such session/],
    [["sessions", "lock", "x"], 1, /there is no such session/],
    [["rooms", "session", "lobby"], 1, /there is no such session/],
    [["config", "nothing"], 1, /no key nothing/],
    [["rooms", "create", "a b"], 1, /name: expected letters/],
    [["users", "change", "alice"], 2, /nothing to change/],
    [["audit", "--limit", "none"], 2, /a whole number/],
    [["frobnicate"], 2, /unknown command/],
  ] as const) {
    const ended = await admin(...words);
    assert.equal(ended.status, status, words.join(" "));
    assert.match(ended.err, says);
  }
});

test("under load a backup is taken in one line, and in one line all of it is there elsewhere", {
  timeout: 120_000,
}, async (t) => {
  const alice = await clientOf(server, "alice");
  t.after(() => alice.close());
  const acknowledged: string[] = [];
  const load = { on: true };
  const sending = (async () => {
    for (let number = 0; load.on && number < 400; number += 1) {
      const text = `message ${number}`;
      await alice.send(`sip:bob@${DOMAIN}`, text).accepted;
      acknowledged.push(text);
    }
  })();
  while (acknowledged.length < 10) await new Promise((go) => setImmediate(go));
  const early = [...acknowledged];
  const kept = folder(t);
  const made = JSON.parse(await done("backup", kept, "--json"));
  load.on = false;
  await sending;
  assert.ok(made.folder.startsWith(kept));
  assert.equal(await done("backups", "list"), "");

  const elsewhere = join(folder(t), "data");
  const restored = await runCommand(["admin", "restore", made.folder, "--data", elsewhere]);
  assert.match(restored.out, /^restored im\.example\.com of 20/);
  const again = await runCommand(["admin", "restore", made.folder, "--data", elsewhere]);
  assert.equal(again.status, 1);
  assert.match(again.err, /holds data already: .*; --replace moves it aside/);
  const none = await runCommand(["admin", "restore", import.meta.filename, "--data", elsewhere]);
  assert.match(none.err, /admin-commands\.test\.ts is a file: a backup is a folder/);
  const second = await ServerProcess.start({ domain: DOMAIN, data: elsewhere });
  t.after(() => second.kill());
  const busy = await runCommand([
    "admin",
    "restore",
    made.folder,
    "--data",
    elsewhere,
    "--replace",
  ]);
  assert.match(busy.err, /a server has .* in use: stop it first/);
  const bob = await clientOf(second, "bob"); // with the password that he had
  t.after(() => bob.close());
  const missing = new Set(early);
  for await (const message of bob.messages()) {
    if (message.kind === "text") missing.delete(message.text);
    if (missing.size === 0) break;
  }
});

test("a server is found by where it runs", (t) => {
  const notes = join(folder(t), "notes");
  const data = folder(t);
  mkdirSync(notes, { mode: 0o700 });
  writeFileSync(
    join(notes, "99999999.json"),
    JSON.stringify({ admin: "http://a", data, pid: 99_999_999 }),
  );
  const forget = announceService({ admin: "http://127.0.0.1:9", data }, notes);
  const running = knownServices(notes);
  assert.deepEqual(running, [{ admin: "http://127.0.0.1:9", data, pid: process.pid }]);
  const tokenFile = join(data, "operator.token");
  assert.deepEqual(whereIs({}, running), { admin: "http://127.0.0.1:9", tokenFile });
  assert.deepEqual(whereIs({ data }, running), { admin: "http://127.0.0.1:9", tokenFile });
  assert.deepEqual(whereIs({ data, admin: "http://b" }, running), { admin: "http://b", tokenFile });
  assert.throws(() => whereIs({}, [...running, ...running]), /more than one server runs here/);
  const usual = "http://127.0.0.1:8081";
  mkdirSync(join(data, "data"));
  writeFileSync(join(data, "data/operator.token"), "ours");
  const there = process.cwd();
  process.chdir(data);
  t.after(() => process.chdir(there));
  assert.deepEqual(whereIs({}, []), { admin: usual, tokenFile: resolve("data/operator.token") });
  const another = [{ admin: usual, data: "/elsewhere", pid: 1 }];
  assert.throws(() => whereIs({}, another), /the server of .\/data does not run/);
  forget();
  assert.deepEqual(knownServices(notes), []);
});
