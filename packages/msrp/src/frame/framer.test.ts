/** What the framer promises about size, memory and order, whatever a peer sends. RFC 4975 §5.1, §7.1 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { concatBytes, octetText, utf8Bytes } from "@parlance/wire";
import * as fc from "fast-check";
import { collectFrames, randomPieces } from "../../../../tools/test/collect-frames.ts";
import { frameLimits, MsrpFramer, MsrpRequest, MsrpWriter, parseMsrp, pathLines } from "./index.ts";

const paths = pathLines("msrp://a.test:2855/to1;tcp", "msrp://b.test:7000/from1;tcp");
const writer = new MsrpWriter();

function send(transactionId: string, body: Uint8Array, flag: "$" | "+" | "#" = "$"): Uint8Array {
  const headers = [
    ["Message-ID", "m1"],
    ["Byte-Range", "1-*/*"],
    ["Content-Type", "application/octet-stream"],
  ] as const;
  return writer.request({ transactionId, method: "SEND", paths, headers, body, flag });
}

function framerOf(sink: Partial<ConstructorParameters<typeof MsrpFramer>[0]>): MsrpFramer {
  return new MsrpFramer({
    frame: nothing,
    head: nothing,
    body: nothing,
    end: nothing,
    broken: nothing,
    ...sink,
  });
}

test("a frame in one read comes out as one event, its body a view of what was read (RFC 4975 §7.1)", () => {
  const bytes = send("abcd1234", utf8Bytes("hello"));
  let body: Uint8Array | undefined;
  framerOf({
    frame: (frame) => {
      body = frame.body;
    },
  }).push(bytes);
  assert.equal(body?.buffer, bytes.buffer);
  assert.deepEqual(body, utf8Bytes("hello"));
});

test("a chunk of 64 MiB passes with bounded memory, octet for octet (RFC 4975 §5.1)", () => {
  const piece = new Uint8Array(65_536).fill(45); // hyphens alone: the worst of all bodies
  piece.set(utf8Bytes("\r\n-------bigbig1X"), 1000);
  const whole = send("bigbig12", new Uint8Array(0));
  const headEnd = whole.length - utf8Bytes("\r\n-------bigbig12$\r\n").length;
  const seen = { heads: 0, octets: 0, ends: "", most: 0 };
  const framer = framerOf({
    head: () => {
      seen.heads += 1;
    },
    body: (octets) => {
      seen.octets += octets.length;
    },
    end: (flag) => {
      seen.ends += flag;
    },
  });
  framer.push(whole.subarray(0, headEnd));
  for (let count = 0; count < 1024; count += 1) {
    framer.push(piece);
    seen.most = Math.max(seen.most, framer.heldBytes);
  }
  assert.equal(framer.lacks, "body");
  framer.push(whole.subarray(headEnd));
  assert.deepEqual({ ...seen, most: 0 }, { heads: 1, octets: 1024 * 65_536, ends: "$", most: 0 });
  assert.ok(seen.most <= frameLimits.wholeFrameBytes, `${seen.most} octets were held`);
  assert.equal(framer.lacks, "nothing");
});

test("whether a frame is held or streamed depends on its size alone, never on the cuts", () => {
  const limits = { ...frameLimits, wholeFrameBytes: 400 };
  for (let size = 150; size < 300; size += 1) {
    const bytes = concatBytes(
      send("size1234", new Uint8Array(size)),
      send("next1234", utf8Bytes("x")),
    );
    const whole = collectFrames([bytes], limits);
    for (let seed = 1; seed < 20; seed += 1) {
      assert.deepEqual(collectFrames(randomPieces(bytes, seed, 90), limits), whole);
    }
    const first = whole[0];
    assert.ok(first?.kind === "frame");
    assert.equal(first.streamed, send("size1234", new Uint8Array(size)).length > 400, `${size}`);
  }
});

