import assert from "node:assert/strict";
import { test } from "node:test";
import { concatBytes, utf8Bytes } from "@parlance/wire";
import {
  checkRequest,
  type Framed,
  type MessageFault,
  messageLimits,
  parseMessage,
  readDatagram,
  readFrame,
  SipFramer,
  type SipMessage,
  SipRequest,
} from "./index.ts";

interface Parts {
  readonly start?: string;
  readonly lines?: readonly string[];
  readonly body?: string;
  readonly length?: string;
}

function message({ start, lines = [], body = "", length }: Parts = {}): Uint8Array {
  const head = [
    start ?? "MESSAGE sip:bob@parlance.test SIP/2.0",
    "Via: SIP/2.0/TCP 192.0.2.1;branch=z9hG4bK1",
    "From: <sip:alice@parlance.test>;tag=1",
    "To: <sip:bob@parlance.test>",
    "Call-ID: 1",
    "CSeq: 1 MESSAGE",
    ...lines,
    `Content-Length: ${length ?? String(body.length)}`,
  ];
  return utf8Bytes(`${head.join("\r\n")}\r\n\r\n${body}`);
}

function statusOf(framed: Framed | undefined): number | string {
  if (framed === undefined) return "wait";
  if (framed.kind === "fault") return framed.status;
  if (framed.kind !== "message") return framed.kind;
  return framed.message instanceof SipRequest
    ? (checkRequest(framed.message)?.status ?? "ok")
    : "ok";
}

function checked(request: SipMessage): MessageFault | undefined {
  return request instanceof SipRequest ? checkRequest(request) : undefined;
}

/** On a datagram and on a stream. */
function judged(bytes: Uint8Array): readonly (number | string)[] {
  return [statusOf(readDatagram(bytes)), statusOf(new SipFramer().push(bytes)[0])];
}

function both(outcome: number | string): readonly (number | string)[] {
  return [outcome, outcome];
}

function uri(length: number): string {
  return `sip:${"a".repeat(length - 18)}@parlance.test`;
}

/** A header line of so many octets with its end. */
function line(octets: number): string {
  return `X-Y: ${"a".repeat(octets - 7)}`;
}

function many(count: number): readonly string[] {
  return Array.from({ length: count }, () => "X-Y: a");
}

function values(name: string, value: string, count: number): Parts {
  return { lines: [`${name}: ${Array.from({ length: count }, () => value).join(",")}`] };
}

/** What comes out octet by octet. */
function kinds(framer: SipFramer, text: string): readonly string[] {
  return Array.from(utf8Bytes(text), (octet) => framer.push(Uint8Array.of(octet)))
    .flat()
    .map(({ kind }) => kind);
}

test("each bound holds: at it the message is good, one beyond it is refused", () => {
  const room = messageLimits.startLineBytes - "MESSAGE  SIP/2.0".length;
  assert.deepEqual(judged(message({ start: `MESSAGE ${uri(room)} SIP/2.0` })), both("ok"));
  assert.deepEqual(judged(message({ start: `MESSAGE ${uri(room + 1)} SIP/2.0` })), both(414));

  assert.deepEqual(judged(message({ lines: [line(messageLimits.headerLineBytes)] })), both("ok"));
  assert.deepEqual(
    judged(message({ lines: [line(messageLimits.headerLineBytes + 1)] })),
    both(400),
  );

  const left = messageLimits.headerLines - 6;
  assert.deepEqual(judged(message({ lines: many(left) })), both("ok"));
  assert.deepEqual(judged(message({ lines: many(left + 1) })), both(513));

  const wide = (count: number) => Array.from({ length: count }, () => line(8000));
  assert.deepEqual(judged(message({ lines: wide(8) })), both("ok"));
  assert.deepEqual(judged(message({ lines: wide(9) })), both(513));

  const body = (octets: number) => message({ body: "b".repeat(octets) });
  assert.deepEqual(judged(body(messageLimits.datagramBodyBytes)), both("ok"));
  assert.deepEqual(judged(body(messageLimits.datagramBodyBytes + 1)), [413, "ok"]);
  assert.deepEqual(judged(body(messageLimits.streamBodyBytes)), [413, "ok"]);
  assert.deepEqual(judged(body(messageLimits.streamBodyBytes + 1)), [413, 413]);
});

