/** Responses that come again and again are read as if each were the first. RFC 4975 §7.2 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { octetText, utf8Bytes } from "@parlance/wire";
import * as fc from "fast-check";
import { type MsrpFrame, MsrpFramer, parseMsrp } from "./index.ts";

const PATHS = "To-Path: msrp://a:1/x;tcp\r\nFrom-Path: msrp://b:1/y;tcp\r\n";

function response(id: string, status = "200 OK", endId = id, paths = PATHS): string {
  return `MSRP ${id} ${status}\r\n${paths}-------${endId}$\r\n`;
}

/** What comes out of a stream that is cut into pieces of this size. */
function framed(text: string, size: number): { readonly frames: MsrpFrame[]; fault?: string } {
  const out: { readonly frames: MsrpFrame[]; fault?: string } = { frames: [] };
  const framer = new MsrpFramer({
    frame: (frame) => void out.frames.push(frame),
    head: () => assert.fail(),
    body: () => assert.fail(),
    end: () => assert.fail(),
    broken: (fault) => {
      out.fault = fault.reason;
    },
  });
  const bytes = utf8Bytes(text);
  for (let at = 0; at < bytes.length; at += size) framer.push(bytes.slice(at, at + size));
  return out;
}

function said(frame: MsrpFrame): readonly unknown[] {
  const { kind, transactionId, toPath, fromPath, bytes, flag } = frame;
  const status = frame.kind === "response" ? [frame.status, frame.comment] : [];
  return [kind, transactionId, toPath, fromPath, octetText(bytes), flag, ...status];
}

test("responses alike but for their ids come out like any others, however they are cut", () => {
  const one = fc.oneof(
    {
      weight: 6,
      arbitrary: fc.stringMatching(/^[a-z0-9][A-Z.+=%-]{6}$/).map((id) => response(id)),
    },
    { weight: 1, arbitrary: fc.constant(response("abcd")) },
    { weight: 1, arbitrary: fc.constant(response("abcdefg", "413 Stop sending this message")) },
    { weight: 1, arbitrary: fc.constant(response("abcdefg", "200")) },
    {
      weight: 1,
      arbitrary: fc.constant(response("abcdefg", "200 OK", "abcdefg", PATHS.replace("/x", "/z"))),
    },
    { weight: 1, arbitrary: fc.constant(`MSRP abcdefg REPORT\r\n${PATHS}-------abcdefg$\r\n`) },
  );
  fc.assert(
    fc.property(fc.array(one, { maxLength: 12 }), fc.integer({ min: 1, max: 400 }), (all, size) => {
      const { frames, fault } = framed(all.join(""), size);
      assert.equal(fault, undefined);
      const alone = all.map((text) => {
        const read = parseMsrp(utf8Bytes(text));
        assert.ok(read.ok);
        return said(read.value);
      });
      assert.deepEqual(frames.map(said), alone);
    }),
    { seed: 4711, numRuns: 500 },
  );
});

test("what is like the last one and not well-formed is refused as ever", () => {
  const first = response("abcdefg");
  for (const bad of [
    response("abc_efg"),
    response(".bcdefg"),
    response("abcdefg", "200 OK", "abcdefh"),
    response("abc\refg"),
    response("abcdefg").replace("$\r\n", "?\r\n"),
  ]) {
    const { frames, fault } = framed(`${first}${bad}${first}`, 1_000);
    const { fault: alone } = framed(`${bad}${first}`, 1_000);
    assert.equal(frames.length, 1, bad);
    assert.equal(fault, alone, bad);
  }
});

test("each knows whether it answers, and to which it is alike", () => {
  const { frames } = framed(["one1", "two2", "six6"].map((id) => response(id)).join(""), 1_000);
  const [first, second, third] = frames;
  assert.ok(first?.kind === "response" && second?.kind === "response");
  assert.ok(third?.kind === "response");
  assert.equal(first.like, undefined);
  assert.equal(second.like, third.like);
  assert.deepEqual(second.like?.bytes, first.bytes);
  assert.equal(second.answers(utf8Bytes("tw"), 2), true);
  assert.equal(second.answers(utf8Bytes("tw"), 1), false);
  assert.equal(second.answers(utf8Bytes("on"), 2), false);
});
