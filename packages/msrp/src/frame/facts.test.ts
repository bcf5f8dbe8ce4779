/** What SEND and REPORT say, and what is malformed about them. RFC 4975 §7.1, §9 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { utf8Bytes } from "@parlance/wire";
import * as fc from "fast-check";
import {
  formatByteRange,
  formatReportStatus,
  holdsEndLine,
  isAnswered,
  MsrpRequest,
  MsrpWriter,
  newIdent,
  parseByteRange,
  parseMsrp,
  parseReportStatus,
  pathLines,
  readReport,
  readSend,
  STATUS_CODES,
} from "./index.ts";

const HEAD = "To-Path: msrp://a:1/x;tcp\r\nFrom-Path: msrp://b:1/y;tcp\r\n";
const CONTENT = "Content-Type: text/plain\r\n\r\nhello\r\n";

function request(lines: string, method = "SEND"): MsrpRequest {
  const parsed = parseMsrp(
    utf8Bytes(`MSRP abcd1234 ${method}\r\n${HEAD}${lines}-------abcd1234$\r\n`),
  );
  assert.ok(parsed.ok && parsed.value instanceof MsrpRequest, lines);
  return parsed.value;
}

test("a SEND says which part of which message it is, and what its sender wants to hear", () => {
  const full = `Message-ID: m1\r\nByte-Range: 1-*/8\r\nSuccess-Report: yes\r\nFailure-Report: partial\r\n${CONTENT}`;
  assert.deepEqual(readSend(request(full)), {
    ok: true,
    value: {
      content: {
        messageId: "m1",
        range: { start: 1, end: undefined, total: 8 },
        contentType: "text/plain",
      },
      failureReport: "partial",
      successReport: true,
    },
  });
  const bare = readSend(request(`Message-ID: m1\r\n${CONTENT}`));
  assert.ok(bare.ok);
  // RFC 4975 §7.1.1: without the headers, failure alone is reported.
  assert.equal(bare.value.failureReport, "yes");
  assert.equal(bare.value.successReport, false);
  assert.equal(bare.value.content?.range, undefined);
});

test("a SEND without a body has no content, whether it has a range and a Message-ID or not (RFC 4975 §7.1)", () => {
  for (const lines of ["", "Message-ID: m1\r\nByte-Range: 1-0/0\r\n", "Keep-Alive: yes\r\n"]) {
    const send = readSend(request(lines));
    assert.ok(send.ok);
    assert.equal(send.value.content, undefined);
  }
});

test("what is malformed in a SEND is refused", () => {
  for (const lines of [
    CONTENT,
    "Message-ID: m1\r\n\r\nhello\r\n",
    `Message-ID: ${"m".repeat(257)}\r\n${CONTENT}`,
    `Message-ID: m 1\r\n${CONTENT}`,
    `Message-ID:\r\n${CONTENT}`,
    `Message-ID: m1\r\nFailure-Report: maybe\r\n${CONTENT}`,
    `Message-ID: m1\r\nSuccess-Report: 1\r\n${CONTENT}`,
    `Message-ID: m1\r\nByte-Range: 1-5\r\n${CONTENT}`,
    "Message-ID: m1\r\nContent-Type: text\r\n\r\nhello\r\n",
    "Message-ID: m1\r\nContent-Type: text/pl ain\r\n\r\nhello\r\n",
    "Byte-Range: 0-0/0\r\n",
  ]) {
    assert.equal(readSend(request(lines)).ok, false, lines);
  }
});

test("Byte-Range: what is good reads and writes the same, what is not is refused (RFC 4975 §7.1.1)", () => {
  for (const good of [
    "1-25/25",
    "1-*/*",
    "5-8/8",
    "1-0/0",
    "1-*/8",
    "9-*/8",
    "17-300000/*",
    "9999999999-9999999999/9999999999",
  ]) {
    const range = parseByteRange(good);
    assert.ok(range.ok, good);
    assert.equal(formatByteRange(range.value), good);
  }
  for (const bad of [
    "",
    "1",
    "1-5",
    "1/5",
    "/",
    "-",
    "0-4/5",
    "-1-5/5",
    "9-13/5",
    "a-b/c",
    "0x1-5/5",
    "+1-5/5",
    "*-5/5",
    "1 - 5 / 5",
    "5-3/9",
    "1-9/5",
    "1-5/5/5",
    "1-5/-5",
    "10000000000-*/*",
    "1-５/5",
    " 1-5/5",
    "1-5/5 ",
  ]) {
    assert.equal(parseByteRange(bad).ok, false, bad);
  }
});

test("a REPORT says what became of which octets (RFC 4975 §7.1.2)", () => {
  const report = readReport(
    request("Message-ID: m1\r\nByte-Range: 1-5/5\r\nStatus: 000 413 too much\r\n", "REPORT"),
  );
  assert.deepEqual(report, {
    ok: true,
    value: {
      messageId: "m1",
      range: { start: 1, end: 5, total: 5 },
      status: { namespace: "000", code: 413, comment: "too much" },
    },
  });
  for (const lines of [
    "Message-ID: m1\r\n",
    "Status: 000 200 OK\r\n",
    "Message-ID: m1\r\nStatus: abc\r\n",
    "Message-ID: m1\r\nStatus: 000 20 OK\r\n",
  ]) {
    assert.equal(readReport(request(lines, "REPORT")).ok, false, lines);
  }
});

test("every status is written as it is read (RFC 4975 §9)", () => {
  for (const [code, comment] of STATUS_CODES) {
    const status = parseReportStatus(formatReportStatus(code));
    assert.deepEqual(status, { ok: true, value: { namespace: "000", code, comment } });
  }
  assert.equal(formatReportStatus(299), "000 299");
});

test("who wants no response gets none, and a REPORT never gets one (RFC 4975 §7.1.2, §7.2)", () => {
  const answered = (wish: string, status: number) =>
    isAnswered(request(wish === "" ? "" : `Failure-Report: ${wish}\r\n`), status);
  assert.deepEqual(
    ["", "yes", "partial", "no"].map((wish) => [answered(wish, 200), answered(wish, 400)]),
    [
      [true, true],
      [true, true],
      [false, true],
      [false, false],
    ],
  );
  assert.equal(isAnswered(request("", "REPORT"), 400), false);
  assert.equal(isAnswered(request("", "NICKNAME"), 200), true);
});

test("a body that holds its own end-line is noticed wherever it stands (RFC 4975 §7.1)", () => {
  const around = fc.uint8Array({ maxLength: 40 });
  fc.assert(
    fc.property(around, around, fc.integer({ min: 0, max: 9 }), (before, after, hyphens) => {
      const line = `${"-".repeat(hyphens)}abcd1234`;
      const body = Buffer.concat([before, utf8Bytes(line), after]);
      const expected = body.toString("latin1").includes("-------abcd1234");
      assert.equal(holdsEndLine(body, "abcd1234"), expected);
    }),
  );
});

test("nothing that would begin a line of its own is written", () => {
  const writer = new MsrpWriter();
  const paths = pathLines("msrp://a:1/x;tcp", "msrp://b:1/y;tcp");
  const good = { transactionId: "abcd1234", method: "SEND", paths, headers: [] };
  for (const evil of ["x\r\ny", "x\ny", "x\ry", "x\0y"]) {
    assert.throws(() => pathLines(evil, "msrp://b:1/y;tcp"), RangeError);
    assert.throws(() => writer.request({ ...good, headers: [["X-A", evil]] }), RangeError);
    assert.throws(() => writer.request({ ...good, headers: [[evil, "a"]] }), RangeError);
    assert.throws(() => writer.request({ ...good, method: evil }), RangeError);
    assert.throws(() => writer.request({ ...good, transactionId: evil }), RangeError);
    assert.throws(
      () => writer.response({ transactionId: "abcd1234", status: 200, comment: evil, paths }),
      RangeError,
    );
  }
});

test("ids of our own making keep to the grammar, whatever a token looks like (RFC 4975 §9)", () => {
  for (const token of [
    "abcdefghijklmnop",
    "_bcdefghijklmno_",
    "-bcdefghijklmnop",
    "0-_-_-_-_-_-_-_-",
  ]) {
    const ident = newIdent({ bytes: () => new Uint8Array(0), token: () => token });
    assert.match(ident, /^[A-Za-z0-9][A-Za-z0-9.+%=-]{15}$/);
  }
});

test("a request in pieces is the same as one written whole, in any script", () => {
  const writer = new MsrpWriter();
  const parts = {
    transactionId: "abcd1234",
    method: "SEND",
    paths: pathLines("msrp://a:1/x;tcp", "msrp://b:1/y;tcp"),
    headers: [
      ["Message-ID", "m1"],
      ["Content-Disposition", 'attachment; filename="Grüße 🦉.txt"'],
      ["Content-Type", "text/plain"],
    ],
    body: utf8Bytes("Füße"),
  } as const;
  const inPieces = Buffer.concat([
    writer.headOfRequest(parts),
    parts.body,
    writer.endOfBody("abcd1234", "+"),
  ]);
  assert.deepEqual(inPieces, Buffer.from(writer.request({ ...parts, flag: "+" })));
  const parsed = parseMsrp(inPieces);
  assert.ok(parsed.ok);
  assert.equal(parsed.value.header("content-disposition"), parts.headers[1][1]);
  assert.deepEqual(Buffer.from(parsed.value.body ?? []), Buffer.from(parts.body));
});
