/** An anchored session of two devices, each played by hand over a connection in memory. */
import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { utf8Bytes } from "@parlance/wire";
import { bridged } from "../testing/bridged.ts";
import { Device } from "../testing/msrp-pipe.ts";
import { sameOctets } from "../testing/octets.ts";

function envelope(from: string, text: string): string {
  return `From: <${from}>\r\nTo: <sip:bob@example.com>\r\n\r\nContent-Type: text/plain\r\n\r\n${text}`;
}

test("what one says the other hears, with its transaction id, and the answer is the other's (IM-7.2.3-04)", () => {
  const { alice, bob, toBob, toAlice, bridge } = bridged();
  assert.equal(bridge.connected, true);
  const id = alice.say(toBob, "hello", { messageId: "m1" });
  assert.deepEqual(bob.texts, ["hello"]);
  const [request] = bob.requests;
  assert.deepEqual(
    [request?.transactionId, request?.messageId, request?.toPath, request?.fromPath],
    [id, "m1", bob.path, toAlice],
  );
  assert.equal(alice.responses.at(-1), `${id} 200`);
  bob.say(toAlice, "good day");
  assert.deepEqual(alice.texts, ["good day"]);
});

test("nobody is told 200 before the other side has answered, and refusals come through", () => {
  const { alice, bob, toBob } = bridged();
  bob.answer = undefined;
  const id = alice.say(toBob, "hello");
  assert.equal(alice.responses.includes(`${id} 200`), false);
  const [request] = bob.requests;
  bob.reply(request ?? assert.fail(), 415);
  assert.equal(alice.responses.at(-1), `${id} 415`);
});

test("a device that never answers counts as 408, unless only errors were wanted (RFC 4975 §7.1.2)", async () => {
  const { alice, bob, toBob, clock } = bridged();
  bob.answer = undefined;
  const id = alice.say(toBob, "hello");
  const partial = alice.say(toBob, "hello", { failureReport: "partial" });
  const none = alice.say(toBob, "hello", { failureReport: "no" });
  await clock.pass(31_000);
  assert.deepEqual(
    alice.responses.filter((line) => !line.endsWith("200")),
    [`${id} 408`],
  );
  assert.equal(bob.texts.length, 3);
  assert.equal(
    [partial, none].some((quiet) => alice.responses.join().includes(quiet)),
    false,
  );
});

test("reports go back to the sender with the addresses of his own leg", () => {
  const { alice, bob, toBob, toAlice } = bridged();
  alice.say(toBob, "hello", { messageId: "m1", successReport: "yes" });
  bob.report(toAlice, "m1", "1-5/5");
  const report = alice.requests.find(({ method }) => method === "REPORT");
  assert.deepEqual(
    [report?.messageId, report?.byteRange, report?.status, report?.toPath, report?.fromPath],
    ["m1", "1-5/5", "000 200 OK", alice.path, toBob],
  );
});

test("a foreign To-Path gets 481, a foreign From-Path too, a second connection 506 (RFC 4975 §7.3)", () => {
  const { alice, bob, toBob, taken } = bridged();
  const lost = alice.say("msrp://192.0.2.1:2855/nobody;tcp", "hello");
  assert.equal(alice.responses.at(-1), `${lost} 481`);
  const mallory = new Device("mallory").connect(taken);
  const guess = mallory.say(toBob, "hello");
  assert.equal(mallory.responses.at(-1), `${guess} 481`);
  const second = new Device("alice").connect(taken);
  const again = second.say(toBob, "hello");
  assert.equal(second.responses.at(-1), `${again} 506`);
  assert.deepEqual(bob.texts, []);
});

