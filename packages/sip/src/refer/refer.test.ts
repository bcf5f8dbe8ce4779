import assert from "node:assert/strict";
import { test } from "node:test";
import { utf8Bytes } from "@parlance/wire";
import * as fc from "fast-check";
import { formatUri, parseMessage, SipRequest } from "../message/index.ts";
import { judgeRefer } from "./judge-refer.ts";
import { makesSubscription, readReferProgress } from "./refer-subscription.ts";
import { formatSipfrag, parseSipfrag, type SipFragment, statusFragment } from "./sipfrag.ts";

function refer(...headers: readonly string[]): SipRequest {
  const lines = [
    "REFER sip:lobby@example.com SIP/2.0",
    "Via: SIP/2.0/TCP 192.0.2.1;branch=z9hG4bK1",
    "From: <sip:alice@example.com>;tag=1",
    "To: <sip:lobby@example.com>",
    "Call-ID: 1",
    "CSeq: 7 REFER",
    "Max-Forwards: 70",
    ...headers,
    "Content-Length: 0",
  ];
  const message = parseMessage(utf8Bytes(`${lines.join("\r\n")}\r\n\r\n`));
  assert.ok(message.ok && message.value instanceof SipRequest);
  return message.value;
}

function target(referTo: string): string {
  const verdict = judgeRefer(refer(`Refer-To: ${referTo}`));
  if (verdict.do === "refuse") return String(verdict.status);
  if (verdict.target.kind === "list") return `list ${verdict.target.contentId}`;
  const { method, uri, headers } = verdict.target;
  return [method, formatUri(uri), ...headers.map(([name, value]) => `${name}=${value}`)].join(" ");
}

test("the request that is asked for is read from Refer-To, wherever its method stands", () => {
  assert.equal(target("<sip:dave@example.com>"), "INVITE sip:dave@example.com");
  assert.equal(target("sip:dave@example.com"), "INVITE sip:dave@example.com");
  assert.equal(target("<sip:carol@example.com;method=BYE>;text"), "BYE sip:carol@example.com");
  assert.equal(target("<sip:carol@example.com>;method=BYE"), "BYE sip:carol@example.com");
  assert.equal(target("<tel:+15550100>;method=INVITE"), "INVITE tel:+15550100");
  assert.throws(() => target("<sip:c@example.com;method=BYE>;method=INVITE"), {
    name: "FormatError",
  });
  assert.throws(() => target('<sip:c@example.com>;method="a b"'), { name: "FormatError" });
});

test("of the headers in Refer-To only harmless ones reach the request", () => {
  const headers = "Subject=Hi&Route=%3Csip%3Aevil.example%3E&From=x&P-Asserted-Identity=y&body=z";
  assert.equal(target(`<sip:d@example.com?${headers}>`), "INVITE sip:d@example.com Subject=Hi");
});

test("a list must be required and is answered without a subscription (RFC 5368 §4, §5)", () => {
  assert.equal(target("<cid:list@example.com>"), "421");
  const verdict = judgeRefer(
    refer("Refer-To: <cid:list@example.com>", "Require: multiple-refer, norefersub"),
  );
  assert.ok(verdict.do === "consider");
  assert.deepEqual(verdict.target, { kind: "list", contentId: "list@example.com" });
  assert.equal(verdict.silent, true);
});

test("a REFER needs exactly one Refer-To (RFC 3515 §2.4.2)", () => {
  const none = judgeRefer(refer());
  assert.equal(none.do === "refuse" && none.status, 400);
  const two = refer("Refer-To: <sip:a@example.com>", "Refer-To: <sip:b@example.com>");
  assert.throws(() => judgeRefer(two), { name: "FormatError" });
});

test("both sides have to say Refer-Sub: false for silence (RFC 4488 §4)", () => {
  const quiet = refer("Refer-To: <sip:a@example.com>", "Refer-Sub: false");
  const plain = refer("Refer-To: <sip:a@example.com>");
  const verdict = judgeRefer(quiet);
  assert.equal(verdict.do === "consider" && verdict.silent, true);
  assert.equal(makesSubscription(quiet, quiet), false);
  assert.equal(makesSubscription(quiet, plain), true);
  assert.equal(makesSubscription(plain, plain), true);
});

