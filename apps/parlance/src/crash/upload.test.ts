/** An upload survives kill -9 of the server as often as it comes, and a finished one is never lost: real processes and files. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { ServerProcess } from "../../../../tools/test/server-process.ts";
import { viewIn, WebUser } from "../../../../tools/test/web-user.ts";

const LIVES = 8;
const SIZE = 80 * 1_048_576;
const PIECE = 65_536;
/** A line of some ten megabytes a second: on a quicker one the server has little time for checkpoints. */
const PIECE_MS = 5;
const MOST_BEFORE_KILL = 16 * 1_048_576;
const SMALL = "finished before the kill ";

test("an upload goes on after every kill, and every file that was answered 201 is whole", async (t) => {
  const trial = new Trial(t);
  const content = pseudoRandom(SIZE);
  let server = await trial.start();
  const begun = await (await trial.user(server)).ask("/files", {
    method: "POST",
    headers: { "upload-complete": "?0", "upload-length": String(SIZE) },
  });
  assert.equal(begun.status, 201);
  const { upload, url } = await viewIn(begun);
  const finished: { readonly url: string; readonly text: string }[] = [];
  let resumedAt = 0;
  let lives = 0;
  for (; lives < LIVES; lives += 1) {
    const user = await trial.user(server);
    const offset = await offsetOf(user, upload);
    assert.ok(offset >= resumedAt, `${offset} after ${resumedAt}`);
    resumedAt = offset;
    const text = `${SMALL}${lives}`;
    const small = await user.ask("/files", { method: "POST", body: text });
    assert.equal(small.status, 201);
    finished.push({ url: (await viewIn(small)).url, text });
    if (SIZE - offset < MOST_BEFORE_KILL) break;
    await killWhileSending(
      server,
      user,
      { upload, offset, content },
      trial.below(MOST_BEFORE_KILL),
    );
    server = await trial.start();
  }
  t.diagnostic(`${lives} kills, resumed last at ${resumedAt} of ${SIZE}`);
  assert.ok(resumedAt > 0, "no checkpoint was reached");
  const user = await trial.user(server);
  const offset = await offsetOf(user, upload);
  const last = await user.ask(upload, {
    method: "PATCH",
    headers: { ...PARTIAL, "upload-offset": String(offset), "upload-complete": "?1" },
    body: content.subarray(offset),
  });
  assert.equal(last.status, 201);
  await server.kill();
  server = await trial.start();
  const reader = await trial.user(server);
  assert.equal(sha256(await bytesOf(reader, url)), sha256(content));
  for (const { url: each, text } of finished) {
    assert.equal(new TextDecoder().decode(await bytesOf(reader, each)), text);
  }
  assert.equal(readdirSync(join(server.data, "files")).length, finished.length + 1);
});

const PARTIAL = { "content-type": "application/partial-upload" };

class Trial {
  #data: string | undefined;
  #server: ServerProcess | undefined;
  #state = 20_261_127;

  constructor(t: TestContext) {
    t.after(async () => {
      if (this.#server?.alive === true) await this.#server.kill();
      if (this.#data !== undefined) rmSync(this.#data, { recursive: true, force: true });
    });
  }

  async start(): Promise<ServerProcess> {
    this.#server = await ServerProcess.start({
      users: [{ name: "alice", password: "pw" }],
      keepData: true,
      ...(this.#data === undefined ? {} : { data: this.#data }),
    });
    this.#data = this.#server.data;
    return this.#server;
  }

  async user(server: ServerProcess): Promise<WebUser> {
    return new WebUser(server.httpUrl, "alice", "pw");
  }

  /** xorshift32: the same kills for the same seed. */
  below(bound: number): number {
    this.#state ^= this.#state << 13;
    this.#state ^= this.#state >>> 17;
    this.#state ^= this.#state << 5;
    return (this.#state >>> 0) % bound;
  }
}

/** Sends what is missing, and kills the server when so many octets of it have been taken. */
async function killWhileSending(
  server: ServerProcess,
  user: WebUser,
  of: { readonly upload: string; readonly offset: number; readonly content: Uint8Array },
  after: number,
): Promise<void> {
  let sent = 0;
  let killed: Promise<void> | undefined;
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      await wait(PIECE_MS);
      const at = of.offset + sent;
      controller.enqueue(of.content.subarray(at, at + PIECE));
      sent += PIECE;
      if (sent >= after) killed ??= server.kill();
      if (of.offset + sent >= of.content.length) controller.close();
    },
  });
  const headers = {
    ...PARTIAL,
    "upload-offset": String(of.offset),
    "upload-complete": "?1",
  };
  const init = { method: "PATCH", headers, body, duplex: "half" } as const;
  await assert.rejects(user.ask(of.upload, init));
  await killed;
}

async function offsetOf(user: WebUser, upload: string): Promise<number> {
  const head = await user.ask(upload, { method: "HEAD" });
  assert.equal(head.status, 204);
  assert.equal(head.headers.get("upload-complete"), "?0");
  return Number(head.headers.get("upload-offset"));
}

async function bytesOf(user: WebUser, url: string): Promise<Uint8Array> {
  const response = await fetch(user.url(url));
  assert.equal(response.status, 200);
  return new Uint8Array(await response.arrayBuffer());
}

function pseudoRandom(length: number): Uint8Array {
  const words = new Uint32Array(length / 4);
  let state = 1;
  for (let at = 0; at < words.length; at += 1) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    words[at] = state;
  }
  return new Uint8Array(words.buffer);
}

function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}