test("any body and any flag come back octet for octet, however the stream is cut", () => {
  const trouble = [
    "\r\n",
    "-------",
    "\r\n-------abcd",
    "\r\n-------abcd1234",
    "-------abcd1234$\r\n",
    "\r",
    "-",
  ];
  const body = fc
    .array(fc.oneof(fc.uint8Array({ maxLength: 40 }), fc.constantFrom(...trouble).map(utf8Bytes)))
    .map((pieces) => concatBytes(...pieces))
    // A sender has to keep the end-line out of the body, its first line included. RFC 4975 §7.1
    .filter((octets) => !/\r\n-{7}abcd1234[$+#]\r\n/.test(`\r\n${octetText(octets)}\r\n`));
  fc.assert(
    fc.property(
      fc.array(fc.tuple(body, fc.constantFrom("$", "+", "#")), { minLength: 1, maxLength: 5 }),
      fc.integer({ min: 1, max: 1_000_000 }),
      fc.constantFrom(180, 250, 73_728),
      (messages, seed, wholeFrameBytes) => {
        const frames = messages.map(([octets, flag]) => send("abcd1234", octets, flag));
        const found = collectFrames(randomPieces(concatBytes(...frames), seed, 60), {
          ...frameLimits,
          wholeFrameBytes,
        });
        assert.deepEqual(
          found.map((one) => one.kind === "frame" && [[...(one.body ?? [])], one.flag]),
          messages.map(([octets, flag]) => [[...octets], flag]),
        );
      },
    ),
    { numRuns: 300 },
  );
});

test("the end-line decides where a body ends, whatever Byte-Range says (RFC 4975 §7.3.1)", () => {
  const text =
    "MSRP abcd1234 SEND\r\nTo-Path: msrp://a:1/x;tcp\r\nFrom-Path: msrp://b:1/y;tcp\r\nByte-Range: 1-3/3\r\nContent-Type: text/plain\r\n\r\nÄÖÜ and more\r\n-------abcd1234$\r\n";
  const parsed = parseMsrp(utf8Bytes(text));
  assert.ok(parsed.ok);
  assert.deepEqual(parsed.value.body, utf8Bytes("ÄÖÜ and more"));
});

test("a frame without a body, with an empty one, and with nothing but a blank line are told apart (RFC 4975 §7.1)", () => {
  const head = "MSRP abcd1234 SEND\r\nTo-Path: msrp://a:1/x;tcp\r\nFrom-Path: msrp://b:1/y;tcp\r\n";
  const bodyOf = (rest: string) => {
    const parsed = parseMsrp(utf8Bytes(head + rest));
    assert.ok(parsed.ok, rest);
    return parsed.value.body?.length;
  };
  assert.equal(bodyOf("-------abcd1234$\r\n"), undefined);
  assert.equal(bodyOf("Content-Type: text/plain\r\n\r\n\r\n-------abcd1234$\r\n"), 0);
  assert.equal(bodyOf("Content-Type: text/plain\r\n\r\n-------abcd1234$\r\n"), 0);
  assert.equal(bodyOf("\r\n-------abcd1234$\r\n"), undefined);
});

test("headers keep their order and spelling; unknown ones are there too", () => {
  const text =
    "MSRP abcd1234 SEND\r\nto-path: msrp://a:1/x;tcp\r\nX-One:  two\r\nFrom-Path: msrp://b:1/y;tcp\r\nx-oNE: three\r\n-------abcd1234+\r\n";
  const parsed = parseMsrp(utf8Bytes(text));
  assert.ok(parsed.ok);
  assert.deepEqual(
    [...parsed.value.headers()],
    [
      ["to-path", "msrp://a:1/x;tcp"],
      ["X-One", "two"],
      ["From-Path", "msrp://b:1/y;tcp"],
      ["x-oNE", "three"],
    ],
  );
  assert.equal(parsed.value.flag, "+");
  const moved = writer.readdress(parsed.value, paths);
  assert.equal(
    Buffer.from(moved).toString(),
    "MSRP abcd1234 SEND\r\nTo-Path: msrp://a.test:2855/to1;tcp\r\nFrom-Path: msrp://b.test:7000/from1;tcp\r\nX-One:  two\r\nx-oNE: three\r\n-------abcd1234+\r\n",
  );
});

test("readdressing changes the two path lines and nothing else", () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: 9000 }),
      fc.stringMatching(/^[a-zA-Z0-9]{4,32}$/),
      (body, id) => {
        const other = pathLines("msrps://[2001:db8::1]:9/a+b=/c;tcp", "msrp://c.test:1/z;ws");
        const parsed = parseMsrp(send(id, body));
        assert.ok(parsed.ok);
        const moved = parseMsrp(writer.readdress(parsed.value, other));
        assert.ok(moved.ok);
        assert.equal(moved.value.toPath, other.toPath);
        assert.equal(moved.value.fromPath, other.fromPath);
        const back = writer.readdress(moved.value, paths);
        assert.deepEqual(Buffer.from(back), Buffer.from(parsed.value.bytes));
      },
    ),
  );
});

