import assert from "node:assert/strict";
import { test } from "node:test";
import { concatBytes, FormatError, octetBytes, utf8Bytes, utf8Text } from "@parlance/wire";
import * as sip from "./index.ts";

const HEAD = [
  "MESSAGE sip:bob@parlance.test SIP/2.0",
  "v:SIP/2.0/TCP 192.0.2.1;branch=z9hG4bK1 , SIP/2.0/UDP b.test;branch=z9hG4bK2",
  "Max-Forwards:  70",
  "X-Odd :  ;;,,;;,;",
  "f: <sip:alice@parlance.test>;tag=1",
  "TO: Bob\r\n <sip:bob@parlance.test>",
  "i: 1@b",
  "CSeq:  0001   MESSAGE",
  "Route: <sip:one.test;lr>, <sip:two.test;lr>",
  "Route: <sip:three.test;lr>",
  "l:    2",
];

function request(lines: readonly string[] = HEAD, body = "hi"): sip.SipRequest {
  const outcome = sip.parseMessage(utf8Bytes(`${lines.join("\r\n")}\r\n\r\n${body}`));
  assert.ok(outcome.ok && outcome.value instanceof sip.SipRequest);
  return outcome.value;
}

function linesOf(message: sip.SipMessage): readonly string[] {
  return utf8Text(sip.formatMessage(message)).split("\r\n");
}

const HOP = {
  protocol: "SIP/2.0",
  transport: "TCP",
  host: "p.test",
  port: undefined,
  params: sip.Params.of(["branch", "z9hG4bKp"]),
};

test("a proxy hop changes its own lines and leaves all others as they came (RFC 3261 §16.6)", () => {
  const message = request();
  const next = message
    .edit()
    .prepend(sip.Via, HOP)
    .set(sip.MaxForwards, 69)
    .removeFirst(sip.Route)
    .uri(sip.parseUri("sip:bob@192.0.2.9"))
    .done();
  const expected = `${HEAD.join("\r\n")}\r\n\r\nhi`
    .replace("sip:bob@parlance.test SIP", "sip:bob@192.0.2.9 SIP")
    .replace("v:SIP", "Via: SIP/2.0/TCP p.test;branch=z9hG4bKp\r\nv:SIP")
    .replace("Max-Forwards:  70", "Max-Forwards: 69")
    .replace("Route: <sip:one.test;lr>, ", "Route: ");
  assert.equal(utf8Text(sip.formatMessage(next)), expected);
  assert.equal(message.get(sip.MaxForwards), 70);
  assert.equal(next.get(sip.Via)?.length, 3);
});

test("the first value of a list is changed or taken away without touching the rest", () => {
  const message = request();
  const received = { ...message.via, params: message.via.params.with("received", "192.0.2.7") };
  const next = message.edit().replaceFirst(sip.Via, received).done();
  assert.equal(
    next.text("Via"),
    "SIP/2.0/TCP 192.0.2.1;branch=z9hG4bK1;received=192.0.2.7, SIP/2.0/UDP b.test;branch=z9hG4bK2",
  );
  const bare = message
    .edit()
    .removeFirst(sip.Route)
    .removeFirst(sip.Route)
    .removeFirst(sip.Route)
    .done();
  assert.equal(bare.has("route"), false);
});

test("set puts one line in the place of all; append and remove go by any spelling", () => {
  const next = request()
    .edit()
    .set(sip.Route, [sip.Route.read("<sip:x.test;lr>")[0] ?? assert.fail()])
    .append(sip.Supported, "path")
    .remove("T")
    .setText("Subject", "Grüße 🙂")
    .done();
  assert.deepEqual(next.texts("Route"), ["<sip:x.test;lr>"]);
  assert.equal(next.has(sip.To), false);
  const again = sip.parseMessage(sip.formatMessage(next));
  assert.ok(again.ok);
  assert.equal(again.value.text("s"), "Grüße 🙂");
});

test("a new body brings its length and type; Content-Length is never left out", () => {
  const message = request(HEAD.slice(0, -1));
  assert.ok(linesOf(message.edit().done()).includes("Content-Length: 2"));
  const next = message.edit().body(utf8Bytes("grüß"), "text/plain").done();
  assert.deepEqual([next.text("l"), next.text("c")], ["6", "text/plain"]);
  assert.equal(next.edit().body(new Uint8Array(0)).done().has("Content-Type"), false);
});

test("a line break or NUL never gets into a line of ours", () => {
  const edit = request().edit();
  for (const value of ["a\r\nb", "a\nb", "a\0b"]) {
    assert.throws(() => edit.setText("Subject", value), RangeError);
    assert.throws(() => edit.set(sip.Subject, value), RangeError);
    const response = sip.makeResponse(request(), 400);
    assert.throws(() => sip.makeResponse(request(), 400, value), RangeError);
    assert.throws(() => response.edit().status(400, value), RangeError);
    assert.throws(() => request().edit().method(value), RangeError);
  }
  const named = { name: "a\r\nb", uri: sip.sipUri("a", "b.test"), params: sip.Params.none };
  assert.throws(() => edit.set(sip.From, named), RangeError);
});

test("a head that is no UTF-8 is kept octet for octet, with what is added in UTF-8", () => {
  const bytes = concatBytes(octetBytes(`${HEAD.join("\r\n")}\r\nSubject: caf\u00e9\r\n\r\nhi`));
  const outcome = sip.parseMessage(bytes);
  assert.ok(outcome.ok);
  assert.deepEqual(sip.formatMessage(outcome.value), bytes);
  const next = sip.formatMessage(outcome.value.edit().setText("Organization", "Grüße").done());
  assert.ok(Buffer.from(next).includes(Buffer.from("Subject: caf\u00e9\r\n", "latin1")));
  assert.ok(Buffer.from(next).includes(Buffer.from("Organization: Grüße\r\n", "utf8")));
});

test("a response takes over what it must from its request (RFC 3261 §8.2.6.2)", () => {
  const response = sip.makeResponse(request(), 480, undefined, (edit) =>
    edit.setText("Warning", '399 a "b"'),
  );
  assert.deepEqual(linesOf(response).slice(0, -2), [
    "SIP/2.0 480 Temporarily Unavailable",
    HEAD[1],
    "f: <sip:alice@parlance.test>;tag=1",
    "TO: Bob",
    " <sip:bob@parlance.test>",
    "i: 1@b",
    "CSeq:  0001   MESSAGE",
    'Warning: 399 a "b"',
    "Content-Length: 0",
  ]);
});

test("a request is made of its parts", () => {
  const made = sip.makeRequest(
    "OPTIONS",
    sip.sipUri(undefined, "[2001:db8::1]", { port: 5070 }),
    (edit) => edit.set(sip.CSeq, { number: 1, method: "OPTIONS" }),
  );
  assert.deepEqual(linesOf(made), [
    "OPTIONS sip:[2001:db8::1]:5070 SIP/2.0",
    "CSeq: 1 OPTIONS",
    "Content-Length: 0",
    "",
    "",
  ]);
  assert.throws(() => sip.makeRequest("A B", made.uri, () => undefined), RangeError);
});

test("a repeated header that stands once is malformed, for whoever asks", () => {
  const message = request([...HEAD, "To: <sip:carol@parlance.test>"]);
  assert.throws(() => message.to, FormatError);
  assert.equal(sip.checkRequest(message)?.status, 400);
});
