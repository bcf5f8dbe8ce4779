import assert from "node:assert/strict";
import { test } from "node:test";
import { utf8Bytes } from "@parlance/wire";
import { parseMessage, SipRequest } from "../message/index.ts";
import { PreferenceCache } from "./preference-cache.ts";

function request(method: string, ...headers: readonly string[]): SipRequest {
  const lines = [
    `${method} sip:bob@example.com SIP/2.0`,
    "Via: SIP/2.0/TCP 192.0.2.1;branch=z9hG4bK1",
    "From: <sip:alice@example.com>;tag=1",
    "To: <sip:bob@example.com>",
    "Call-ID: 1",
    `CSeq: 1 ${method}`,
    "Max-Forwards: 70",
    ...headers,
    "Content-Length: 0",
  ];
  const message = parseMessage(utf8Bytes(`${lines.join("\r\n")}\r\n\r\n`));
  assert.ok(message.ok && message.value instanceof SipRequest);
  return message.value;
}

test("the same words are compiled once, and both headers and all their lines count", () => {
  const cache = new PreferenceCache();
  const plain = request("MESSAGE", "Accept-Contact: *;+g.oma.sip-im");
  const first = cache.of(plain);
  assert.equal(cache.of(request("MESSAGE", "a: *;+g.oma.sip-im")), first);
  assert.deepEqual(
    first.accept[0]?.terms.map(({ tag }) => tag),
    ["+g.oma.sip-im"],
  );

  const two = cache.of(
    request("MESSAGE", "Accept-Contact: *;audio, *;video", "Accept-Contact: *;text"),
  );
  assert.equal(two.accept.length, 3);
  const rejecting = cache.of(request("MESSAGE", "Reject-Contact: *;audio"));
  assert.equal(rejecting.accept.length, 0);
  assert.equal(rejecting.reject.length, 1);
  assert.equal(rejecting.implicit, false);
  assert.notEqual(cache.of(request("MESSAGE", "Accept-Contact: *;audio")), rejecting);
});

test("without either header the method and the event package speak (RFC 3841 §7.2.2)", () => {
  const cache = new PreferenceCache();
  const tags = (of: SipRequest) => cache.of(of).accept[0]?.terms.map(({ tag }) => tag);
  assert.deepEqual(tags(request("MESSAGE")), ["methods"]);
  assert.deepEqual(tags(request("SUBSCRIBE", "Event: presence")), ["methods", "events"]);
  assert.equal(cache.of(request("MESSAGE")).implicit, true);
});

test("what is remembered is bounded in number and length", () => {
  const cache = new PreferenceCache(2);
  const ask = (tag: string) => cache.of(request("MESSAGE", `Accept-Contact: *;+${tag}`));
  const first = ask("a");
  ask("b");
  ask("c");
  assert.notEqual(ask("a"), first);
  const long = "x".repeat(1_000);
  assert.notEqual(ask(long), ask(long));
});

test("malformed preferences are refused, every time", () => {
  const cache = new PreferenceCache();
  for (const bad of ["*;audio;audio", '*;+n="#x"', "*;require;audio;require", "audio"]) {
    const broken = request("MESSAGE", `Accept-Contact: ${bad}`);
    assert.throws(() => cache.of(broken), { name: "FormatError" }, bad);
    assert.throws(() => cache.of(broken), { name: "FormatError" }, bad);
  }
});
