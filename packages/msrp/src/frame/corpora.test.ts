/** Every MSRP corpus: verdicts, facts, and the same frames whole, octet by octet and cut at every place. RFC 4975 §9 */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { utf8Bytes, utf8TextLossy } from "@parlance/wire";
import {
  type Collected,
  collectFrames,
  octetByOctet,
  randomPieces,
} from "../../../../tools/test/collect-frames.ts";
import { corpusFor } from "../../../../tools/test/corpora.ts";
import { type FrameLimits, frameLimits, parseMsrp, parsePath } from "./index.ts";

const SPLIT_LIMIT = 1000;
/** So small that the bodies of most corpus files are streamed. */
const SMALL: FrameLimits = { ...frameLimits, wholeFrameBytes: 200 };

test("msrp-rfc-examples: each frame gets its verdict and is read as printed", (t) => {
  for (const { file, bytes, verdict, facts } of corpusFor(t, "msrp-rfc-examples")) {
    const found = collectFrames([bytes]);
    if (verdict === "reject") {
      assert.notEqual(found[0]?.kind, "frame", file);
      continue;
    }
    const parsed = parseMsrp(bytes);
    assert.ok(parsed.ok, file);
    const frame = parsed.value;
    const known = new Map<string, unknown>(Object.entries(recordOf(facts["parsed"])));
    assert.equal(frame.transactionId, known.get("transactionId"), file);
    assert.equal(frame.flag, FLAGS.get(known.get("flag")), file);
    assert.equal(frame.body?.length ?? null, known.get("bodyBytes"), file);
    assert.deepEqual(pathTexts(frame.toPath), known.get("To-Path"), file);
    assert.deepEqual(pathTexts(frame.fromPath), known.get("From-Path"), file);
    if (frame.kind === "request") assert.equal(frame.method, known.get("method"), file);
    else {
      assert.equal(frame.status, known.get("status"), file);
      assert.equal(frame.comment, known.get("comment") ?? "", file);
    }
    for (const [name, value] of known) {
      if (/^[A-Z]/.test(name) && typeof value === "string") {
        assert.equal(frame.header(name), value, `${file}: ${name}`);
      }
    }
  }
});

const FLAGS = new Map<unknown, string>([
  ["complete", "$"],
  ["more", "+"],
  ["abort", "#"],
]);

test("msrp-bad: framing ends where it has to, and what is malformed breaks the stream", (t) => {
  for (const { file, bytes, facts } of corpusFor(t, "msrp-bad")) {
    const found = collectFrames([filled(bytes)]);
    const last = found.at(-1);
    const outcome = last === undefined ? "wait" : last.kind;
    const expected = Array.isArray(facts["expect"]) ? facts["expect"] : [];
    const answered = last?.kind === "broken" && last.answer !== undefined;
    if (facts["klass"] === "framing" && facts["verdict"] === "reject") {
      assert.notEqual(outcome, "frame", file);
    }
    if (facts["verdict"] === "accept") assert.equal(outcome, "frame", file);
    if (outcome === "wait") assert.ok(expected.includes("wait"), file);
    // Closing is right wherever it may happen, and so is 400 before it, where it can be addressed.
    if (outcome === "broken") {
      const fine = expected.includes("close") || (answered && expected.includes(400));
      assert.ok(fine, `${file}: ${JSON.stringify(last)}`);
    }
  }
});

