/** What may be seen of records, and the forms in which they leave. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { utf8Bytes, utf8Text } from "@parlance/wire";
import * as fc from "fast-check";
import {
  formatHep,
  outlineOf,
  redact,
  stepOf,
  type TraceFacts,
  type TraceRecord,
} from "./index.ts";
import { formatNote, readNote } from "./note.ts";
import { outlineHttp } from "./outline-http.ts";

const NOON = Date.parse("2030-05-04T12:00:00Z");
const FLOW = {
  id: "tcp 1",
  transport: "TCP",
  local: { host: "192.0.2.1", port: 2855 },
  remote: { host: "192.0.2.7", port: 40_000 },
};

function record(protocol: TraceFacts["protocol"], text: string, more = {}): TraceRecord {
  const facts = { protocol, direction: "in", flow: FLOW, at: NOON + 0.25 } as const;
  return { ...facts, sequence: 7, bytes: utf8Bytes(text), ...more };
}

function shown(text: string): string {
  return utf8Text(redact(utf8Bytes(text)));
}

const lines = (...all: readonly string[]): string => all.join("\r\n");

const cpim = lines(
  "From: <sip:alice@example.com>",
  "Subject: dinner at eight",
  "NS: imdn <urn:ietf:params:imdn>",
  "imdn.Message-ID: m1",
  "",
  "Content-Type: text/plain",
  "",
  "söup",
);

const send = (type: string, body: string, flag = "$"): string =>
  lines(
    "MSRP tid1 SEND",
    "To-Path: msrp://192.0.2.1:2855/near;tcp",
    "From-Path: msrp://192.0.2.7:9/far;tcp",
    "Message-ID: 12",
    "Byte-Range: 1-4/4",
    `Content-Type: ${type}`,
    "",
    body,
    `-------tid1${flag}`,
    "",
  );

function breaks(octets: Uint8Array): readonly boolean[] {
  return Array.from(octets, (octet) => octet === 10 || octet === 13);
}

function mixed(body: string): string {
  const type = 'Content-Type: multipart/mixed;boundary="b"';
  return `MESSAGE sip:x SIP/2.0\r\n${type}\r\nSubject: s\r\n\r\n${body}`;
}

test("of a frame the text is blacked out, its head and its end-line stay (RFC 4975 §7.1)", () => {
  const text = shown(send("message/cpim", cpim));
  assert.equal(
    text,
    send("message/cpim", cpim.replace("dinner at eight", "x".repeat(15)).replace("söup", "xxxxx")),
  );
  assert.equal(shown(send("image/png", "\u0001PNG")), send("image/png", "xxxx"));
});

test("documents of the protocol are shown, but for the subjects in them", () => {
  const receipt = "<imdn><message-id>m1</message-id></imdn>";
  assert.equal(shown(send("message/imdn+xml", receipt)), send("message/imdn+xml", receipt));
  const state = "<conference-info><subject>war</subject><user entity='sip:a@b'/></conference-info>";
  const type = "application/conference-info+xml";
  assert.equal(shown(send(type, state)), send(type, state.replace("war", "xxx")));
});

test("each part of several is judged by its own type (RFC 2046 §5.1)", () => {
  const body = lines(
    "--b",
    "Content-Type: application/resource-lists+xml",
    "",
    "<list/>",
    "--b",
    "Content-Type: text/plain",
    "",
    "hello",
    "--b",
    "",
    "no type",
    "--b--",
    "behind",
  );
  const hidden = body
    .replace("hello", "xxxxx")
    .replace("no type", "xxxxxxx")
    .replace("behind", "xxxxxx");
  assert.equal(shown(mixed(body)), mixed(hidden).replace("Subject: s", "Subject: x"));
});

test("a link to the page for a name is nobody's but its guest's: neither text nor title has its token (security rule 35)", () => {
  const token = "gBd2n88AnF6cpeYsCNUeVpKiv01";
  const request = `GET /alias?t=${token} HTTP/1.1\r\nHost: im.example.com\r\n\r\n`;
  assert.equal(shown(request), request.replace(token, "x".repeat(token.length)));
  const title = outlineHttp(record("http", request))?.title;
  assert.equal(title, `GET /alias?t=${"x".repeat(token.length)}`);
  const inside = `Content-Type: message/external-body;URL="https://im.example.com/alias?t=${token}"\r\n\r\n`;
  assert.doesNotMatch(shown(`MESSAGE sip:bob@example.com SIP/2.0\r\n${inside}`), /gBd2n88/);
});

test("whatever it is, redacting changes no length and no line", () => {
  const piece = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.constantFrom(
      "\r\n",
      "\r\n\r\n",
      "Content-Type: ",
      "multipart/mixed;boundary=b",
      "--b",
      "--b--",
    ),
    fc.constantFrom("message/cpim", "text/plain", "MSRP t SEND\r\n", "-------t$", "Subject: "),
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
      const bytes = utf8Bytes(pieces.join(""));
      const redacted = redact(bytes);
      assert.equal(redacted.length, bytes.length);
      assert.deepEqual(breaks(redacted), breaks(bytes));
    }),
  );
});

test("a frame is known by its sessions, its message and what it carries", () => {
  const outline = outlineOf(record("msrp", send("message/cpim", cpim)));
  assert.equal(outline.title, "SEND");
  assert.deepEqual(outline.sessions, ["near", "far"]);
  assert.deepEqual(outline.messageIds, ["12", "m1"]);
  assert.deepEqual(outline.carries, ["cpim", "text"]);
  const answer = lines(
    "MSRP tid1 200 OK",
    "To-Path: msrp://a/b;tcp",
    "From-Path: msrp://c/d;tcp",
    "-------tid1$",
    "",
  );
  const { title, status, exchange } = outlineOf(record("msrp", answer));
  assert.deepEqual([title, status, exchange], ["200 OK", 200, "tid1"]);
});

test("of a large SEND, of which the head alone is kept, that much is known", () => {
  const head = send("image/png", "x").split("\r\n\r\n")[0];
  const outline = outlineOf(record("msrp", `${head}\r\n\r\n`));
  assert.deepEqual([outline.method, outline.mediaType], ["SEND", "image/png"]);
});

test("notes come back as they were written, cut where they are long", () => {
  fc.assert(
    fc.property(fc.string(), fc.option(fc.string(), { nil: undefined }), (said, clause) => {
      const note = { by: "x", said, clause, callId: undefined, about: undefined, users: ["u"] };
      assert.deepEqual(readNote(formatNote(note)), note);
    }),
  );
  const long = {
    by: "x",
    said: "y".repeat(9_999),
    clause: undefined,
    callId: "c",
    about: "a",
    users: [],
  };
  assert.ok(formatNote(long).length < 1_000);
});

test("a step tells microseconds, and no more of a record than is wanted", () => {
  const showing = { text: true, mostBytes: 10 };
  const step = stepOf(outlineOf(record("msrp", send("text/plain", "hello"))), showing);
  assert.equal(step.at, NOON * 1_000 + 250);
  assert.deepEqual([step.text, step.cut], ["MSRP tid1 ", step.bytes - 10]);
  assert.deepEqual([step.peer, step.local], ["192.0.2.7:40000", "192.0.2.1:2855"]);
});

test("HEP: a packet says its length, who sent it to whom, when, and what (HEP3 §3)", () => {
  const bytes = formatHep([outlineOf(record("sip", "OPTIONS sip:x SIP/2.0\r\n\r\n"))]);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  assert.equal(utf8Text(bytes.subarray(0, 4)), "HEP3");
  assert.equal(view.getUint16(4), bytes.length);
  const chunks = new Map<number, Uint8Array>();
  for (let at = 6; at < bytes.length; at += view.getUint16(at + 4)) {
    assert.equal(view.getUint16(at), 0);
    chunks.set(view.getUint16(at + 2), bytes.subarray(at + 6, at + view.getUint16(at + 4)));
  }
  const list = (type: number): readonly number[] => [...(chunks.get(type) ?? [])];
  assert.deepEqual(list(1), [2]);
  assert.deepEqual(list(2), [6]);
  assert.deepEqual(
    [list(3), list(4)],
    [
      [192, 0, 2, 7],
      [192, 0, 2, 1],
    ],
  );
  assert.deepEqual(
    [list(7), list(8)],
    [
      [156, 64],
      [11, 39],
    ],
  );
  assert.deepEqual(list(10), [0, 0, 0, 250]);
  assert.deepEqual(list(11), [1]);
  assert.equal(utf8Text(chunks.get(15) ?? new Uint8Array()), "OPTIONS sip:x SIP/2.0\r\n\r\n");
});

test("HEP: an IPv6 peer of a socket for both is told with two IPv6 addresses", () => {
  const flow = { ...FLOW, remote: { host: "2001:db8::7", port: 1 } };
  const bytes = formatHep([outlineOf(record("sip", "x", { flow }))]);
  assert.equal(bytes[12], 10);
});
