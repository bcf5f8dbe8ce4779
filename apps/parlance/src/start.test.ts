/** `parlance start` from outside: how it says that it is ready, how it ends, and what it says when it cannot start. */
import assert from "node:assert/strict";
import { rmSync } from "node:fs";
import { createServer } from "node:net";
import { type TestContext, test } from "node:test";
import { RunningCommand } from "../../../tools/test/command.ts";
import { within } from "../../../tools/test/deadline.ts";
import { ownFolder } from "../../../tools/test/own-folder.ts";
import { connectPeer } from "../../../tools/test/peers.ts";
import { RawUser } from "../../../tools/test/raw-user.ts";
import { ServerProcess } from "../../../tools/test/server-process.ts";

const FREE_PORTS = [
  "--set",
  'listen.sip=["udp://127.0.0.1:0","tcp://127.0.0.1:0"]',
  "--set",
  'listen.msrp=["tcp://127.0.0.1:0"]',
  "--set",
  "listen.http=http://127.0.0.1:0",
  "--set",
  "listen.admin=http://127.0.0.1:0",
];

function folder(t: TestContext): string {
  const path = ownFolder("start");
  t.after(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

function start(t: TestContext, data: string, ...more: readonly string[]): RunningCommand {
  const server = new RunningCommand(["start", "--set", `data=${data}`, ...FREE_PORTS, ...more]);
  t.after(() => server.kill());
  return server;
}

test("the local service says who its users are once, what to type, and last that it is ready", async (t) => {
  const data = folder(t);
  const first = start(t, data, "--local");
  const password = (await first.line(/sip:alice@parlance\.test +\w/)).split(/ +/).at(-1);
  const hint = await first.line(/npx parlance chat --user sip:alice@parlance\.test/);
  assert.match(hint, new RegExp(`--password ${password} --server tcp://127\\.0\\.0\\.1:\\d+ bob$`));
  const room = await first.line(/chat room/);
  assert.match(room, /the Lobby, sip:lobby@parlance\.test: \/join lobby in a terminal/);
  const ready = await first.line(/^ready /);
  assert.match(ready, /^ready udp:\S+ tcp:\S+ tcp:\S+ http:\S+ http:\S+$/);
  first.signal("SIGTERM");
  assert.equal((await first.end()).status, 0);

  const second = start(t, data, "--local", "--json");
  await second.line(/^ready /);
  assert.doesNotMatch(second.out, /--password /);
  assert.match(second.out, new RegExp(`users passwd alice --data ${data} --admin http:`));
  second.signal("SIGINT");
  assert.equal((await second.end()).status, 0);
});

test("with --json the ready line carries the domain and the listeners", async (t) => {
  const server = start(t, folder(t), "--json", "--set", "domain=im.example.com");
  const line = await server.line(/^ready /);
  const { domain, listeners } = JSON.parse(line.slice("ready ".length));
  assert.equal(domain, "im.example.com");
  assert.deepEqual(
    listeners.map(({ kind, url }: { kind: string; url: string }) => [kind, url.split(":")[0]]),
    [
      ["sip", "udp"],
      ["sip", "tcp"],
      ["msrp", "tcp"],
      ["http", "http"],
      ["admin", "http"],
    ],
  );
  assert.equal(server.out, `${line}\n`); // nothing else for whoever reads it
});

test("told to end, it waits for what is under way and is not ready meanwhile; told twice, it does not wait", async (t) => {
  const users = ["alice", "bob"].map((name) => ({ name, password: "secret of " + name }));
  const server = await ServerProcess.start({ users, domain: "im.example.com" });
  t.after(() => server.kill());
  const at = async (name: string) => {
    const peer = await connectPeer(server, "TCP");
    t.after(() => peer.close());
    const password = `secret of ${name}`;
    return new RawUser(peer, { name, password, domain: "im.example.com" });
  };
  const bob = await at("bob");
  const asked = Promise.withResolvers<void>();
  bob.peer.respond = (request) => {
    if (request.method === "MESSAGE") asked.resolve();
    return undefined; // he never answers
  };
  assert.equal((await bob.register()).status, 200);
  const alice = await at("alice");
  assert.equal((await alice.register()).status, 200);
  alice.message("sip:bob@im.example.com", "hello").catch(() => undefined);
  await asked.promise;
  assert.equal((await fetch(`${server.adminUrl}/readyz`)).status, 200);

  process.kill(server.pid, "SIGTERM");
  const readiness = await within(10_000, unready(server), () => "it is still ready");
  assert.deepEqual(readiness, { status: "not ready", missing: "draining" });
  const refused = await alice.message("sip:bob@im.example.com", "too late");
  assert.equal(refused.status, 503);
  assert.equal((await fetch(`${server.adminUrl}/healthz`)).status, 200);

  const began = performance.now();
  process.kill(server.pid, "SIGTERM");
  assert.equal(await server.exit, "1");
  assert.ok(performance.now() - began < 2_000);
});

/** Asks until it says no, and returns what it says then. */
async function unready(server: ServerProcess): Promise<unknown> {
  for (;;) {
    const answer = await fetch(`${server.adminUrl}/readyz`);
    if (answer.status === 503) return answer.json();
  }
}

test("a port that is taken is told with its key and another choice, and nothing is left open", async (t) => {
  const other = createServer();
  await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve));
  t.after(() => other.close());
  const { port } = other.address() as { port: number };
  const data = folder(t);
  for (const [key, url] of [
    ["listen.sip", `["tcp://127.0.0.1:${port}"]`],
    ["listen.http", `http://127.0.0.1:${port}`],
    ["listen.admin", `http://127.0.0.1:${port}`],
  ]) {
    const { status, out, err } = await start(t, data, "--set", `${key}=${url}`).end();
    assert.equal(status, 1);
    assert.equal(out, "");
    assert.match(err, new RegExp(`cannot listen on \\S+:${port} \\(${key}\\): another program`));
    assert.match(err, new RegExp(`--set ${key}=\\S+:${port + 10}`));
    assert.doesNotMatch(err, /^ +at /m);
  }
  const after = start(t, data); // the folder is free again
  await after.line(/^ready /);
});