test("an envelope must name who speaks, however it is cut; a lie is refused to its last chunk", () => {
  const { alice, bob, toBob } = bridged({
    near: { admits: (uri) => uri === "sip:alice@example.com" },
  });
  const type = "message/cpim";
  const truth = envelope("sip:alice@example.com", "it is me");
  alice.say(toBob, truth, { type });
  const lie = alice.say(toBob, envelope("sip:bob@example.com", "it is you"), { type });
  assert.equal(alice.responses.at(-1), `${lie} 403`);
  const bytes = utf8Bytes(truth);
  for (const at of [10, 40, 70]) {
    const range = (from: number, to: number) => `${from}-${to}/${bytes.length}`;
    const messageId = `cut-${at}`;
    const first = { type, messageId, range: range(1, at), flag: "+" } as const;
    alice.say(toBob, bytes.subarray(0, at), first);
    alice.say(toBob, bytes.subarray(at), { type, messageId, range: range(at + 1, bytes.length) });
    sameOctets(bob.octetsOf(messageId), bytes);
  }
  const parts = { type, messageId: "long lie" };
  alice.say(toBob, envelope("sip:bob@example.com", "a"), { ...parts, range: "1-*/*", flag: "+" });
  const rest = alice.say(toBob, "more", { ...parts, range: "80-*/*" });
  assert.equal(alice.responses.at(-1), `${rest} 403`);
  assert.equal(bob.octetsOf("long lie").length, 0);
});

test("what the other side wants none of is refused, bare or in an envelope, however that is cut; the rest goes on", () => {
  const LINK = "message/external-body";
  const { alice, bob, toBob } = bridged({
    near: { refuses: (type) => type.startsWith(LINK) },
  });
  const bare = alice.say(toBob, "Content-Type: image/png\r\n\r\n", { type: `${LINK};URL="x"` });
  assert.equal(alice.responses.at(-1), `${bare} 403`);
  const type = "message/cpim";
  const link = utf8Bytes(
    envelope("sip:alice@example.com", "").replace("text/plain", `${LINK};URL="x"`),
  );
  const whole = alice.say(toBob, link, { type });
  assert.equal(alice.responses.at(-1), `${whole} 403`);
  for (const at of [10, 70, link.length - 6]) {
    const range = (from: number, to: number) => `${from}-${to}/${link.length}`;
    const messageId = `cut-${at}`;
    alice.say(toBob, link.subarray(0, at), { type, messageId, range: range(1, at), flag: "+" });
    const rest = { type, messageId, range: range(at + 1, link.length) };
    const last = alice.say(toBob, link.subarray(at), rest);
    assert.equal(alice.responses.at(-1), `${last} 403`);
  }
  assert.deepEqual(bob.requests, []);
  alice.say(toBob, envelope("sip:alice@example.com", "a text"), { type });
  assert.equal(bob.requests.length, 1);
});

suite("an envelope whose head was judged stays what it is, whatever chunks say over it (security rule 14)", () => {
  const type = "message/cpim";
  const truth = utf8Bytes(envelope("sip:alice@example.com", "it is me"));
  const lie = utf8Bytes(envelope("sip:bobby@example.com", "it is u!"));
  const chunk = (messageId: string, from: number, to: number, flag: "+" | "$" = "+") =>
    ({ type, messageId, range: `${from}-${to}/${truth.length}`, flag }) as const;

  test("its rest does not come before its beginning", () => {
    const { alice, bob, toBob } = asAlice();
    const rest = alice.say(toBob, lie.subarray(1), chunk("m", 2, lie.length));
    assert.equal(alice.responses.at(-1), `${rest} 400`);
    alice.say(toBob, lie.subarray(0, 1), chunk("m", 1, 1));
    alice.say(toBob, "", chunk("m", lie.length + 1, lie.length, "$"));
    assert.equal(bob.octetsOf("m").length, 0);
  });

  test("no other name is put over it, in the middle and once it has ended; the same one may come again", () => {
    const { alice, bob, toBob } = asAlice();
    alice.say(toBob, truth.subarray(0, 90), chunk("m", 1, 90));
    const over = alice.say(toBob, lie.subarray(4), chunk("m", 5, truth.length, "$"));
    assert.equal(alice.responses.at(-1), `${over} 403`);
    sameOctets(bob.octetsOf("m"), truth.subarray(0, 90));
    alice.say(toBob, truth.subarray(0, 90), chunk("n", 1, 90));
    alice.say(toBob, truth.subarray(90), chunk("n", 91, truth.length, "$"));
    const again = alice.say(toBob, truth.subarray(9), chunk("n", 10, truth.length, "$"));
    assert.equal(alice.responses.at(-1), `${again} 200`);
    const late = alice.say(toBob, lie.subarray(9), chunk("n", 10, truth.length, "$"));
    assert.equal(alice.responses.at(-1), `${late} 403`);
    const anew = alice.say(toBob, lie.subarray(0, 90), chunk("n", 1, 90));
    assert.equal(alice.responses.at(-1), `${anew} 403`);
  });

  test("a head that comes in several chunks has no hole that is filled later", () => {
    const { alice, bob, toBob } = asAlice();
    alice.say(toBob, truth.subarray(0, 5), chunk("m", 1, 5));
    const apart = alice.say(toBob, truth.subarray(5), { ...chunk("m", 6, 6), range: "500-*/*" });
    assert.equal(alice.responses.at(-1), `${apart} 400`);
    assert.equal(bob.octetsOf("m").length, 0);
  });

  test("what is no envelope does not become one", () => {
    const { alice, bob, toBob } = asAlice();
    alice.say(toBob, lie.subarray(0, 5), { ...chunk("m", 1, 5), type: "text/plain" });
    const other = alice.say(toBob, lie.subarray(5), chunk("m", 6, lie.length, "$"));
    assert.equal(alice.responses.at(-1), `${other} 400`);
    sameOctets(bob.octetsOf("m"), lie.subarray(0, 5));
  });
});

