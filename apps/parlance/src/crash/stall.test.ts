/** A receiver that stops reading slows whoever sends to it, and nobody else; what was sent waits outside the server. RFC 4975 §5.4 */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { within } from "../../../../tools/test/deadline.ts";
import { type Party, RawSession, registerForSessions } from "../../../../tools/test/raw-session.ts";
import { residentPeak } from "../../../../tools/test/resident-memory.ts";
import { Victim } from "../../../../tools/test/victim.ts";
import { newId } from "../../../../tools/test/wire-frame.ts";

const MEBIBYTE = 1_048_576;
const CHUNK = 65_536;
const SIZE = 96 * MEBIBYTE;
const MOST_GROWTH = 32 * MEBIBYTE;
/** Texts by which the speed of the others is measured. */
const ROUND = 300;
/** On a machine that does other things. */
const SLOWER = 4;
const ALL_MS = 30_000;

for (const transport of ["TCP", "WS"] as const) {
  test(`a receiver over ${transport} that reads nothing: its sender waits, the server stays small, the others go on, and nothing is lost`, async (t) => {
    const victim = await Victim.start();
    t.after(() => victim.stop());
    const session = async (from: string, to: string): Promise<RawSession> => {
      const callee = await victim.user(to, from === "alice" ? transport : "TCP");
      await registerForSessions(callee);
      const made = await RawSession.open(await victim.user(from, "TCP"), callee);
      for (const party of [made.caller, made.callee]) await party.join();
      made.callee.listen();
      return made;
    };
    const file = await session("alice", "bob");
    const others = (await session("carol", "dan")).caller;
    await new Transfer(file, SIZE).end(); // what a server that has worked holds anyway
    const usualMs = await fastestRound(others);
    const before = residentPeak(victim.server.pid);

    const transfer = new Transfer(file, SIZE);
    file.callee.media.pause();
    for (let gone = -1; gone !== transfer.goneBytes; ) {
      gone = transfer.goneBytes;
      await round(others);
    }
    const stalledMs = await fastestRound(others);
    const { goneBytes } = transfer;
    const grown = residentPeak(victim.server.pid) - before;
    t.diagnostic(
      `stopped after ${goneBytes / MEBIBYTE} MiB, the server grew by ${grown / MEBIBYTE} MiB; ` +
        `${ROUND} texts of others took ${Math.round(stalledMs)} ms, usually ${Math.round(usualMs)}`,
    );
    assert.ok(goneBytes < SIZE, "the sender was not stopped");
    assert.ok(grown < MOST_GROWTH, `${grown} octets`);
    assert.ok(stalledMs < SLOWER * usualMs, `${stalledMs} ms, usually ${usualMs}`);

    file.callee.media.resume();
    await transfer.end();
    victim.assertCleanLog();
  });
}

/** One message, written as fast as its connection takes it, whatever is answered. */
class Transfer {
  /** Octets that the system has taken from us. */
  goneBytes = 0;
  readonly #session: RawSession;
  readonly #sizeBytes: number;
  readonly #said = createHash("sha256");
  readonly #heard = createHash("sha256");
  readonly #arrived = Promise.withResolvers<void>();
  readonly #written: Promise<void>;
  readonly #last = newId();

  constructor(session: RawSession, sizeBytes: number) {
    this.#session = session;
    this.#sizeBytes = sizeBytes;
    let heardBytes = 0;
    session.callee.media.respond = (frame) => {
      const { body = Buffer.alloc(0) } = frame;
      this.#heard.update(body);
      heardBytes += body.length;
      if (heardBytes === sizeBytes) this.#arrived.resolve();
      return session.callee.answer(frame, 200);
    };
    this.#written = this.#write();
  }

  /** All of it is there, as it was sent, and answered. */
  async end(): Promise<void> {
    const { media } = this.#session.caller;
    await within(ALL_MS, this.#written, () => `only ${this.goneBytes} octets have gone`);
    await within(ALL_MS, this.#arrived.promise, () => "it has not arrived");
    assert.equal(this.#heard.digest("hex"), this.#said.digest("hex"));
    assert.equal(await media.answerTo(this.#last), 200);
    const others = media.waiting.splice(0).map(({ status }) => status);
    assert.ok(others.every((status) => status === 200));
    assert.equal(others.length + 1, this.#sizeBytes / CHUNK);
  }

  async #write(): Promise<void> {
    const { caller } = this.#session;
    const messageId = newId();
    for (let at = 0; at < this.#sizeBytes; at += CHUNK) {
      const last = at + CHUNK === this.#sizeBytes;
      const body = Buffer.alloc(CHUNK, at / CHUNK);
      this.#said.update(body);
      const range = `Byte-Range: ${at + 1}-${at + CHUNK}/${this.#sizeBytes}`;
      const headers = [`Message-ID: ${messageId}`, range, "Content-Type: application/x-large"];
      const id = last ? this.#last : newId();
      caller.media.send(caller.frame({ headers, body, id, flag: last ? "$" : "+" }));
      await caller.media.left;
      this.goneBytes += CHUNK;
    }
  }
}

/** Of a few: the machine may be at other things. */
async function fastestRound(from: Party): Promise<number> {
  const times: number[] = [];
  while (times.length < 3) times.push(await round(from));
  return Math.min(...times);
}

/** How long so many texts take, each said when the one before was answered. */
async function round(from: Party): Promise<number> {
  const began = performance.now();
  for (let count = 0; count < ROUND; count += 1) assert.equal(await from.says("still here"), 200);
  return performance.now() - began;
}