test("Referred-By comes along as it is (RFC 3892 §2.2)", () => {
  const verdict = judgeRefer(
    refer("Refer-To: <sip:a@example.com>", "Referred-By: <sip:alice@example.com>;cid=2"),
  );
  assert.equal(verdict.do === "consider" && verdict.referredBy?.params.get("cid"), "2");
});

function read(text: string): SipFragment {
  const fragment = parseSipfrag(utf8Bytes(text));
  assert.ok(fragment.ok, text);
  return fragment.value;
}

test("the fragments of RFC 3420 §2.1 are read: start line, headers, body, each alone", () => {
  assert.deepEqual(read("SIP/2.0 603 Declined\r\n").start, {
    kind: "status",
    status: 603,
    reason: "Declined",
  });
  assert.deepEqual(read("SIP/2.0 200 OK").start, { kind: "status", status: 200, reason: "OK" });
  assert.deepEqual(read("INVITE sip:alice@atlanta.com SIP/2.0\r\n").start, {
    kind: "request",
    method: "INVITE",
    uri: "sip:alice@atlanta.com",
  });
  const headers = read(
    "From: Alice <sip:alice@atlanta.com>\r\nTo: Bob\r\n  <sip:bob@biloxi.com>\r\n",
  );
  assert.deepEqual(headers, {
    start: undefined,
    headers: [
      ["From", "Alice <sip:alice@atlanta.com>"],
      ["To", "Bob <sip:bob@biloxi.com>"],
    ],
    body: undefined,
  });
  assert.equal(read("Content-Type: text/plain\r\n\r\nHello").body, "Hello");
  assert.equal(read("\r\nHello").body, "Hello");
});

test("broken fragments are refused", () => {
  const broken = ["SIP/2.0 999 X\r\n", "no colon", "A: b\nC: d\r\n", "A: b\rC: d", ": x", "A: b\0"];
  for (const text of broken) assert.equal(parseSipfrag(utf8Bytes(text)).ok, false, text);
  assert.equal(parseSipfrag(new Uint8Array(20_000)).ok, false);
  assert.equal(parseSipfrag(Uint8Array.of(0xff, 0xfe)).ok, false);
  assert.equal(parseSipfrag(utf8Bytes("A: b\r\n".repeat(300))).ok, false);
  fc.assert(fc.property(fc.uint8Array({ maxLength: 99 }), (octets) => void parseSipfrag(octets)));
});

test("fragments survive writing and reading", () => {
  const start = fc.option(
    fc.oneof(
      fc
        .tuple(
          fc.integer({ min: 100, max: 699 }),
          fc.stringMatching(/^[!-~](?:[ -~]{0,10}[!-~])?$/),
        )
        .map(([status, reason]) => ({ kind: "status" as const, status, reason })),
      fc.constant({ kind: "request" as const, method: "BYE", uri: "sip:a@b" }),
    ),
    { nil: undefined },
  );
  const name = fc.stringMatching(/^[A-Za-z][A-Za-z-]{0,8}$/);
  const headers = fc.array(fc.tuple(name, fc.stringMatching(/^(?:[!-~]{1,9})?$/)), {
    maxLength: 4,
  });
  const body = fc.option(fc.string(), { nil: undefined });
  fc.assert(
    fc.property(start, headers, body, (...[first, lines, text]) => {
      const any: SipFragment = { start: first, headers: lines, body: text };
      const empty = first === undefined && lines.length === 0;
      const back = parseSipfrag(formatSipfrag(any));
      assert.deepEqual(back, { ok: true, value: empty && text === undefined ? { ...any } : any });
    }),
  );
});

function progress(status: number) {
  const fragment = parseSipfrag(statusFragment(status));
  return fragment.ok ? readReferProgress(fragment.value) : undefined;
}

test("notifications tell how far the referred request is (RFC 3515 §2.4.5)", () => {
  assert.deepEqual(progress(100), { kind: "under way", status: 100 });
  assert.deepEqual(progress(486), { kind: "done", status: 486, reason: "Busy Here" });
  assert.equal(readReferProgress(read("From: x\r\n")), undefined);
});
