/**
 * A file of a gibibyte through a session that the server anchors, as far as it comes in the given time: it arrives whole and in
 * order, and a server that has worked is no larger for it.
 *
 *   node --conditions=parlance-source fuzz/session-file.ts [--mebibytes 1024] [--seconds 20]
 */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { parseArgs } from "node:util";
import { RawSession, registerForSessions } from "../tools/test/raw-session.ts";
import { residentNow, residentPeak } from "../tools/test/resident-memory.ts";
import { Victim } from "../tools/test/victim.ts";
import { newId } from "../tools/test/wire-frame.ts";

const { values } = parseArgs({
  options: {
    mebibytes: { type: "string", default: "1024" },
    seconds: { type: "string", default: "20" },
  },
});
const MEBIBYTE = 1_048_576;
const CHUNK = 65_536;
/** Chunks that have not been answered. */
const WINDOW = 32;
const WARM_UP = 256 * MEBIBYTE;
const MOST_GROWTH = 32 * MEBIBYTE;

const victim = await Victim.start();
await victim.assertWell();
const [alice, bob] = [await victim.user("alice", "TCP"), await victim.user("bob", "TCP")];
await registerForSessions(bob);
const session = await RawSession.open(alice, bob);
const { caller, callee } = session;
await caller.join();
await callee.join();

const fresh = residentNow(victim.server.pid);
await transfer(WARM_UP, Number.POSITIVE_INFINITY); // what a server that has worked holds anyway
const before = residentPeak(victim.server.pid);
const began = performance.now();
const sent = await transfer(
  Number(values.mebibytes) * MEBIBYTE,
  began + Number(values.seconds) * 1_000,
);
const seconds = (performance.now() - began) / 1_000;
const grown = residentPeak(victim.server.pid) - before;
const shown = `${Math.round(sent / MEBIBYTE)} MiB in ${seconds.toFixed(1)} s`;
const warm = before - fresh;
process.stdout.write(
  `${shown}, the server grew by ${inMebibytes(grown)}, and by ${inMebibytes(warm)} for the first 256\n`,
);
assert.ok(grown < MOST_GROWTH, `${grown} octets`);
victim.assertCleanLog();
await session.end();
await victim.stop();

function inMebibytes(bytes: number): string {
  return `${(bytes / MEBIBYTE).toFixed(1)} MiB`;
}

/** One message, until it is sent or the time is over; how much of it that was. */
async function transfer(total: number, until: number): Promise<number> {
  const messageId = newId();
  const [said, heard] = [createHash("sha256"), createHash("sha256")];
  let arrived = 0;
  callee.media.respond = (frame) => {
    const [, start] = /^(\d+)-/.exec(frame.header("Byte-Range") ?? "") ?? [];
    assert.equal(Number(start), arrived + 1);
    arrived += frame.body?.length ?? 0;
    heard.update(frame.body ?? "");
    return callee.answer(frame, 200);
  };
  const waiting: Promise<number>[] = [];
  let at = 0;
  while (at < total && performance.now() < until) {
    const chunk = Buffer.alloc(Math.min(CHUNK, total - at), at / CHUNK);
    said.update(chunk);
    const range = `Byte-Range: ${at + 1}-${at + chunk.length}/${total}`;
    at += chunk.length;
    const headers = [`Message-ID: ${messageId}`, range, "Content-Type: application/x-large"];
    waiting.push(caller.send(headers, chunk, at === total ? "$" : "+"));
    if (waiting.length >= WINDOW) assert.equal(await waiting.shift(), 200);
  }
  for (const answer of waiting) assert.equal(await answer, 200);
  assert.equal(arrived, at);
  assert.equal(heard.digest("hex"), said.digest("hex"));
  return at;
}
