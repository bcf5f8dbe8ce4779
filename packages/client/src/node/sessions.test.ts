/** Sessions and files of the SDK on Node through the running server, over connections that break. RFC 4975, RFC 5547 */
import assert from "node:assert/strict";
import { createHash, randomFillSync } from "node:crypto";
import { createReadStream, openAsBlob, rmSync, writeSync } from "node:fs";
import { open } from "node:fs/promises";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { after, before, suite, type TestContext, test } from "node:test";
import { BreakingProxy } from "../../../../tools/test/breaking-proxy.ts";
import { within } from "../../../../tools/test/deadline.ts";
import { ownFolder } from "../../../../tools/test/own-folder.ts";
import { ServerProcess } from "../../../../tools/test/server-process.ts";
import type { IncomingFile } from "../index.ts";
import { connect, type ImClient, openStore } from "./index.ts";

const DOMAIN = "im.example.com";
const USERS = ["alice", "bob", "carol"].map((name) => ({ name, password: `${name}-secret` }));
const ANSWER_MS = 30_000;
const FILE_MS = 240_000;
const FILE_BYTES = 200 * 2 ** 20;
/** What the server says of itself, and where the proxy is. */
const PROXY_HOST = "127.0.0.2";

suite("through the running server", () => {
  let server: ServerProcess;
  let proxy: BreakingProxy;
  let folder: string;

  before(async () => {
    folder = ownFolder();
    // Two conversations of the same user, one right after the other, are more than people write.
    const set = {
      "media.host": PROXY_HOST,
      "limits.messageBurst": 1_000,
      "files.deferUpToBytes": 2 ** 20,
    };
    server = await ServerProcess.start({ users: USERS, set });
    proxy = await BreakingProxy.start(PROXY_HOST, server.address("tcp", 1));
  });
  after(async () => {
    proxy.close();
    await server.stop();
    rmSync(folder, { recursive: true });
  });

  for (const scheme of ["tcp", "ws"]) {
    test(`${scheme}: two hold a session, whose connections break while they talk`, async (t) => {
      const alice = await online(t, "alice", scheme);
      const bob = await online(t, "bob", "tcp");
      const shown: string[] = [];
      bob.on("message", (message) => {
        if (message.kind !== "text") return;
        shown.push(message.text);
        if (message.text === "20" || message.text === "40") proxy.break();
      });
      const chat = alice.conversation(bob.address);
      await within(ANSWER_MS, chat.open(), () => chat.session);
      const numbers = Array.from({ length: 60 }, (_, number) => String(number));
      const sent = numbers.map((number) => chat.send(number));
      const all = Promise.all(sent.map(({ delivered }) => delivered));
      await within(ANSWER_MS, all, () => sent.map(({ state }) => state).join());
      assert.deepEqual(shown, numbers);
      await alice.close();
      await bob.close();
    });
  }

  test("200 MiB from disk to disk survive connections that break in the middle", async (t) => {
    const [from, to] = [join(folder, "big.bin"), join(folder, "arrived.bin")];
    await writeRandom(from, FILE_BYTES);
    const alice = await online(t, "alice", "tcp");
    const bob = await online(t, "bob", "tcp");
    const offered = new Promise<IncomingFile>((resolve) => void bob.on("file", resolve));
    const blob = await openAsBlob(from);
    const began = performance.now();
    const sent = alice.conversation(bob.address).sendFile(blob, { name: "big.bin" });
    const file = await within(ANSWER_MS, offered, () => sent.state);
    assert.deepEqual([file.name, file.sizeBytes], ["big.bin", FILE_BYTES]);
    const breaking = breakAt(file, [0.25, 0.6]);
    const target = await open(to, "w");
    await within(
      FILE_MS,
      file.save((piece) => void writeSync(target.fd, piece)),
      () => file.state,
    );
    await within(ANSWER_MS, sent.delivered, () => sent.state);
    assert.equal(await breaking, 2);
    await target.close();
    t.diagnostic(`${((performance.now() - began) / 1000).toFixed(1)} s`);
    assert.equal(await hashOf(to), await hashOf(from));
  });

  test("a file for somebody who is away waits at the server, and has arrived when he has taken it, for the next program of its sender, too", async (t) => {
    const storeFile = join(folder, "alice.db");
    const content = randomFillSync(new Uint8Array(1_000_000));
    const first = await online(t, "alice", "tcp", storeFile);
    const sent = first
      .conversation(`sip:carol@${DOMAIN}`)
      .sendFile(content, { name: "later.bin", via: "session" });
    const kept = new Promise<void>((resolve) => {
      sent.on("state", (state) => state === "deferred" && resolve());
    });
    await within(ANSWER_MS, kept, () => sent.state);
    await first.close();
    const alice = await online(t, "alice", "tcp", storeFile);
    const carol = await online(t, "carol", "tcp");
    const offered = new Promise<IncomingFile>((resolve) => void carol.on("file", resolve));
    const file = await within(ANSWER_MS, offered, () => "not offered");
    const pieces: Uint8Array[] = [];
    await within(
      ANSWER_MS,
      file.save((piece) => void pieces.push(piece)),
      () => file.state,
    );
    assert.ok(Buffer.concat(pieces).equals(content));
    const states: string[] = [];
    const arrived = async (): Promise<void> => {
      for (;;) {
        for await (const page of alice.conversation(carol.address).history()) {
          for (const entry of page) {
            if (entry.direction === "sent file") states.push(entry.file.state);
          }
        }
        if (states.at(-1) === "delivered") return;
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    };
    await within(ANSWER_MS, arrived(), () => states.join());
    await alice.close();
    await carol.close();
  });

  async function breakAt(file: IncomingFile, shares: readonly number[]): Promise<number> {
    let broken = 0;
    for await (const { doneBytes } of file.progress) {
      const share = shares[broken];
      if (share === undefined || doneBytes < share * FILE_BYTES) continue;
      broken += 1;
      proxy.break();
    }
    return broken;
  }

  async function online(
    t: TestContext,
    name: string,
    scheme: string,
    storeFile?: string,
  ): Promise<ImClient> {
    const { host, port } = server.address("tcp");
    const url = scheme === "ws" ? server.webSocketUrl : `tcp://${host}:${port}`;
    const user = `sip:${name}@${DOMAIN}`;
    const client = await connect({
      user,
      password: `${name}-secret`,
      server: url,
      ...(storeFile === undefined ? {} : { store: await openStore(storeFile) }),
    });
    t.after(() => client.close());
    return client;
  }
});

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