test("an envelope that begins with a small chunk and goes on with one too large to be held passes whole, and is answered", () => {
  for (const transport of ["tcp", "ws"] as const) {
    const { alice, bob, toBob } = bridged({ transport, bobTakes: BOTH });
    const bytes = utf8Bytes(envelope("sip:alice@example.com", "x".repeat(100_000)));
    const of = { type: "message/cpim", messageId: "m" };
    const first = alice.say(toBob, bytes.subarray(0, 30), {
      ...of,
      range: `1-30/${bytes.length}`,
      flag: "+",
    });
    const second = sayInPieces(alice, toBob, bytes.subarray(30), {
      ...of,
      range: `31-${bytes.length}/${bytes.length}`,
    });
    sameOctets(bob.octetsOf("m"), bytes);
    for (const id of [first, second]) assert.ok(alice.responses.includes(`${id} 200`), id);
  }
});

test("the other side is not left waiting for the rest of what is refused in the middle (RFC 4975 §7.1)", () => {
  const { alice, bob, toBob } = bridged({ near: { maxBytes: 20_000 } });
  alice.say(toBob, "x".repeat(15_000), { messageId: "m", range: "1-*/*", flag: "+" });
  const more = alice.say(toBob, "x".repeat(6_000), {
    messageId: "m",
    range: "15001-*/*",
    flag: "+",
  });
  assert.equal(alice.responses.at(-1), `${more} 413`);
  alice.say(toBob, "x", { messageId: "m", range: "21001-*/*" });
  const streamed = sayInPieces(alice, toBob, new Uint8Array(90_000), {
    messageId: "n",
    range: "1-*/*",
  });
  assert.equal(alice.responses.at(-1), `${streamed} 413`);
  const ends = bob.requests.filter(({ flag }) => flag === "#");
  assert.deepEqual(
    ends.map(({ messageId, byteRange }) => `${messageId} ${byteRange}`),
    ["m 15001-*/*"],
  );
});

test("messages that were refused, and never ended, leave room for others", () => {
  const { alice, bob, toBob } = bridged({ near: { maxBytes: 10 }, limits: { openMessages: 4 } });
  for (let turn = 0; turn < 10; turn += 1) {
    alice.say(toBob, "x".repeat(11), { messageId: `big-${turn}`, range: "1-*/*", flag: "+" });
  }
  const id = alice.say(toBob, "hello", { messageId: "m", range: "1-*/*", flag: "+" });
  assert.equal(alice.responses.at(-1), `${id} 200`);
  assert.deepEqual(bob.texts, ["hello"]);
});

