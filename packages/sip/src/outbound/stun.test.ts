import assert from "node:assert/strict";
import { test } from "node:test";
import { parseHex } from "@parlance/wire";
import * as fc from "fast-check";
import { answerStun, formatStunRequest, isStun, parseStun } from "./stun.ts";

const transaction = parseHex("b7e7a701bc34d686fa87dfae");
/** RFC 5769 §2.2: a response for 192.0.2.1:32853, here with its FINGERPRINT left off. */
const PRINTED = "0101000c2112a442b7e7a701bc34d686fa87dfae002000080001a147e112a643";

function sample(hexText: string): Uint8Array {
  return parseHex(hexText.replaceAll(/\s/g, ""));
}

test("the XOR-MAPPED-ADDRESS of RFC 5769 §2.2 is read and written", () => {
  const message = parseStun(sample(PRINTED));
  assert.deepEqual(message, {
    kind: "response",
    transaction,
    mapped: { host: "192.0.2.1", port: 32853 },
  });
  const request = { kind: "request", transaction, unknown: [] } as const;
  assert.deepEqual(answerStun(request, { host: "192.0.2.1", port: 32853 }), sample(PRINTED));
});

test("a request and its answer come back whole, for IPv4 and IPv6", () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ minLength: 12, maxLength: 12 }),
      fc.oneof(fc.ipV4(), fc.constant("2001:db8:1234:5678:11:2233:4455:6677"), fc.constant("::1")),
      fc.integer({ min: 1, max: 65_535 }),
      (id, host, port) => {
        const request = parseStun(formatStunRequest(id));
        assert.ok(request?.kind === "request");
        assert.deepEqual(request, { kind: "request", transaction: id, unknown: [] });
        const response = parseStun(answerStun(request, { host, port }));
        assert.deepEqual(response, { kind: "response", transaction: id, mapped: { host, port } });
      },
    ),
  );
});

test("an attribute that must be understood and is not gets 420 with its type (RFC 5389 §7.3.1)", () => {
  const request = parseStun(sample("000100082112a442b7e7a701bc34d686fa87dfae 7777000401020304"));
  assert.ok(request?.kind === "request");
  assert.deepEqual(request.unknown, [0x7777]);
  const error = parseStun(answerStun(request, { host: "192.0.2.1", port: 5060 }));
  assert.deepEqual(error, { kind: "error", transaction, code: 420 });
  const optional = parseStun(sample("000100082112a442b7e7a701bc34d686fa87dfae 8022000474657374"));
  assert.deepEqual(optional?.kind === "request" && optional.unknown, []);
});

test("a FINGERPRINT is checked where it is given (RFC 5389 §15.5)", () => {
  // RFC 5769 §2.1 attributes are signed; this one is a bare request with its own CRC.
  const good = sample("000100082112a442b7e7a701bc34d686fa87dfae 80280004" + fingerprint());
  assert.equal(parseStun(good)?.kind, "request");
  good.set([0xff], good.length - 1);
  assert.equal(parseStun(good), undefined);
});

/** CRC-32 of the 20 octets before it, XOR 0x5354554e. */
function fingerprint(): string {
  const head = sample("000100082112a442b7e7a701bc34d686fa87dfae");
  const table = Array.from({ length: 256 }, (_, n) => {
    let value = n;
    for (let bit = 0; bit < 8; bit += 1)
      value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
    return value >>> 0;
  });
  let crc = 0xffffffff;
  for (const octet of head) crc = (table[(crc ^ octet) & 255] ?? 0) ^ (crc >>> 8);
  return ((~crc ^ 0x5354554e) >>> 0).toString(16).padStart(8, "0");
}

test("SIP and broken STUN are told apart and dropped, cut at any octet", () => {
  assert.equal(isStun(new TextEncoder().encode("MESSAGE sip:bob@example.com SIP/2.0")), false);
  const whole = sample(PRINTED);
  for (let length = 0; length < whole.length; length += 1) {
    assert.equal(parseStun(whole.subarray(0, length)), undefined);
  }
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 64 }), (octets) => {
      const head = sample("000100002112a442b7e7a701bc34d686fa87dfae");
      const datagram = new Uint8Array([...head, ...octets]);
      datagram[3] = octets.length;
      const message = parseStun(datagram);
      assert.ok(message === undefined || message.kind === "request");
    }),
  );
});