test("Via, Route and Contact have as many values as their bounds", () => {
  const cases = [
    ["Via", "SIP/2.0/TCP a.test;branch=z9hG4bK1", messageLimits.viaValues - 1],
    ["Route", "<sip:a.test;lr>", messageLimits.routeValues],
    ["Contact", "<sip:a@a.test>", messageLimits.contactValues],
  ] as const;
  for (const [name, value, count] of cases) {
    assert.deepEqual(judged(message(values(name, value, count))), both("ok"), name);
    assert.deepEqual(judged(message(values(name, value, count + 1))), both(400), name);
  }
});

test("a bound that is passed is told by its name, a broken header by its own", () => {
  const beyond = messageLimits.streamBodyBytes + 1;
  const cases: readonly (readonly [Parts, string])[] = [
    [{ start: `MESSAGE ${uri(messageLimits.startLineBytes)} SIP/2.0` }, "startLineBytes"],
    [{ lines: [line(messageLimits.headerLineBytes + 1)] }, "headerLineBytes"],
    [{ lines: many(messageLimits.headerLines) }, "headerLines"],
    [{ lines: Array.from({ length: 9 }, () => line(8000)) }, "headerSectionBytes"],
    [{ body: "b".repeat(beyond) }, "streamBodyBytes"],
    [values("Via", "SIP/2.0/TCP a.test", messageLimits.viaValues), "viaValues"],
    [values("Route", "<sip:a.test;lr>", messageLimits.routeValues + 1), "routeValues"],
    [values("Contact", "<sip:a@a.test>", messageLimits.contactValues + 1), "contactValues"],
    [{ lines: ["Max-Forwards: 256"] }, "Max-Forwards"],
  ];
  for (const [parts, name] of cases) {
    const [framed] = new SipFramer().push(message(parts));
    const fault = framed?.kind === "message" ? checked(framed.message) : framed;
    assert.ok(fault !== undefined && "reason" in fault);
    assert.equal(fault.limit ?? fault.format, name);
  }
  const large = readDatagram(message({ body: "b".repeat(messageLimits.datagramBodyBytes + 1) }));
  assert.equal(large.kind === "fault" ? large.limit : undefined, "datagramBodyBytes");
});

test("what makes a request unfit is told with its status (RFC 3261 §8.2, §16.3)", () => {
  const cases: readonly (readonly [Parts, number | string])[] = [
    [{ start: "MESSAGE sip:bob@parlance.test SIP/3.0" }, 505],
    [{ start: "MESSAGE http://parlance.test SIP/2.0" }, 416],
    [{ start: "MESSAGE im:bob@parlance.test SIP/2.0" }, "ok"],
    [{ start: "MESSAGE tel:+123 SIP/2.0" }, "ok"],
    [{ start: "MESSAGE sip:bob@parlance.test?x=y SIP/2.0" }, 400],
    [{ start: "MESSAGE <sip:bob@parlance.test> SIP/2.0" }, 400],
    [{ start: "MESSAGE  sip:bob@parlance.test SIP/2.0" }, 400],
    [{ start: "INVITE sip:bob@parlance.test SIP/2.0" }, 400],
    [{ lines: ["Max-Forwards: 256"] }, 400],
    [{ lines: ["Max-Forwards: 1", "max-forwards: 2"] }, 400],
    [{ lines: ["t: <sip:bob@parlance.test>"] }, 400],
    [{ lines: ["Require: a,,b"] }, 400],
    [{ lines: ["Subject: a\0b"] }, 400],
    [{ lines: ["Subject: a\rb"] }, 400],
    [{ lines: ["Subject: a\nVia: x"] }, 400],
    [{ lines: ["no colon"] }, 400],
    [{ lines: ["Date: yesterday", "Retry-After: soon"] }, "ok"], // nobody here needs them
    [{ lines: ["Supported:", "Max-Forwards:    70"] }, "ok"],
  ];
  for (const [parts, status] of cases) {
    assert.deepEqual(judged(message(parts)), both(status), JSON.stringify(parts));
  }
  for (const name of ["Via", "From", "To", "Call-ID", "CSeq"]) {
    const text = new TextDecoder().decode(message());
    const without = text.replace(new RegExp(`${name}: .*\r\n`), "");
    const outcome = parseMessage(utf8Bytes(without));
    assert.ok(outcome.ok && outcome.value instanceof SipRequest);
    assert.equal(checkRequest(outcome.value)?.status, 400, name);
  }
});

