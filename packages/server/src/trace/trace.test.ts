import assert from "node:assert/strict";
import { test } from "node:test";
import type { Flow, TransportName } from "@parlance/sip";
import { utf8Bytes, utf8Text } from "@parlance/wire";
import {
  fullText,
  ladderLine,
  queryTrace,
  type TraceFacts,
  type TraceFlow,
  TraceRing,
} from "./index.ts";
import { redact } from "./redact.ts";

const NOON = Date.parse("2030-05-04T12:00:00Z");

const flow = (host: string, transport: TransportName = "UDP"): Flow => ({
  id: `${transport}-${host}`,
  transport,
  local: { host: "192.0.2.1", port: 5060 },
  remote: { host, port: 5071 },
});

const sip = (direction: "in" | "out", where: TraceFlow, at: number): TraceFacts => ({
  protocol: "sip",
  direction,
  flow: where,
  at,
});

interface Wanted {
  readonly from?: string;
  readonly to?: string;
  readonly callId?: string;
  readonly headers?: readonly string[];
  readonly type?: string;
  readonly body?: string;
}

function message(wanted: Wanted): Uint8Array {
  const { from = "alice", to = "bob", callId = "c1", type = "text/plain", body = "hello" } = wanted;
  const lines = [
    `MESSAGE sip:${to}@example.com SIP/2.0`,
    "Via: SIP/2.0/UDP 192.0.2.7:5071;branch=z9hG4bK1",
    `From: <sip:${from}@example.com>;tag=1`,
    `To: <sip:${to}@example.com>`,
    `Call-ID: ${callId}`,
    "CSeq: 1 MESSAGE",
    ...(wanted.headers ?? []),
    `Content-Type: ${type}`,
    `Content-Length: ${utf8Bytes(body).length}`,
    "",
    body,
  ];
  return utf8Bytes(lines.join("\r\n"));
}

const peer = flow("192.0.2.7");

function ringOf(...messages: readonly Uint8Array[]): TraceRing {
  const ring = new TraceRing({ bytes: 65_536, records: 64 });
  for (const [at, bytes] of messages.entries()) ring.record(sip("in", peer, NOON + at), bytes);
  return ring;
}

test("the ring keeps the newest messages within its bounds of bytes and count", () => {
  const bySize = new TraceRing({ bytes: 1_000, records: 1_000 });
  for (let at = 0; at < 500; at += 1) {
    bySize.record(sip("in", peer, at), new Uint8Array(1 + ((at * 37) % 300)).fill(at % 256));
    const kept = [...bySize.records()];
    assert.ok(kept.reduce((sum, { bytes }) => sum + bytes.length, 0) <= 1_000);
    assert.equal(kept.at(-1)?.sequence, at);
    for (const [index, record] of kept.entries()) {
      assert.equal(record.sequence, at - kept.length + 1 + index);
      assert.ok(record.bytes.every((octet) => octet === record.sequence % 256));
    }
  }
  const byCount = ringOf(...Array.from({ length: 100 }, () => message({})));
  assert.deepEqual(byCount.counts, { kept: 64, seen: 100 });
});

test("a message longer than the ring is counted and not kept", () => {
  const ring = new TraceRing({ bytes: 100, records: 10 });
  ring.record(sip("in", peer, 1), new Uint8Array(50));
  ring.record(sip("in", peer, 2), new Uint8Array(101));
  assert.deepEqual(ring.counts, { kept: 0, seen: 2 });
  ring.record(sip("in", peer, 3), new Uint8Array(100));
  assert.deepEqual(
    [...ring.records()].map(({ sequence }) => sequence),
    [2],
  );
});

test("what was handed out does not change with later traffic", () => {
  const ring = new TraceRing({ bytes: 10, records: 10 });
  ring.record(sip("out", peer, 1), new Uint8Array(10).fill(1));
  const [record] = ring.records();
  ring.record(sip("out", peer, 2), new Uint8Array(10).fill(2));
  assert.ok(record?.bytes.every((octet) => octet === 1));
});