test("all ports that are taken are told in one go", async (t) => {
  const data = folder(t);
  const first = start(t, folder(t), "--json");
  const line = await first.line(/^ready /);
  const { listeners }: { listeners: { kind: string; url: string }[] } = JSON.parse(line.slice(6));
  const urls = (kind: string) => listeners.filter((one) => one.kind === kind).map(({ url }) => url);
  const wanted = ["sip", "msrp"].map((kind) => `listen.${kind}=${JSON.stringify(urls(kind))}`);
  for (const kind of ["http", "admin"]) wanted.push(`listen.${kind}=${urls(kind)[0]}`);
  const second = start(t, data, ...wanted.flatMap((each) => ["--set", each]));
  const { status, err } = await second.end();
  assert.equal(status, 1);
  for (const { kind, url } of listeners) {
    assert.ok(err.includes(`cannot listen on ${url} (listen.${kind}): another program`), err);
  }
  assert.doesNotMatch(err, /failed/); // what was begun ends without a word
  assert.match(err, /Stop .*:(?: --set listen\.\S+){4}\n/);
  await start(t, data).line(/^ready /); // the folder is free again
});

test("a data folder that a server uses is told as such, and killed -9 it gives the folder free", async (t) => {
  const data = folder(t);
  const first = start(t, data);
  await first.line(/^ready /);
  const { status, err } = await start(t, data).end();
  assert.equal(status, 1);
  assert.match(err, /in use by another process\n.*the data folder .*\n.*--set data=FOLDER/);
  first.signal("SIGKILL");
  assert.equal((await first.end()).status, "SIGKILL");
  await start(t, data).line(/^ready /);
});

test("a configuration with faults names them all and starts nothing", async (t) => {
  const { status, err } = await start(
    t,
    folder(t),
    "--set",
    "domian=x",
    "--set",
    "log.level=loud",
  ).end();
  assert.equal(status, 1);
  assert.match(err, /domian: no such key/);
  assert.match(err, /log\.level: /);
});

test("a pretty log is for eyes, and has no addresses in it either", async (t) => {
  const server = start(t, folder(t), "--set", "log.pretty=true");
  await server.line(/^ready /);
  server.signal("SIGTERM");
  const { err } = await server.end();
  assert.match(err, /^\d\d:\d\d:\d\d · started {2}domain=parlance\.test$/m);
  assert.match(err, /^\d\d:\d\d:\d\d · stopped$/m);
});
