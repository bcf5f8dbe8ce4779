/** The server at the far end of a leg: what it sends to a device that is played by hand. RFC 4975 §5.1, §5.4, §7.1.1 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { parseByteRange, streamSource } from "@parlance/msrp";
import type { MediaEndUser, SentOutcome } from "../ports/index.ts";
import { HandClock } from "../testing/clock.ts";
import { Device } from "../testing/msrp-pipe.ts";
import { sameOctets } from "../testing/octets.ts";
import { CountedMetrics, countingRandom, silentLog } from "../testing/ports.ts";
import { SWITCH_LIMITS } from "./limits.ts";
import { Switch } from "./switch.ts";

const BIG = Uint8Array.from({ length: 100_000 }, (_, index) => (index * 7) % 251);

function ended() {
  const clock = new HandClock();
  const failures: string[] = [];
  const hub = new Switch(SWITCH_LIMITS, {
    dialer: { dial: () => () => {} },
    clock,
    random: countingRandom(),
    log: silentLog,
    metrics: new CountedMetrics(),
    security: { report: () => {} },
  });
  hub.places.listens({ secure: false, host: "192.0.2.1", port: 2855, transport: "tcp" });
  const user: MediaEndUser = { failed: (reason) => void failures.push(reason) };
  const towards = { key: "a", transport: "TCP", local: undefined, tagged: true } as const;
  const rules = { admits: () => false, maxBytes: 0, mayBegin: () => false };
  const end = hub.end(towards, rules, user) ?? assert.fail();
  const bob = new Device("bob").connect(hub.taken.bind(hub));
  end.leg.agree({ path: bob.path, fingerprints: [], dial: undefined });
  const greet = (): void => bob.greet(end.leg.uri);
  return { clock, hub, end, bob, greet, failures };
}

/** What was promised is told in turns of the loop that take no time. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 50; turn += 1) await Promise.resolve();
}

/** In the pieces in which a disk gives it. */
async function* pieces(bytes: Uint8Array): AsyncIterable<Uint8Array> {
  for (let at = 0; at < bytes.length; at += 10_000) yield bytes.slice(at, at + 10_000);
}

test("a large message goes in chunks that may be interrupted, once the device has come", async () => {
  const { end, bob, greet } = ended();
  const outcome = end.send({
    contentType: "application/octet-stream",
    content: streamSource(pieces(BIG), BIG.length),
  });
  await settled();
  assert.equal(bob.requests.length, 0);
  greet();
  assert.deepEqual(await outcome, { kind: "sent" });
  const chunks = bob.requests.filter(({ body }) => body !== undefined);
  const id = chunks[0]?.messageId ?? assert.fail();
  sameOctets(bob.octetsOf(id), BIG);
  for (const { byteRange = "", body } of chunks) {
    const range = parseByteRange(byteRange);
    assert.ok(range.ok);
    assert.equal(range.value.total, BIG.length);
    // RFC 4975 §7.1.1: a chunk above 2,048 octets may be interrupted, and says so.
    if ((body?.length ?? 0) > 2_048) assert.equal(range.value.end, undefined);
  }
});

test("a device that is lost in the middle gets the rest when it is back", async () => {
  const { end, bob, greet, hub } = ended();
  greet();
  bob.answer = undefined;
  const content = streamSource(pieces(BIG), BIG.length);
  const outcome = end.send({ contentType: "application/octet-stream", content });
  await settled();
  const [first, second] = bob.requests.filter(({ body }) => body !== undefined);
  assert.ok(first !== undefined && second !== undefined);
  bob.reply(first, 200);
  await settled();
  bob.end.cut();
  const before = bob.requests.length;
  bob.answer = 200;
  bob.connect(hub.taken.bind(hub));
  bob.greet(end.leg.uri);
  assert.deepEqual(await outcome, { kind: "sent" });
  const again = bob.requests.slice(before);
  assert.equal(again[0]?.messageId, first.messageId);
  assert.equal(again[0]?.byteRange, second.byteRange);
  const rest = new Uint8Array(again.flatMap(({ body }) => [...(body ?? [])]));
  sameOctets(rest, BIG.subarray(first.body?.length));
});

test("whoever refuses, never answers or never comes is told apart", async () => {
  const hello = { contentType: "text/plain", content: new TextEncoder().encode("hello") };
  const refused = ended();
  refused.greet();
  refused.bob.answer = 415;
  assert.deepEqual(await refused.end.send(hello), { kind: "failed", status: 415 });

  const silent = ended();
  silent.greet();
  silent.bob.answer = undefined;
  const unanswered = silent.end.send(hello);
  await silent.clock.pass(31_000);
  assert.deepEqual(await unanswered, { kind: "failed", status: 408 });

  const absent = ended();
  const never = absent.end.send(hello);
  await absent.clock.pass(32_000);
  assert.deepEqual(await never, { kind: "failed", status: 408 });
  assert.deepEqual(absent.failures, ["no connection"]);

  const closed = ended();
  const cut: Promise<SentOutcome> = closed.end.send(hello);
  closed.end.close();
  assert.deepEqual(await cut, { kind: "failed", status: 481 });
  assert.deepEqual(await closed.end.send(hello), { kind: "failed", status: 481 });
});

test("what cannot be read is no answer of the device", async () => {
  const { end, greet } = ended();
  greet();
  const content = streamSource(broken(), 10);
  await assert.rejects(end.send({ contentType: "text/plain", content }));
});

async function* broken(): AsyncIterable<Uint8Array> {
  yield new Uint8Array(5);
  throw new Error("the disk is gone");
}
