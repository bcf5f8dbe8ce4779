/** Streams of many messages against the running server: however they are cut, the same answers come. RFC 3261 §18.3 */
import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { type CorpusEntry, corpusFor } from "../../../../tools/test/corpora.ts";
import { within } from "../../../../tools/test/deadline.ts";
import { connectPeer, type Peer } from "../../../../tools/test/peers.ts";
import { Victim } from "../../../../tools/test/victim.ts";

const SEEDS = 100;
const LONGEST_PIECE = 1_500;
const END_MS = 10_000;

test("a connection that stops in the middle of a header is closed, and meanwhile others are served", async (t) => {
  const victim = await Victim.start();
  t.after(() => victim.stop());
  const peer = await connectPeer(victim.server, "TCP");
  peer.send("OPTIONS sip:im.example.com SIP/2.0\r\nVia: SIP/2.0/TCP 127.0.0.1");
  await victim.assertWell();
  await within(4 * END_MS, peer.ended, () => "the connection is still open");
  assert.deepEqual(peer.waiting, []);
  await victim.assertWell();
});

test("framing-streams over TCP: whole, octet by octet and in a hundred random cuts", async (t) => {
  for (const { file, text } of streamsFor(t)) {
    const victim = await Victim.start({ domain: "example.com" });
    t.after(() => victim.stop());
    const whole = await answersTo(victim, "TCP", [text]);
    assert.ok(whole.length > 30, `${file}: ${whole.length} answers`);
    assert.deepEqual(
      await answersTo(victim, "TCP", text.split("")),
      whole,
      `${file}, octet by octet`,
    );
    for (let seed = 1; seed <= SEEDS; seed += 1) {
      const answers = await answersTo(victim, "TCP", randomPieces(text, seed));
      assert.deepEqual(answers, whole, `${file}, seed ${seed}`);
    }
    victim.assertCleanLog();
  }
});

test("framing-streams over WebSocket: a message a frame gets the answers of the stream", async (t) => {
  for (const { file, text, frames } of streamsFor(t)) {
    const victim = await Victim.start({ domain: "example.com" });
    t.after(() => victim.stop());
    const whole = await answersTo(victim, "TCP", [text]);
    assert.deepEqual(await answersTo(victim, "WS", frames), whole, file);
  }
});

interface Stream {
  readonly file: string;
  readonly text: string;
  readonly frames: readonly string[];
}

function streamsFor(t: TestContext): readonly Stream[] {
  return corpusFor(t, "framing-streams")
    .filter(({ facts }) => facts["protocol"] === "sip")
    .map(streamOf);
}

function streamOf({ file, bytes, facts }: CorpusEntry): Stream {
  const { frames } = facts as { readonly frames: readonly { offset: number; length: number }[] }; // as its README says
  const text = Buffer.from(bytes).toString("latin1");
  const cut = frames.map(({ offset, length }) => text.slice(offset, offset + length));
  return { file, text, frames: cut };
}

/** What came back for the pieces, by an OPTIONS at their end that is answered last. */
async function answersTo(
  victim: Victim,
  transport: "TCP" | "WS",
  pieces: readonly string[],
): Promise<readonly string[]> {
  const peer = await connectPeer(victim.server, transport);
  for (const piece of pieces) {
    peer.send(piece);
    await new Promise(setImmediate); // so that the system has a chance to send it alone
  }
  await answerToLast(victim, peer);
  const answers = peer.waiting.map(({ status, callId, header }) =>
    [status, callId, header("CSeq")].join(" "),
  );
  peer.close();
  return answers.toSorted();
}

function answerToLast(victim: Victim, peer: Peer): Promise<unknown> {
  const last = victim.userOn(peer, "alice");
  return last.ask({ method: "OPTIONS", uri: `sip:${victim.domain}` }, END_MS);
}

function randomPieces(text: string, seed: number): readonly string[] {
  const pieces: string[] = [];
  let state = seed;
  for (let at = 0; at < text.length; ) {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    const length = 1 + ((state >>> 8) % LONGEST_PIECE);
    pieces.push(text.slice(at, at + length));
    at += length;
  }
  return pieces;
}