test("framing-streams: the same frames whole, octet by octet, in a hundred random cuts, and alone", (t) => {
  for (const { file, bytes, facts } of corpusFor(t, "framing-streams")) {
    if (facts["protocol"] !== "msrp") continue;
    const frames = Array.isArray(facts["frames"]) ? facts["frames"].map(recordOf) : [];
    const check = (pieces: readonly Uint8Array[], how: string) => {
      const found = collectFrames(pieces);
      assert.equal(found.length, frames.length, `${file}: ${how}`);
      for (const [index, one] of found.entries()) {
        const expected = frames[index] ?? {};
        const offset = Number(expected["offset"]);
        assert.ok(one.kind === "frame", `${file}: ${how}, ${index}`);
        const piece = bytes.subarray(offset, offset + Number(expected["length"]));
        assert.ok(Buffer.from(one.bytes).equals(piece), `${file}: ${how}, ${index}`);
        assert.equal(one.start, expected["start"]);
        if (expected["bodySha256"] === undefined) continue;
        const hash = createHash("sha256")
          .update(one.body ?? "")
          .digest("hex");
        assert.equal(hash, expected["bodySha256"], `${file}: ${how}, body of ${index}`);
      }
    };
    check([bytes], "whole");
    check(octetByOctet(bytes), "octet by octet");
    for (let seed = 1; seed <= 100; seed += 1) check(randomPieces(bytes, seed), `seed ${seed}`);
    for (const frame of frames) {
      const offset = Number(frame["offset"]);
      const one = parseMsrp(bytes.subarray(offset, offset + Number(frame["length"])));
      assert.ok(one.ok, `${file}: ${String(frame["start"])}`);
    }
  }
});

test("every corpus file gives the same octet by octet and cut at every place, held or streamed", (t) => {
  for (const corpus of ["msrp-rfc-examples", "msrp-bad"]) {
    for (const { file, bytes } of corpusFor(t, corpus)) {
      const stream = filled(bytes);
      for (const limits of [frameLimits, SMALL]) {
        const whole = summaries(collectFrames([stream], limits));
        if (stream.length < 11_000) {
          assert.deepEqual(summaries(collectFrames(octetByOctet(stream), limits)), whole, file);
        }
        const step = stream.length > SPLIT_LIMIT ? Math.ceil(stream.length / 61) : 1;
        for (let cut = 1; cut < stream.length; cut += step) {
          const halves = [stream.subarray(0, cut), stream.subarray(cut)];
          assert.deepEqual(
            summaries(collectFrames(halves, limits)),
            whole,
            `${file} cut at ${cut}`,
          );
        }
      }
    }
  }
});

test("all good examples in one stream come out one after the other", (t) => {
  const good = corpusFor(t, "msrp-rfc-examples").filter(({ verdict }) => verdict === "accept");
  const stream = Buffer.concat(good.map(({ bytes }) => bytes));
  const found = collectFrames(randomPieces(stream, 7));
  assert.equal(found.length, good.length);
  for (const [index, one] of found.entries()) {
    assert.ok(one.kind === "frame");
    assert.deepEqual(Buffer.from(one.bytes), Buffer.from(good[index]?.bytes ?? []));
  }
});

function recordOf(value: unknown): Readonly<Record<string, unknown>> {
  assert.ok(typeof value === "object" && value !== null);
  return Object.fromEntries(Object.entries(value));
}

function pathTexts(path: string): readonly string[] {
  const parsed = parsePath(path);
  assert.ok(parsed.ok, path);
  return parsed.value.map(({ text }) => text);
}

/** Puts in what the corpus leaves open. */
function filled(bytes: Uint8Array): Uint8Array {
  const text = Buffer.from(bytes)
    .toString("latin1")
    .replaceAll("@TO@", "msrp://127.0.0.1:2855/s7f31kQ0;tcp")
    .replaceAll("@FROM@", "msrp://127.0.0.1:7654/jshA7weTQ3;tcp")
    .replaceAll("@OTHER@", "msrp://127.0.0.1:2855/other31kQ0;tcp")
    .replaceAll("@N@", "Qk3x9PzA");
  return new Uint8Array(Buffer.from(text, "latin1"));
}

function summaries(found: readonly Collected[]): readonly string[] {
  return found.map((one) =>
    one.kind === "broken"
      ? `broken ${one.reason} ${one.answer}`
      : `${one.streamed} ${one.start} ${one.headers.length} ${one.flag} ${utf8TextLossy(one.body ?? utf8Bytes("none"))}`,
  );
}