test("a question by user gives the whole conversation, also across Call-IDs", () => {
  const cpim = "From: <sip:alice@example.com>\r\nNS: imdn <urn:ietf:params:imdn>\r\n";
  const ring = ringOf(
    message({ callId: "c1", type: "message/cpim", body: `${cpim}imdn.Message-ID: m1\r\n\r\n` }),
    message({ callId: "c2", from: "carol", to: "dave" }),
    message({ callId: "c3", from: "server", to: "list", body: `${cpim}imdn.Message-ID: m1\r\n` }),
    message({ callId: "c4", from: "x", to: "y", body: "<imdn><message-id>m1</message-id></imdn>" }),
  );
  const callIds = (user: string | undefined, since?: number) =>
    queryTrace(ring, { user, since }).map(({ callId }) => callId);
  assert.deepEqual(callIds("sip:bob@example.com"), ["c1", "c3", "c4"]);
  assert.deepEqual(callIds("sip:carol@example.com"), ["c2"]);
  assert.deepEqual(callIds("sip:nobody@example.com"), []);
  assert.deepEqual(callIds(undefined), ["c1", "c2", "c3", "c4"]);
  assert.deepEqual(callIds(undefined, NOON + 2), ["c3", "c4"]);
});

test("what is no message is shown by its first line and belongs to nobody", () => {
  const ring = ringOf(utf8Bytes("GET / HTTP/1.1\r\nHost: x\r\n\r\n"));
  const [outline] = queryTrace(ring, { user: undefined, since: undefined });
  assert.equal(outline?.title, "GET / HTTP/1.1");
  assert.equal(outline?.users.size, 0);
});

test("a step of the ladder is one line that says when, who, what and how much", () => {
  const ring = new TraceRing({ bytes: 4_096, records: 4 });
  ring.record(sip("out", flow("2001:db8::7", "TCP"), NOON + 123), message({}));
  const [outline] = queryTrace(ring, { user: undefined, since: undefined });
  assert.ok(outline !== undefined);
  assert.equal(
    ladderLine(outline),
    "12:00:00.123000  --> [2001:db8::7]:5071/TCP  MESSAGE sip:bob@example.com  text/plain  " +
      `${outline.record.bytes.length} bytes  [c1]`,
  );
});

test("printed text cannot steer the terminal or turn the reading order", () => {
  const ring = ringOf(message({ body: "\u001b[31mred\u202e\r\nnext" }));
  const [outline] = queryTrace(ring, { user: undefined, since: undefined });
  assert.ok(outline !== undefined);
  const text = fullText(outline, { text: true });
  assert.ok(text.includes("\\u{1b}[31mred\\u{202e}\nnext"));
  assert.doesNotMatch(text.replaceAll("\n", ""), /[\p{Cc}\p{Cf}]/u);
});

test("proofs of identity are overwritten in their length, everything else stays", () => {
  const digest =
    'Digest username="alice", realm="example.com", nonce="abc", uri="sip:example.com", ' +
    'response="0123456789abcdef", cnonce="xyz", nc=00000001, qop=auth';
  const bytes = message({
    headers: [
      `Authorization:  ${digest}`,
      "Proxy-Authorization: Bearer ey.secret.token",
      'WWW-Authenticate: Digest realm="r",\r\n nonce="folded", opaque=bare',
    ],
    body: 'Authorization: Digest response="body"',
  });
  const text = utf8Text(redact(bytes, { text: true }));
  assert.equal(text.length, bytes.length);
  for (const secret of [
    "0123456789abcdef",
    '"abc"',
    '"xyz"',
    "ey.secret.token",
    "folded",
    "=bare",
  ]) {
    assert.equal(text.includes(secret), false, secret);
  }
  assert.ok(text.includes('username="alice", realm="example.com", nonce="xxx"'));
  assert.ok(text.includes('response="xxxxxxxxxxxxxxxx"'));
  assert.ok(text.includes('response="body"'));
  assert.equal(redact(message({})).length, message({}).length);
});

test("proofs of identity inside of a message/sip are overwritten too", () => {
  const register = 'REGISTER sip:x SIP/2.0\r\nAuthorization: Digest response="secret"\r\n\r\n';
  for (const type of ["message/sip", "multipart/mixed;boundary=b"]) {
    const text = utf8Text(redact(message({ type, body: register }), { text: true }));
    assert.ok(text.includes('response="xxxxxx"'), type);
  }
});