test("Content-Length: missing on a datagram, exact in a frame, needed on a stream", () => {
  const text = new TextDecoder().decode(message({ body: "hello" }));
  const without = utf8Bytes(text.replace("Content-Length: 5\r\n", ""));
  assert.deepEqual(judged(without), ["ok", 400]);
  assert.equal(statusOf(readFrame(without)), "ok");
  const short = message({ body: "hello", length: "4" });
  assert.equal(statusOf(readDatagram(short)), "ok");
  assert.equal(statusOf(readFrame(short)), 400);
  assert.deepEqual(judged(message({ body: "hello", length: "6" })), [400, "wait"]);
  assert.deepEqual(judged(message({ length: "0", lines: ["l: 0"] })), both(400));
});

test("keep-alives: CRLF twice is a ping where it came in, once a pong where we opened (RFC 5626 §3.5.1)", () => {
  assert.deepEqual(kinds(new SipFramer(), "\r\n\r\n\r\n\r\n"), ["ping", "ping"]);
  assert.deepEqual(kinds(new SipFramer({ opened: true }), "\r\n"), ["pong"]);
  assert.equal(readDatagram(utf8Bytes("\r\n\r\n")).kind, "ping");
  const framer = new SipFramer();
  const framed = [...framer.push(utf8Bytes("\r\n")), ...framer.push(message())];
  assert.deepEqual(
    framed.map(({ kind }) => kind),
    ["message"],
  );
});

test("a fault carries what its answer needs, closes, and ends the stream", () => {
  const framer = new SipFramer();
  const [fault] = framer.push(message({ lines: ["broken line"] }));
  assert.ok(fault?.kind === "fault" && fault.close);
  assert.equal(fault.message?.callId, "1");
  assert.deepEqual(framer.push(message()), []);
  assert.equal(framer.heldBytes, 0);
  const response = utf8Bytes("SIP/2.0 99 No\r\nVia: SIP/2.0/TCP a;branch=z9hG4bK1\r\n\r\n");
  const dropped = readDatagram(response);
  assert.ok(dropped.kind === "fault" && dropped.message === undefined);
});

test("what is held is bounded, and dripping octets cost no more than they weigh", () => {
  const framer = new SipFramer();
  let most = 0;
  let faults = 0;
  const octet = utf8Bytes("a");
  for (let count = 0; count < 200_000; count += 1) {
    faults += framer.push(octet).length;
    most = Math.max(most, framer.heldBytes);
  }
  assert.equal(faults, 1);
  assert.ok(most <= messageLimits.headerSectionBytes + 1);
  const dripped = message({ body: "b".repeat(60_000) });
  const pieces = Array.from(dripped, (_, at) => dripped.subarray(at, at + 1));
  const slow = new SipFramer();
  assert.equal(pieces.flatMap((piece) => slow.push(piece)).length, 1);
  const twice = concatBytes(message(), message());
  assert.equal(new SipFramer().push(twice).length, 2);
});
