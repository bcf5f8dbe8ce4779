/** The server is killed in the middle of a file and of a large message: both arrive whole, once, or their sender knows. Real processes. */
import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { RunningCommand, type RunOptions } from "../../../../tools/test/command.ts";
import { grown } from "../../../../tools/test/grown-folder.ts";
import { ownFolder } from "../../../../tools/test/own-folder.ts";
import { ServerProcess } from "../../../../tools/test/server-process.ts";

const DOMAIN = "im.example.com";
const FILE = 36_000_000;
/** Below what a server keeps for somebody who is away. */
const TEXT = 9_000_000;

test("a file in a session: killed twice on the way, it arrives whole, once, and the sender hears it", async (t) => {
  const trial = new Trial(t);
  await trial.start();
  const content = randomBytes(FILE);
  const path = join(trial.folder, "large.bin");
  writeFileSync(path, content);
  const inbox = join(trial.folder, "inbox");
  mkdirSync(inbox);
  const bob = trial.command("receive", "bob", {}, "--json", "--files", inbox);
  await bob.line(/"type":"ready"/);
  const alice = trial.command("send", "alice", {}, "--json", "--file", path, "bob");
  for (const share of [0.2, 0.6]) {
    await grown(inbox, share * FILE);
    await trial.restart();
  }
  const { status, out } = await alice.end();
  assert.equal(status, 0, out);
  assert.equal(JSON.parse(out).state, "delivered");
  const done = JSON.parse(await bob.line(/"event":"done"/));
  assert.equal(done.verified, true);
  assert.deepEqual(readdirSync(inbox), ["large.bin"]);
  assert.equal(sha256(readFileSync(join(inbox, "large.bin"))), sha256(content));
  bob.signal("SIGINT");
  const events = (await bob.end()).out.split("\n").filter((line) => line.includes('"done"'));
  assert.equal(events.length, 1);
});

test("a large message for somebody who is away: killed on the way and when it was taken, it waits whole, once", async (t) => {
  const trial = new Trial(t);
  await trial.start();
  const text = randomBytes(TEXT / 2).toString("hex");
  const stored = join(trial.folder, "data", "deferred");
  const sending = ["--json", "--timeout", "60", "bob", "-"];
  const alice = trial.command("send", "alice", { input: text }, ...sending);
  await grown(stored, TEXT / 3);
  await trial.restart();
  const { status, out } = await alice.end();
  assert.equal(status, 0, out);
  assert.equal(JSON.parse(out).state, "deferred");
  await trial.restart();
  const bob = trial.command("receive", "bob", {}, "--json");
  const message = JSON.parse(await bob.line(/"type":"message"/));
  assert.equal(sha256(Buffer.from(message.text)), sha256(Buffer.from(text)));
  bob.signal("SIGINT");
  const ended = await bob.end();
  assert.equal(ended.out.split("\n").filter((line) => line.includes('"type":"message"')).length, 1);
  assert.deepEqual(readdirSync(stored), []);
});

test("a file for somebody who is away: killed while it is taken, when it was, and while it is brought, it arrives whole, once", async (t) => {
  const trial = new Trial(t);
  await trial.start();
  const content = randomBytes(FILE);
  const path = join(trial.folder, "kept.bin");
  writeFileSync(path, content);
  const stored = join(trial.folder, "data", "deferred");
  const sending = ["--json", "--via", "session", "--wait", "accepted", "--file", path, "bob"];
  const alice = trial.command("send", "alice", {}, ...sending);
  for (const share of [0.2, 0.6]) {
    await grown(stored, share * FILE);
    await trial.restart();
  }
  const { status, out } = await alice.end();
  assert.equal(status, 0, out);
  assert.equal(JSON.parse(out).state, "deferred");
  await trial.restart();
  assert.equal(readdirSync(stored).length, 1); // nothing is left of what was cut
  const inbox = join(trial.folder, "inbox");
  mkdirSync(inbox);
  const bob = trial.command("receive", "bob", {}, "--json", "--files", inbox);
  await grown(inbox, 0.3 * FILE);
  await trial.restart();
  const done = JSON.parse(await bob.line(/"event":"done"/));
  assert.equal(done.verified, true);
  assert.equal(sha256(readFileSync(join(inbox, "kept.bin"))), sha256(content));
  await gone(stored);
  bob.signal("SIGINT");
  const events = (await bob.end()).out.split("\n").filter((line) => line.includes('"done"'));
  assert.equal(events.length, 1);
  assert.deepEqual(readdirSync(inbox), ["kept.bin"]);
});

/** The server hears that it was taken when its device says so, and forgets it then. */
async function gone(folder: string): Promise<void> {
  for (let look = 0; look < 200 && readdirSync(folder).length > 0; look += 1) await wait(50);
  assert.deepEqual(readdirSync(folder), []);
}

/** A server that comes back where it was, and clients of it. */
class Trial {
  readonly folder = ownFolder("kill");
  readonly #t: TestContext;
  #server: ServerProcess | undefined;
  #ports: Readonly<Record<string, unknown>> = { "listen.sip": ["tcp://127.0.0.1:0"] };

  constructor(t: TestContext) {
    this.#t = t;
    t.after(async () => {
      if (this.#server?.alive === true) await this.#server.kill();
      rmSync(this.folder, { recursive: true, force: true });
    });
  }

  get server(): ServerProcess {
    assert.ok(this.#server !== undefined);
    return this.#server;
  }

  async start(): Promise<void> {
    const data = join(this.folder, "data");
    mkdirSync(data, { recursive: true });
    this.#server = await ServerProcess.start({
      data,
      keepData: true,
      domain: DOMAIN,
      users: ["alice", "bob"].map((name) => ({ name, password: name })),
      set: {
        ...this.#ports,
        "files.deferUpToBytes": 2 * FILE,
        "limits.deferredBytesPerUser": 2 * FILE,
        "limits.registersPerSecond": 100,
        "limits.registerBurst": 1_000,
      },
    });
    const [sip, msrp] = [this.#server.address("tcp"), this.#server.address("tcp", 1)];
    this.#ports = {
      "listen.sip": [`tcp://127.0.0.1:${sip.port}`],
      "listen.msrp": [`tcp://127.0.0.1:${msrp.port}`],
    };
  }

  async restart(): Promise<void> {
    await this.server.kill();
    await this.start();
  }

  command(
    name: string,
    user: string,
    options: RunOptions,
    ...words: readonly string[]
  ): RunningCommand {
    const { host, port } = this.server.address("tcp");
    const account = ["--user", `sip:${user}@${DOMAIN}`, "--password", user];
    const at = ["--server", `tcp://${host}:${port}`];
    const command = new RunningCommand([name, ...account, ...at, ...words], options);
    this.#t.after(() => command.kill());
    return command;
  }
}

function sha256(content: Uint8Array): string {
  return createHash("sha256").update(content).digest("hex");
}