test("what is larger than was agreed is refused with 413, declared or not", () => {
  const { alice, bob, toBob } = bridged({ near: { maxBytes: 10 } });
  const declared = alice.say(toBob, "hello", { range: "1-5/11", flag: "+" });
  assert.equal(alice.responses.at(-1), `${declared} 413`);
  alice.say(toBob, "0123456789", { messageId: "m", range: "1-*/*", flag: "+" });
  const more = alice.say(toBob, "x", { messageId: "m", range: "11-*/*" });
  assert.equal(alice.responses.at(-1), `${more} 413`);
  assert.deepEqual(bob.texts, ["0123456789", ""]);
  assert.deepEqual(
    bob.requests.map(({ flag }) => flag),
    ["+", "#"],
  );
});

test("a chunk of any size passes in pieces that fit, and is answered once they have all arrived", () => {
  for (const transport of ["tcp", "ws"] as const) {
    const { alice, bob, toBob } = bridged({ transport });
    bob.answer = undefined;
    const bytes = Uint8Array.from({ length: 300_000 }, (_, index) => (index * 7) % 251);
    const whole = { messageId: "big", type: "application/octet-stream" };
    const frame = new Collect();
    const helper = new Device("alice");
    helper.end.arrive = (octets) => frame.push(octets);
    const id = helper.say(toBob, bytes, { ...whole, id: "bigchunk" });
    for (const piece of frame.pieces(65_536)) alice.end.arrive(piece);
    const { length } = bob.requests;
    assert.ok(length > 3);
    assert.equal(
      alice.responses.some((line) => line.startsWith(id)),
      false,
    );
    for (const request of bob.requests) bob.reply(request, 200);
    assert.equal(alice.responses.at(-1), `${id} 200`);
    sameOctets(bob.octetsOf("big"), bytes);
    const ranges = bob.requests.map(({ byteRange }) => byteRange ?? "");
    assert.ok(ranges[0]?.startsWith("1-"));
    assert.ok(ranges.every((range) => range.endsWith("-*/300000"))); // RFC 4975 §7.1.1
    assert.deepEqual(bob.requests.map(({ flag }) => flag).slice(-2), ["+", "$"]);
  }
});

test("who sends faster than the other reads is not read himself, and goes on later", () => {
  const { alice, bob, toBob } = bridged({ limits: { backlogBytes: 1_000 } });
  bob.end.stalled = true;
  for (let sent = 0; sent < 3; sent += 1) alice.say(toBob, "x".repeat(600));
  assert.equal(alice.end.paused, true);
  bob.end.flow();
  assert.equal(alice.end.paused, false);
  assert.equal(bob.texts.length, 3);
});

test("a lost device that comes back gets what it had not answered and what was sent since", () => {
  const { alice, bob, toBob, far, taken } = bridged();
  bob.answer = undefined;
  const first = alice.say(toBob, "one");
  bob.end.cut();
  const second = alice.say(toBob, "two");
  bob.answer = 200;
  far.agree({
    path: bob.path.replace("session", "again"),
    fingerprints: [],
    dial: undefined,
  });
  const back = new Device("bob");
  Object.defineProperty(back, "path", { value: bob.path.replace("session", "again") });
  back.connect(taken).greet(far.uri);
  assert.deepEqual(back.texts, ["one", "two"]);
  assert.deepEqual(alice.responses.slice(-2), [`${first} 200`, `${second} 200`]);
});

test("for a device that does not come back everything is refused, and the session is over", async () => {
  const { alice, bob, toBob, clock, failures } = bridged();
  bob.end.cut();
  const id = alice.say(toBob, "are you there?");
  await clock.pass(31_000);
  assert.equal(alice.responses.at(-1), `${id} 408`);
  assert.deepEqual(failures, ["far connection lost"]);
});

test("what cannot be kept for a lost device is refused at once", () => {
  const { alice, bob, toBob } = bridged({ limits: { keptBytes: 2_000 } });
  bob.end.cut();
  const sent = Array.from({ length: 5 }, () => alice.say(toBob, "x".repeat(600)));
  assert.equal(alice.end.paused, true);
  assert.equal(alice.responses.at(-1), `${sent.at(-1)} 408`);
});

test("devices that never connect end it", async () => {
  const { clock, failures } = bridged({ bound: false });
  await clock.pass(32_000);
  assert.deepEqual(failures.toSorted(), ["far no connection", "near no connection"]);
});

