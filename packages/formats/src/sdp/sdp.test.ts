/** Session descriptions as lines: what is read, what is kept, what is refused. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { octetText, utf8Bytes } from "@parlance/wire";
import * as fc from "fast-check";
import { corpusFor } from "../../../../tools/test/corpora.ts";
import {
  attributesOf,
  connectionOf,
  formatSdp,
  originOf,
  parseSdp,
  SDP_LIMITS,
  type Sdp,
} from "./index.ts";

const HEAD = ["v=0", "o=- 1 1 IN IP4 192.0.2.1", "s=-"];

function lines(...of: readonly string[]): Uint8Array {
  return utf8Bytes(of.map((line) => `${line}\r\n`).join(""));
}

function accepted(bytes: Uint8Array): Sdp {
  const result = parseSdp(bytes);
  if (!result.ok) throw result.error;
  return result.value;
}

function refused(bytes: Uint8Array): string {
  const result = parseSdp(bytes);
  assert.ok(!result.ok);
  return result.error.reason;
}

function repeated(line: string, count: number): Uint8Array {
  return lines(...HEAD, ...Array.from({ length: count }, () => line));
}

/** The fragments of the corpus begin at c= or m=. */
function whole(bytes: Uint8Array, fragment: unknown): Uint8Array {
  return fragment === true ? utf8Bytes(octetText(lines(...HEAD)) + octetText(bytes)) : bytes;
}

test("the descriptions printed in the RFCs are read and written octet for octet", (t) => {
  for (const { file, bytes, facts } of corpusFor(t, "sdp-msrp-rfc-examples")) {
    const sdp = accepted(whole(bytes, facts["fragment"]));
    const read = sdp.media.map(({ kind, port, proto, formats }) => ({
      kind,
      port,
      proto,
      formats,
    }));
    const expected = facts["media"];
    assert.ok(Array.isArray(expected), file);
    assert.deepEqual(
      read,
      expected.map(({ type, port, proto, fmt }) => ({
        kind: type,
        port: Number(port),
        proto,
        formats: fmt,
      })),
      file,
    );
    assert.equal(octetText(formatSdp(sdp)), octetText(whole(bytes, facts["fragment"])), file);
  }
});

test("descriptions cut anywhere are read or refused, never anything else", (t) => {
  for (const { bytes, facts } of corpusFor(t, "sdp-msrp-rfc-examples")) {
    const full = whole(bytes, facts["fragment"]);
    for (let cut = 0; cut <= full.length; cut += 1) {
      const result = parseSdp(full.subarray(0, cut));
      if (result.ok) formatSdp(result.value);
    }
  }
});

test("order and unknown lines are kept, at both levels", () => {
  const text = [
    ...HEAD,
    "q=what is this",
    "a=ice-lite",
    "t=0 0",
    "b=AS:64",
    "m=audio 4000/2 RTP/AVP 0 8",
    "a=rtpmap:0 PCMU/8000",
    "i=late",
    "m=message 2855 TCP/MSRP *",
    "Z=z",
    "c=IN IP6 2001:db8::1",
    "a=path:msrp://[2001:db8::1]:2855/a;tcp",
    "a=",
  ];
  const sdp = accepted(lines(...text));
  assert.equal(octetText(formatSdp(sdp)), octetText(lines(...text)));
  assert.equal(sdp.media[0]?.ports, 2);
  assert.deepEqual(
    attributesOf(sdp.lines).map(({ name }) => name),
    ["ice-lite"],
  );
});

test("lines may end in LF alone and the last one in nothing; empty ones may follow. RFC 8866 §5", () => {
  assert.equal(accepted(utf8Bytes("v=0\no=- 1 1 IN IP4 a\ns=x")).lines.length, 3);
  assert.equal(accepted(utf8Bytes("v=0\r\no=- 1 1 IN IP4 a\r\ns=\r\n\r\n\r\n")).lines.length, 3);
  assert.equal(refused(lines(...HEAD, "", "t=0 0")), "line is no type=value");
});