test("what is broken is answered with 400 where it can be addressed, and nothing comes out any more", () => {
  const head =
    "MSRP abcd1234 SEND\r\nTo-Path: msrp://a:1/x;tcp\r\nFrom-Path: msrp://b:1/y;tcp msrp://c:1/z;tcp\r\n";
  const found = collectFrames([
    utf8Bytes(`${head}no header\r\n`),
    send("next1234", utf8Bytes("x")),
  ]);
  assert.deepEqual(found, [
    {
      kind: "broken",
      reason: "not a header line",
      answer:
        "MSRP abcd1234 400 Bad request\r\nTo-Path: msrp://b:1/y;tcp\r\nFrom-Path: msrp://a:1/x;tcp\r\n-------abcd1234$\r\n",
    },
  ]);
  const report = head.replace("SEND", "REPORT");
  assert.deepEqual(collectFrames([utf8Bytes(`${report}no header\r\n`)]), [
    { kind: "broken", reason: "not a header line", answer: undefined },
  ]);
});

test("the bounds of lines, of their count and of the head are kept at the very octet", () => {
  const start =
    "MSRP abcd1234 SEND\r\nTo-Path: msrp://a:1/x;tcp\r\nFrom-Path: msrp://b:1/y;tcp\r\n";
  const end = "-------abcd1234$\r\n";
  const kindOf = (lines: string) => {
    const whole = collectFrames([utf8Bytes(start + lines + end)]);
    const cut = collectFrames(randomPieces(utf8Bytes(start + lines + end), 3, 700));
    assert.deepEqual(cut, whole);
    return whole[0]?.kind;
  };
  assert.equal(kindOf(line(frameLimits.headerLineBytes)), "frame");
  assert.equal(kindOf(line(frameLimits.headerLineBytes + 1)), "broken");
  assert.equal(kindOf(line(10).repeat(frameLimits.headerLines - 2)), "frame");
  assert.equal(kindOf(line(10).repeat(frameLimits.headerLines - 1)), "broken");
  const room = frameLimits.headerSectionBytes + 2 - start.length - end.length;
  const filled = line(1022).repeat(Math.floor(room / 1024));
  assert.equal(kindOf(filled + line(room - filled.length - 2)), "frame");
  assert.equal(kindOf(filled + line(room - filled.length - 1)), "broken");
});

test("a body of what is no SEND ends the stream when it is too long (RFC 4975 §7.1)", () => {
  const body = new Uint8Array(frameLimits.wholeFrameBytes);
  const headers = [["Content-Type", "text/plain"]] as const;
  const parts = { transactionId: "abcd1234", method: "NICKNAME", paths, headers, body };
  assert.equal(collectFrames([writer.request(parts)])[0]?.kind, "broken");
});

test("time grows with the length of the stream and no faster", () => {
  const nearly = "\r\n-------abcd123\r\n------\r\n-------abcd1234$\r";
  const stream = send("abcd1234", utf8Bytes(nearly.repeat(100_000)));
  const framer = framerOf({});
  const before = process.cpuUsage();
  for (const piece of randomPieces(stream, 5, 40)) framer.push(piece);
  assert.ok(process.cpuUsage(before).user < 10_000_000);
});

test("closing from within the sink ends it there", () => {
  const bytes = concatBytes(send("abcd1234", utf8Bytes("x")), send("efgh1234", utf8Bytes("y")));
  let frames = 0;
  const framer = framerOf({
    frame: (frame) => {
      assert.ok(frame instanceof MsrpRequest);
      frames += 1;
      framer.close();
    },
  });
  framer.push(bytes);
  framer.push(bytes);
  assert.equal(frames, 1);
});

/** A header line of that many octets before its end. */
function line(length: number): string {
  return `X: ${"v".repeat(length - 3)}\r\n`;
}

function nothing(): void {}