test("after the end an address is nobody's, and its connection is closed", async () => {
  const { alice, toBob, bridge, clock } = bridged();
  bridge.close();
  const late = alice.say(toBob, "hello?");
  assert.equal(alice.responses.at(-1), `${late} 481`);
  await clock.pass(40_000);
  assert.equal(alice.end.open, false);
});

test("what is no MSRP is told so, reported and closed", () => {
  const { alice, suspected } = bridged();
  alice.end.arrive(utf8Bytes("GET / HTTP/1.1\r\n\r\n"));
  assert.equal(alice.end.open, false);
  assert.deepEqual(suspected, ["malformed MSRP"]);
});

test("a large chunk that overtakes the description of its sender waits for it, all of it (RFC 6135 §4.2.2)", () => {
  const { alice, bob, toBob, toAlice, describe } = bridged({ described: false });
  const octets = new Uint8Array(100_000).map((_, at) => 97 + (at % 26));
  const id = bob.say(toAlice, octets, { messageId: "m1" });
  assert.deepEqual(bob.responses, []);
  describe();
  alice.greet(toBob);
  sameOctets(alice.octetsOf("m1"), octets);
  assert.equal(bob.responses.at(-1), `${id} 200`);
});

test("a connection that has ended before its device was described is not that of the session", () => {
  const { alice, bob, toBob, toAlice, taken, describe } = bridged({ described: false });
  bob.greet(toAlice);
  bob.end.cut();
  describe();
  alice.greet(toBob);
  bob.connect(taken).greet(toAlice);
  alice.say(toBob, "welcome back");
  assert.deepEqual(bob.texts, ["welcome back"]);
});

test("a device that vanished and comes by another connection is believed when the first is silent, and gets what waited (RFC 4975 §7.3)", async () => {
  const { alice, bob, toBob, toAlice, taken, clock } = bridged();
  const vanished = bob.end;
  vanished.stalled = true;
  const id = alice.say(toBob, "are you there?");
  bob.connect(taken).greet(toAlice);
  const large = new Uint8Array(100_000).fill(65);
  bob.say(toAlice, large, { messageId: "m1" });
  await clock.pass(2_000);
  assert.deepEqual(bob.responses.slice(1), []);
  await clock.pass(2_500);
  assert.deepEqual(bob.texts, ["are you there?"]);
  assert.equal(alice.responses.at(-1), `${id} 200`);
  sameOctets(alice.octetsOf("m1"), large);
  assert.ok(bob.responses.slice(1).every((line) => line.endsWith(" 200")));
  await clock.pass(10_000);
  assert.equal(vanished.open, false);
  assert.equal(bob.end.open, true);
});

test("a first connection that ends meanwhile leaves its place at once", () => {
  const { bob, toAlice, taken, alice, toBob } = bridged();
  const vanished = bob.end;
  vanished.stalled = true;
  bob.connect(taken).greet(toAlice);
  vanished.cut();
  alice.say(toBob, "at once");
  assert.deepEqual(bob.texts, ["at once"]);
});

/** Octets, cut as a socket would. */
/** A bridge whose near side is hers. */
function asAlice() {
  return bridged({ near: { admits: (uri) => uri === "sip:alice@example.com" } });
}

const BOTH = {
  acceptTypes: ["message/cpim", "text/plain"],
  acceptWrappedTypes: ["*"],
  maxSize: undefined,
};

/** As a socket would bring a long frame. */
function sayInPieces(
  device: Device,
  to: string,
  bytes: Uint8Array,
  of: Parameters<Device["say"]>[2],
): string {
  const frame = new Collect();
  const { end } = device;
  const arrive = end.arrive.bind(end);
  end.arrive = (octets) => frame.push(octets);
  const id = device.say(to, bytes, of);
  end.arrive = arrive;
  for (const piece of frame.pieces(40_000)) end.arrive(piece);
  return id;
}

class Collect {
  #bytes = new Uint8Array(0);

  push(bytes: Uint8Array): void {
    this.#bytes = bytes.slice();
  }

  *pieces(size: number): IterableIterator<Uint8Array> {
    for (let at = 0; at < this.#bytes.length; at += size) yield this.#bytes.subarray(at, at + size);
  }
}
