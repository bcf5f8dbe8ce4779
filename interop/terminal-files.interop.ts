/** What two people do with large things: a file from a terminal through a line that breaks, and a long text for somebody who is away. */
import assert from "node:assert/strict";
import { createHash, randomFillSync } from "node:crypto";
import { createReadStream } from "node:fs";
import { open } from "node:fs/promises";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { after, before, suite, test } from "node:test";
import { fileURLToPath } from "node:url";
import { BreakingProxy } from "../tools/test/breaking-proxy.ts";
import { RunningCommand, runCommand } from "../tools/test/command.ts";
import { ServerProcess } from "../tools/test/server-process.ts";
import { ProgramFolder, TalkingProgram } from "./talking-program.ts";

const MAIN = fileURLToPath(new URL("../apps/parlance/src/main.ts", import.meta.url));
const DOMAIN = "im.example.com";
const NAMES = ["alice", "bob"];
const FILE_BYTES = 200 * 2 ** 20;
const FILE_MS = 240_000;
/** What the server says of itself, and where the proxy is. */
const PROXY_HOST = "127.0.0.4";

suite("large things, by command", () => {
  let server: ServerProcess;
  let proxy: BreakingProxy;
  const folder = new ProgramFolder("terminal-files");

  before(async () => {
    const users = NAMES.map((name) => ({ name, password: `${name}-secret` }));
    server = await ServerProcess.start({
      domain: DOMAIN,
      users,
      set: { "media.host": PROXY_HOST },
    });
    proxy = await BreakingProxy.start(PROXY_HOST, server.address("tcp", 1));
  });
  after(async () => {
    proxy.close();
    await server.stop();
    folder.remove();
  });

  test("200 MiB from a terminal arrive octet by octet, although a connection breaks on the way", async (t) => {
    const [from, inbox] = [join(folder.path, "big.bin"), join(folder.path, "inbox")];
    await writeRandom(from, FILE_BYTES);
    const bob = new RunningCommand(["receive", ...account("bob"), "--json", "--files", inbox]);
    t.after(() => bob.kill());
    await bob.line(/"type":"ready"/);
    const alice = terminal(["chat", ...account("alice"), "bob"]);
    t.after(() => alice.kill());
    await alice.hears(/You are alice[^]*\[\?2004h/); // from then on it takes each key
    const began = performance.now();
    proxy.breakAfter(FILE_BYTES / 3);
    alice.type(`/file ${from}\r`);
    await bob.line(/"event":"offer"/);
    const { path, sizeBytes, verified } = JSON.parse(await bob.line(/"event":"done"/, FILE_MS));
    t.diagnostic(`${((performance.now() - began) / 1_000).toFixed(1)} s`);
    assert.deepEqual([path, sizeBytes, verified], [join(inbox, "big.bin"), FILE_BYTES, true]);
    await alice.hears(/big\.bin \(210 MB,[^]*✓✓/);
    assert.match(alice.said, /\d+ %/);
    assert.match(alice.said, /MB\/s, \d:\d\d left/);
    assert.equal(proxy.willBreak, false);
    assert.equal(await hashOf(path), await hashOf(from));
    await alice.end(() => alice.type("/quit\r"));
    await bob.kill();
  });

  test("Ctrl-C gives up the file that is on its way, and without one leaves the chat", async (t) => {
    const path = join(folder.path, "given-up.bin");
    await writeRandom(path, 2 ** 20);
    const bob = terminal(["chat", ...account("bob"), "alice"]);
    t.after(() => bob.kill());
    await bob.hears(/You are bob[^]*\[\?2004h/);
    const alice = terminal(["chat", ...account("alice"), "bob"]);
    t.after(() => alice.kill());
    await alice.hears(/You are alice[^]*\[\?2004h/);
    alice.type(`/file ${path}\r`);
    await bob.hears(/\/accept 1 or \/decline 1/);
    alice.type("\u0003");
    await alice.hears(/✗ given up/);
    await bob.hears(/✗ withdrawn/);
    alice.type("still here\r");
    await bob.hears(/still here/);
    await alice.end(() => alice.type("\u0003"));
    await bob.end(() => bob.type("/quit\r"));
  });

  test("send --file draws its progress on a terminal, and prints what became of it alone", async (t) => {
    const path = join(folder.path, "drawn.bin");
    await writeRandom(path, 64 * 2 ** 20);
    const inbox = join(folder.path, "drawn");
    const bob = new RunningCommand(["receive", ...account("bob"), "--json", "--files", inbox]);
    t.after(() => bob.kill());
    await bob.line(/"type":"ready"/);
    const alice = terminal(["send", ...account("alice"), "--file", path, "bob"]);
    t.after(() => alice.kill());
    await alice.hears(/file drawn\.bin \(67\.1 MB, [^]*\d+ %[^]*MB\/s[^]*\[Kdelivered\r\n/);
    await bob.kill();
  });

  test("a long text for somebody who is away waits for him, whole", async () => {
    const text = "word by word ".repeat(150_000).trim();
    const sent = await runCommand(["send", ...account("alice"), "bob", "-"], { input: text });
    assert.deepEqual([sent.status, sent.out], [0, "deferred\n"]);
    const { out } = await runCommand(["receive", ...account("bob"), "--json", "--count", "1"]);
    const events = out
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    const message = events.find(({ type }) => type === "message");
    assert.equal(message?.from, `sip:alice@${DOMAIN}`);
    assert.equal(message?.text === text, true);
  });

  function account(name: string): readonly string[] {
    const { host, port } = server.address("tcp");
    const password = ["--password", `${name}-secret`];
    return ["--user", `sip:${name}@${DOMAIN}`, ...password, "--server", `tcp://${host}:${port}`];
  }
});

/** A command on a terminal of its own. */
function terminal(args: readonly string[]): TalkingProgram {
  const words = [process.execPath, "--conditions=parlance-source", MAIN, ...args];
  const command = `stty cols 150 rows 40; exec ${words.map((word) => `'${word}'`).join(" ")}`;
  // Where a robot looks nothing is drawn, so nobody may tell that it is one.
  const known = Object.entries(process.env).filter(([name]) => !/^(?:NODE_|CI|CONT)/.test(name));
  const env = { ...Object.fromEntries(known), TERM: "xterm-256color" };
  return new TalkingProgram("script", ["-qfec", command, "/dev/null"], { env });
}

async function writeRandom(path: string, bytes: number): Promise<void> {
  const file = await open(path, "w");
  const block = Buffer.alloc(2 ** 20);
  for (let left = bytes; left > 0; left -= block.length) {
    randomFillSync(block);
    await file.write(block);
  }
  await file.close();
}

async function hashOf(path: string): Promise<string> {
  const hash = createHash("sha256");
  await pipeline(createReadStream(path), hash);
  return hash.digest("hex");
}
