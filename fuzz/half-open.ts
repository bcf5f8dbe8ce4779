/**
 * Peers that are gone without a word, and one that stops reading for good: whoever is left notices within bounds, a file goes
 * on, a text arrives, and what cannot arrive is told to its sender. Takes a minute and a half: the bounds are real time.
 *
 *   node --conditions=parlance-source fuzz/half-open.ts
 */
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { BreakingProxy } from "../tools/test/breaking-proxy.ts";
import { RunningCommand } from "../tools/test/command.ts";
import { grown } from "../tools/test/grown-folder.ts";
import { ownFolder } from "../tools/test/own-folder.ts";
import { RawSession, registerForSessions } from "../tools/test/raw-session.ts";
import { ServerProcess } from "../tools/test/server-process.ts";
import { Victim } from "../tools/test/victim.ts";
import { newId } from "../tools/test/wire-frame.ts";

const DOMAIN = "im.example.com";
const FILE = 40_000_000;
const PROXY_HOST = "127.0.0.3";
const CHUNK = 65_536;
/** More than every buffer on the way holds. */
const CHUNKS = 1_024;
/** For a request to be answered, twice over, and for a busy machine. */
const NOTICED_MS = 90_000;

const began = performance.now();
const said = (what: string) =>
  process.stdout.write(`${((performance.now() - began) / 1_000).toFixed(1)} s: ${what}\n`);

await Promise.all([vanishing(), stalling()]);
process.exit(0);

/** The devices keep their SIP; only the connections of their sessions are gone. */
async function vanishing(): Promise<void> {
  const folder = ownFolder("vanish");
  const names = ["alice", "bob", "carol", "dan"];
  const server = await ServerProcess.start({
    domain: DOMAIN,
    users: names.map((name) => ({ name, password: name })),
    set: { "media.host": PROXY_HOST },
  });
  const proxy = await BreakingProxy.start(PROXY_HOST, server.address("tcp", 1));
  const { host, port } = server.address("tcp");
  const command = (name: string, user: string, ...words: readonly string[]): RunningCommand => {
    const account = ["--user", `sip:${user}@${DOMAIN}`, "--password", user];
    return new RunningCommand([name, ...account, "--server", `tcp://${host}:${port}`, ...words]);
  };
  const inbox = join(folder, "inbox");
  mkdirSync(inbox);
  const path = join(folder, "large.bin");
  const content = randomBytes(FILE);
  writeFileSync(path, content);

  const carol = command("chat", "carol", "dan");
  const dan = command("chat", "dan", "carol");
  await dan.line(/^You are /);
  await carol.line(/^You are /);
  // Until they have a session: that two talk shows by and by.
  for (let count = 1; proxy.connections < 2; count += 1) {
    assert.ok(count < 50, "no session");
    for (const [from, to] of [
      [carol, dan],
      [dan, carol],
    ] as const) {
      from.write(`text ${count}`);
      await to.line(new RegExp(`: text ${count}$`));
    }
  }
  const bob = command("receive", "bob", "--json", "--files", inbox);
  await bob.line(/"type":"ready"/);
  const alice = command("send", "alice", "--json", "--file", path, "bob");
  await grown(inbox, FILE / 3);
  assert.ok(proxy.connections >= 4, `${proxy.connections} connections`);
  proxy.vanish();
  said("the connections have vanished");
  carol.write("into the void");
  await dan.line(/into the void/, NOTICED_MS);
  said("a text has arrived all the same");
  const { status, out } = await alice.end(NOTICED_MS);
  said(`the file was sent: ${out.trim()}`);
  assert.equal(status, 0, out);
  await bob.line(/"event":"done"/);
  assert.deepEqual(readdirSync(inbox), ["large.bin"]);
  assert.ok(readFileSync(join(inbox, "large.bin")).equals(content));
  assert.equal(dan.out.split("\n").filter((line) => line.includes("into the void")).length, 1);
  for (const one of [alice, bob, carol, dan]) await one.kill();
  proxy.close();
  await server.kill();
  rmSync(folder, { recursive: true });
}

/** Bob never reads again; he is cut off, and alice hears that what she sent has not arrived. */
async function stalling(): Promise<void> {
  const victim = await Victim.start();
  const [alice, bob] = [await victim.user("alice", "TCP"), await victim.user("bob", "TCP")];
  for (const user of [alice, bob]) await registerForSessions(user);
  const session = await RawSession.open(alice, bob);
  const { caller, callee } = session;
  for (const party of [caller, callee]) await party.join();
  callee.media.pause();
  const messageId = newId();
  const first = newId();
  void writeAll();
  const status = await caller.media.answerTo(first, NOTICED_MS);
  said(`the sender to one who reads nothing hears ${status}`);
  assert.equal(status, 408);
  await session.bye("caller", NOTICED_MS);
  said("and that the session has ended");
  callee.media.close();
  victim.assertCleanLog();
  await victim.stop();

  async function writeAll(): Promise<void> {
    for (let chunk = 0; chunk < CHUNKS && caller.media.open; chunk += 1) {
      const at = chunk * CHUNK;
      const range = `Byte-Range: ${at + 1}-${at + CHUNK}/${CHUNKS * CHUNK}`;
      const headers = [`Message-ID: ${messageId}`, range, "Content-Type: application/x-large"];
      const id = chunk === 0 ? first : newId();
      caller.media.send(caller.frame({ headers, body: Buffer.alloc(CHUNK), id, flag: "+" }));
      await caller.media.left;
    }
  }
}