test("what cannot be told for certain is refused", () => {
  assert.equal(refused(utf8Bytes("")), "o= is missing");
  assert.equal(refused(lines("v=1", ...HEAD.slice(1))), "expected v=0");
  assert.equal(refused(lines(...HEAD.slice(1))), "expected v=0");
  assert.equal(refused(lines("v=0", "s=-")), "o= is missing");
  assert.equal(refused(lines(...HEAD, "o=- 1 1 IN IP4 b")), "o= is repeated");
  assert.equal(refused(lines(...HEAD, "c=IN IP4 a", "c=IN IP4 b")), "c= is repeated");
  assert.equal(refused(lines(...HEAD, "a=x\ry")), "bare CR or NUL in a line");
  assert.equal(refused(lines(...HEAD, "a=x\0")), "bare CR or NUL in a line");
  assert.equal(refused(lines(...HEAD, "ab=x")), "line is no type=value");
  assert.equal(refused(lines("v=0", "o=- x 1 IN IP4 a")), "o= is malformed");
  for (const line of ["m=message", "m=message 65536 TCP/MSRP *", "m=message -1 TCP/MSRP *"]) {
    assert.equal(refused(lines(...HEAD, line)), "m= is malformed", line);
  }
  assert.equal(refused(lines(...HEAD, "c=IN IP4")), "c= is malformed");
  assert.equal(parseSdp(Uint8Array.of(0x76, 0x3d, 0x30, 10, 0x73, 0x3d, 0xff)).ok, false);
});

test("octets, lines, their length and media are bounded", () => {
  const { bytes, lineBytes, lines: most, media } = SDP_LIMITS;
  assert.equal(refused(new Uint8Array(bytes + 1).fill(10)), "too many octets");
  assert.equal(refused(repeated(`a=${"x".repeat(lineBytes - 1)}`, 1)), "line is too long");
  assert.equal(accepted(repeated(`a=${"x".repeat(lineBytes - 2)}`, 1)).lines.length, 4);
  assert.equal(refused(repeated("a=x", most - 2)), "too many lines");
  assert.equal(accepted(repeated("a=x", most - 3)).lines.length, most);
  assert.equal(refused(repeated("m=message 1 TCP/MSRP *", media + 1)), "too many media");
});

test("the address of a medium is its own, else that of the session", () => {
  const sdp = accepted(
    lines(...HEAD, "c=IN IP4 a.example", "m=x 1 y z", "m=x 1 y z", "c=IN IP4 224.2.1.1/127/3"),
  );
  const hosts = sdp.media.map((media) => connectionOf(sdp, media)?.host);
  assert.deepEqual(hosts, ["a.example", "224.2.1.1"]);
  assert.equal(originOf(sdp).address.host, "192.0.2.1");
});

test("a user name of several words does not hide the rest of o=", () => {
  const origin = originOf(accepted(lines("v=0", "o=My Phone 18446744073709551615 2 IN IP4 a")));
  assert.equal(origin.sessionId, "18446744073709551615");
  assert.equal(origin.username, "My Phone");
});

test("the writer refuses what would read as other lines", () => {
  const sdp = accepted(lines(...HEAD, "m=message 1 TCP/MSRP *"));
  const [media] = sdp.media;
  assert.ok(media !== undefined);
  const bad: readonly Sdp[] = [
    { ...sdp, lines: [...sdp.lines, { type: "a", value: "x\r\na=y" }] },
    { ...sdp, lines: [...sdp.lines, { type: "m", value: "message 1 TCP/MSRP *" }] },
    { ...sdp, lines: sdp.lines.slice(1) },
    { ...sdp, media: [{ ...media, port: 65_536 }] },
    { ...sdp, media: [{ ...media, proto: "a b" }] },
    { ...sdp, media: [{ ...media, formats: ["a b"] }] },
  ];
  for (const one of bad) assert.throws(() => formatSdp(one), RangeError);
});

const PLAIN = { noNullPrototype: true };

test("any lines that are written read the same", () => {
  const line = fc.record(
    {
      type: fc.constantFrom("a", "b", "i", "k", "X"),
      value: fc.string({ unit: "grapheme" }).filter((text) => !/[\r\n\0]/.test(text)),
    },
    PLAIN,
  );
  const media = fc.record(
    {
      kind: fc.constantFrom("message", "audio"),
      port: fc.nat(65_535),
      ports: fc.option(fc.integer({ min: 1, max: 9 }), { nil: undefined }),
      proto: fc.constantFrom("TCP/MSRP", "RTP/AVP"),
      formats: fc.array(fc.constantFrom("*", "0", "96"), { maxLength: 3 }),
      lines: fc.array(line, { maxLength: 5 }),
    },
    PLAIN,
  );
  const head = HEAD.map((text) => ({ type: text.charAt(0), value: text.slice(2) }));
  fc.assert(
    fc.property(fc.array(line), fc.array(media, { maxLength: 3 }), (more, sections) => {
      const sdp = { lines: [...head, ...more], media: sections };
      assert.deepEqual(parseSdp(formatSdp(sdp)), { ok: true, value: sdp });
    }),
    { seed: 4711, numRuns: 300 },
  );
});
