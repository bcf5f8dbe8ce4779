/** Sides of which one takes envelopes alone and the other none: the switch puts them on and takes them off. OMA IM 3.10, 9.1 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { formatCpim, imdnHeader, parseCpim, parseImdn } from "@parlance/formats";
import { parseByteRange } from "@parlance/msrp";
import { concatBytes, utf8Bytes, utf8Text } from "@parlance/wire";
import * as fc from "fast-check";
import { type BridgeWishes, bridged } from "../testing/bridged.ts";
import type { Device } from "../testing/msrp-pipe.ts";
import { sameOctets } from "../testing/octets.ts";

const ALICE = { name: "Alice", uri: "sip:alice@example.com" };
const BOB = { name: undefined, uri: "sip:bob@example.com" };
const ENVELOPES = { acceptTypes: ["message/cpim"], acceptWrappedTypes: ["*"], maxSize: undefined };
const TEXT = { acceptTypes: ["text/plain"], acceptWrappedTypes: [], maxSize: undefined };
const CPIM = "message/cpim";

/** Alice's device takes envelopes alone, Bob's nothing but text. */
function mixed(wishes: BridgeWishes = {}) {
  return bridged({
    near: { speaks: ALICE, admits: (uri) => uri === ALICE.uri },
    far: { speaks: BOB },
    aliceTakes: ENVELOPES,
    bobTakes: TEXT,
    ...wishes,
  });
}

function envelope(content: Uint8Array, wishes?: string, type = "text/plain"): Uint8Array {
  const asks =
    wishes === undefined
      ? []
      : [imdnHeader("Message-ID", "34jk324j"), imdnHeader("Disposition-Notification", wishes)];
  return formatCpim({
    from: ALICE,
    to: [BOB],
    cc: [],
    dateTime: "2030-05-04T10:00:00Z",
    subjects: [],
    require: [],
    extensions: asks,
    contentHeaders: [
      ["Content-Disposition", "attachment"],
      ["Content-Type", type],
    ],
    content,
  });
}

function sends({ requests }: Device) {
  return requests.filter(({ method, body }) => method === "SEND" && body !== undefined);
}

test("an envelope is taken off for a device that takes none, and put around what it says", () => {
  const { alice, bob, toBob, toAlice } = mixed();
  const id = alice.say(toBob, envelope(utf8Bytes("hello")), { type: CPIM, messageId: "m1" });
  assert.equal(alice.responses.at(-1), `${id} 200`);
  const [plain] = sends(bob);
  assert.deepEqual(
    [
      plain?.contentType,
      plain?.messageId,
      plain?.byteRange,
      utf8Text(plain?.body ?? assert.fail()),
    ],
    ["text/plain", "m1", "1-5/5", "hello"],
  );
  assert.equal(plain?.header("Content-Disposition"), "attachment");
  const answer = bob.say(toAlice, "good day", {
    messageId: "m2",
    type: "text/plain;charset=UTF-8",
  });
  assert.equal(bob.responses.at(-1), `${answer} 200`);
  const [wrapped] = sends(alice);
  const read = parseCpim(wrapped?.body ?? assert.fail());
  assert.ok(read.ok);
  assert.deepEqual([read.value.from, read.value.to], [BOB, [ALICE]]);
  assert.deepEqual(read.value.contentHeaders, [["Content-Type", "text/plain;charset=UTF-8"]]);
  assert.equal(utf8Text(read.value.content), "good day");
  const size = wrapped?.body?.length ?? 0;
  assert.deepEqual(
    [wrapped?.contentType, wrapped?.messageId, wrapped?.byteRange],
    [CPIM, "m2", `1-${size}/${size}`],
  );
});

test("reports count as the one counts who gets them (RFC 4975 §7.1.3)", () => {
  const { alice, bob, toBob, toAlice } = mixed();
  const said = envelope(utf8Bytes("hello"));
  alice.say(toBob, said, { type: CPIM, messageId: "m1", successReport: "yes" });
  bob.report(toAlice, "m1", "1-5/5");
  bob.report(toAlice, "m1", "2-3/5");
  const head = said.length - 5;
  const reports = alice.requests.filter(({ method }) => method === "REPORT");
  assert.deepEqual(
    reports.map(({ byteRange, status }) => `${byteRange} ${status}`),
    [
      `1-${said.length}/${said.length} 000 200 OK`,
      `${head + 2}-${head + 3}/${said.length} 000 200 OK`,
    ],
  );
  bob.say(toAlice, "good day", { messageId: "m2", successReport: "yes" });
  const wrapped = sends(alice)[0]?.body?.length ?? 0;
  alice.report(toBob, "m2", `1-${wrapped}/${wrapped}`);
  alice.report(toBob, "m2", `1-10/${wrapped}`); // of the envelope alone, which is nothing to Bob
  assert.deepEqual(
    bob.requests.filter(({ method }) => method === "REPORT").map(({ byteRange }) => byteRange),
    ["1-8/8"],
  );
});

test("what a device could only have seen in an envelope is answered for it, as its answer says", () => {
  const { alice, bob, toBob } = mixed();
  const asking = "positive-delivery, negative-delivery, display";
  alice.say(toBob, envelope(utf8Bytes("hello"), asking), { type: CPIM });
  bob.answer = 413;
  alice.say(toBob, envelope(utf8Bytes("too much"), asking), { type: CPIM });
  bob.answer = undefined;
  alice.say(toBob, envelope(utf8Bytes("who knows"), asking), { type: CPIM, failureReport: "no" });
  const told = sends(alice).map(({ body }) => {
    const read = parseCpim(body ?? assert.fail());
    assert.ok(read.ok);
    const imdn = parseImdn(read.value.content);
    assert.ok(imdn.ok);
    assert.deepEqual([read.value.from, read.value.to], [BOB, [ALICE]]);
    return [imdn.value.messageId, imdn.value.notification];
  });
  assert.deepEqual(told, [
    ["34jk324j", { kind: "delivery", status: "delivered" }],
    ["34jk324j", { kind: "delivery", status: "failed" }],
  ]);
});

test("a device that answers 415 to the first envelope gets what is in it, and the next ones bare", () => {
  const { alice, bob, toBob } = mixed({
    bobTakes: { ...ENVELOPES, acceptTypes: [CPIM, "text/plain"] },
  });
  bob.answer = 415;
  bob.hears = (request) => {
    bob.answer = request.contentType === CPIM ? 415 : 200;
  };
  const first = alice.say(toBob, envelope(utf8Bytes("one")), { type: CPIM });
  assert.equal(alice.responses.at(-1), `${first} 200`);
  const second = alice.say(toBob, envelope(utf8Bytes("two")), { type: CPIM });
  assert.equal(alice.responses.at(-1), `${second} 200`);
  assert.deepEqual(
    sends(bob).map(({ contentType, body }) => `${contentType} ${body?.length}`),
    [`${CPIM} ${envelope(utf8Bytes("one")).length}`, "text/plain 3", "text/plain 3"],
  );
});

test("the first envelope in several chunks: what follows waits for the answer to the first, and goes as the device wants it", () => {
  const { alice, bob, toBob } = mixed({
    bobTakes: { ...ENVELOPES, acceptTypes: [CPIM, "text/plain"] },
  });
  const chunks = (messageId: string, text: string): string[] => {
    const whole = envelope(utf8Bytes(text));
    const cut = whole.length - text.length + 3;
    const of = { type: CPIM, messageId };
    return [
      alice.say(toBob, whole.subarray(0, cut), {
        ...of,
        range: `1-${cut}/${whole.length}`,
        flag: "+",
      }),
      alice.say(toBob, whole.subarray(cut), {
        ...of,
        range: `${cut + 1}-${whole.length}/${whole.length}`,
      }),
    ];
  };
  bob.answer = undefined;
  const first = chunks("m1", "one and all");
  const second = alice.say(toBob, envelope(utf8Bytes("two")), { type: CPIM });
  assert.equal(sends(bob).length, 1);
  const [tried] = sends(bob);
  bob.answer = 200;
  bob.reply(tried ?? assert.fail(), 415);
  assert.deepEqual(
    sends(bob)
      .slice(1)
      .map(({ contentType, byteRange, body }) => [
        contentType,
        byteRange,
        utf8Text(body ?? assert.fail()),
      ]),
    [
      ["text/plain", "1-3/11", "one"],
      ["text/plain", "4-11/11", " and all"],
      ["text/plain", "1-3/3", "two"],
    ],
  );
  assert.deepEqual(
    alice.responses.slice(-3),
    [...first, second].map((id) => `${id} 200`),
  );
});

test("one who takes the first of several chunks gets the others as they are", () => {
  const { alice, bob, toBob } = mixed({
    bobTakes: { ...ENVELOPES, acceptTypes: [CPIM, "text/plain"] },
  });
  bob.answer = undefined;
  const whole = envelope(utf8Bytes("one and all"));
  const cut = whole.length - 4;
  const of = { type: CPIM, messageId: "m1" };
  alice.say(toBob, whole.subarray(0, cut), {
    ...of,
    range: `1-${cut}/${whole.length}`,
    flag: "+",
  });
  const last = alice.say(toBob, whole.subarray(cut), {
    ...of,
    range: `${cut + 1}-${whole.length}/${whole.length}`,
  });
  assert.equal(sends(bob).length, 1);
  bob.answer = 200;
  bob.reply(sends(bob)[0] ?? assert.fail(), 200);
  sameOctets(bob.octetsOf("m1"), whole);
  assert.equal(alice.responses.at(-1), `${last} 200`);
});

for (const transport of ["tcp", "ws"] as const) {
  const both = { bobTakes: { ...ENVELOPES, acceptTypes: [CPIM, "text/plain"] }, transport };
  const content = Uint8Array.from({ length: 150_000 }, (_, index) => (index * 7) % 251);

  test(`${transport}: the first envelope in a chunk too large to be held: its head is tried, and what is in it goes on`, () => {
    const { alice, bob, toBob } = mixed(both);
    bob.hears = ({ contentType }) => {
      bob.answer = contentType === CPIM ? 415 : 200;
    };
    const whole = envelope(content, "positive-delivery");
    const id = sayInPieces(alice, toBob, whole, { type: CPIM, messageId: "big" });
    assert.equal(alice.responses.at(-1), `${id} 200`);
    const [tried, ...others] = sends(bob);
    assert.deepEqual(
      [tried?.contentType, tried?.body?.length, tried?.flag],
      [CPIM, whole.length - content.length, "+"],
    );
    assert.ok(others.every(({ contentType }) => contentType === "text/plain"));
    sameOctets(concatBytes(...others.map(({ body }) => body ?? assert.fail())), content);
    assert.equal(sends(alice).length, 1); // that it is delivered: no envelope has told Bob to say so
    const next = alice.say(toBob, envelope(utf8Bytes("next")), { type: CPIM });
    assert.equal(alice.responses.at(-1), `${next} 200`);
    assert.equal(sends(bob).at(-1)?.contentType, "text/plain");
  });

  test(`${transport}: a device that takes the head of it gets the rest as it is, and what comes behind it afterwards`, () => {
    const { alice, bob, toBob } = mixed(both);
    bob.answer = undefined;
    const whole = envelope(content);
    const id = sayInPieces(alice, toBob, whole, { type: CPIM, messageId: "big" });
    alice.say(toBob, envelope(utf8Bytes("next")), { type: CPIM, messageId: "next" });
    assert.equal(sends(bob).length, 1);
    bob.answer = 200;
    bob.reply(sends(bob)[0] ?? assert.fail(), 200);
    sameOctets(bob.octetsOf("big"), whole);
    rangesAreWhole(bob, "big", whole.length);
    assert.equal(sends(bob).at(-1)?.messageId, "next");
    assert.ok(alice.responses.includes(`${id} 200`));
  });

  test(`${transport}: one that refuses it otherwise, or in both forms, has refused it, and the session goes on`, () => {
    for (const [first, second] of [
      [413, undefined],
      [415, 400],
    ] as const) {
      const { alice, bob, toBob, toAlice } = mixed(both);
      bob.hears = ({ contentType }) => {
        bob.answer = contentType === CPIM ? first : second;
      };
      const id = sayInPieces(alice, toBob, envelope(content), { type: CPIM, messageId: "big" });
      assert.equal(alice.responses.at(-1), `${id} ${second ?? first}`);
      const after = bob.say(toAlice, "still here");
      assert.equal(bob.responses.at(-1), `${after} 200`);
      bob.hears = undefined;
      bob.answer = 200;
      const next = alice.say(toBob, envelope(utf8Bytes("next")), { type: CPIM });
      assert.equal(alice.responses.at(-1), `${next} 200`);
    }
  });
}

test("what is in it in no form for the device is refused with 415, also where its head was tried", () => {
  const { alice, bob, toBob } = mixed({
    bobTakes: { ...ENVELOPES, acceptTypes: [CPIM, "text/plain"] },
  });
  bob.answer = 415;
  const whole = utf8Text(envelope(utf8Bytes("x".repeat(40_000)))).replace(
    "Content-Type",
    "Content-Transfer-Encoding: base64\r\nContent-Type",
  );
  const id = sayInPieces(alice, toBob, utf8Bytes(whole), { type: CPIM, messageId: "coded" });
  assert.equal(alice.responses.at(-1), `${id} 415`);
  assert.equal(sends(bob).length, 1);
});

test("an envelope whose head is as long as a chunk that is held is waited for, and its speaker is seen", () => {
  const { alice, bob, toBob } = mixed({ bobTakes: ENVELOPES });
  const long = (uri: string): Uint8Array => {
    const text = utf8Text(envelope(new Uint8Array(0))).replace(ALICE.uri, uri);
    const subjects = "Subject: ".padEnd(1_000, "x").concat("\r\n").repeat(15);
    return concatBytes(
      utf8Bytes(text.replace("\r\n\r\n", `\r\n${subjects}\r\n`)),
      new Uint8Array(20_000).fill(65),
    );
  };
  const sent = long(ALICE.uri);
  const id = sayInPieces(alice, toBob, sent, { type: CPIM, messageId: "long" }, 16_400);
  assert.equal(alice.responses.at(-1), `${id} 200`);
  sameOctets(bob.octetsOf("long"), sent);
  const lie = sayInPieces(alice, toBob, long(BOB.uri), { type: CPIM, messageId: "lie" }, 16_400);
  assert.equal(alice.responses.at(-1), `${lie} 403`);
});

test("what is in no form for the other device is refused as it would refuse it", () => {
  const { alice, bob, toBob } = mixed();
  const picture = alice.say(toBob, envelope(utf8Bytes("x"), undefined, "image/png"), {
    type: CPIM,
  });
  assert.equal(alice.responses.at(-1), `${picture} 415`);
  const coded = utf8Text(envelope(utf8Bytes("eA=="))).replace(
    "Content-Type",
    "Content-Transfer-Encoding: base64\r\nContent-Type",
  );
  const base64 = alice.say(toBob, coded, { type: CPIM });
  assert.equal(alice.responses.at(-1), `${base64} 415`);
  assert.equal(sends(bob).length, 0);
});

test("a type that no envelope could name is refused, and ends nothing", () => {
  const { bob, alice, toAlice } = mixed();
  const id = bob.say(toAlice, "x", { type: "text/plain;x=\u0085" });
  assert.equal(bob.responses.at(-1), `${id} 400`);
  bob.say(toAlice, "still here", { type: "text/plain;\ty=1" });
  assert.equal(sends(alice).length, 1);
});

test("a lie in an envelope is refused before it is taken off (security rule 14)", () => {
  const { alice, bob, toBob } = mixed();
  const lie = utf8Text(envelope(utf8Bytes("x"))).replace(ALICE.uri, BOB.uri);
  const id = alice.say(toBob, lie, { type: CPIM });
  assert.equal(alice.responses.at(-1), `${id} 403`);
  assert.equal(sends(bob).length, 0);
});

test("a message too large to be held changes as it passes, over a stream and over a WebSocket", () => {
  for (const transport of ["tcp", "ws"] as const) {
    const { alice, bob, toBob, toAlice } = mixed({ transport });
    const content = Uint8Array.from({ length: 300_000 }, (_, index) => (index * 7) % 251);
    const id = sayInPieces(alice, toBob, envelope(content), { type: CPIM, messageId: "big" });
    assert.equal(alice.responses.at(-1), `${id} 200`);
    sameOctets(bob.octetsOf("big"), content);
    rangesAreWhole(bob, "big", content.length);
    if (transport === "ws") continue;
    const back = sayInPieces(bob, toAlice, content, { messageId: "back" });
    assert.equal(bob.responses.at(-1), `${back} 200`);
    const read = parseCpim(alice.octetsOf("back"));
    assert.ok(read.ok);
    sameOctets(read.value.content, content);
    rangesAreWhole(alice, "back", alice.octetsOf("back").length);
  }
});

test("however a message is cut, the same octets arrive, each in its place", () => {
  const bodies = fc.uint8Array({ minLength: 0, maxLength: 400 });
  const cuts = fc.array(fc.integer({ min: 1, max: 120 }), { minLength: 1, maxLength: 12 });
  const whole = fc.boolean();
  fc.assert(
    fc.property(bodies, cuts, whole, (content, sizes, totalKnown) => {
      const { alice, bob, toBob, toAlice } = mixed();
      const sent = envelope(content);
      const how = { sizes, totalKnown };
      assert.ok(sayCut(alice, toBob, sent, { type: CPIM, messageId: "a", ...how }));
      sameOctets(bob.octetsOf("a"), content);
      rangesAreWhole(bob, "a", totalKnown ? content.length : undefined);
      assert.ok(sayCut(bob, toAlice, content, { type: "text/plain", messageId: "b", ...how }));
      const arrived = alice.octetsOf("b");
      const read = parseCpim(arrived);
      assert.ok(read.ok);
      sameOctets(read.value.content, content);
      rangesAreWhole(alice, "b", totalKnown ? arrived.length : undefined);
    }),
    { seed: 4711, numRuns: 300 },
  );
});

test("whatever stands in an envelope, its SEND is answered, and the session goes on", () => {
  const changes = fc.array(fc.tuple(fc.nat(200), fc.integer({ min: 0, max: 255 })), {
    maxLength: 4,
  });
  fc.assert(
    fc.property(changes, fc.integer({ min: 1, max: 250 }), (changed, cut) => {
      const { alice, bob, toBob, toAlice } = mixed();
      const sent = envelope(utf8Bytes("hello"), "positive-delivery");
      for (const [at, octet] of changed) if (at < sent.length) sent[at] = octet;
      const of = { type: CPIM, messageId: "odd", sizes: [cut], totalKnown: true };
      sayCut(alice, toBob, sent, of);
      assert.equal(alice.end.open, true);
      const after = bob.say(toAlice, "still here");
      assert.equal(bob.responses.at(-1), `${after} 200`);
    }),
    { seed: 4711, numRuns: 500 },
  );
});

test("what comes again after a lost connection changes as it did the first time (RFC 4975 §5.4)", () => {
  const { alice, bob, toBob, taken } = mixed();
  const sent = envelope(utf8Bytes("0123456789"));
  const at = sent.length - 5;
  const range = (from: number, to: number) => `${from}-${to}/${sent.length}`;
  const common = { type: CPIM, messageId: "m" } as const;
  alice.say(toBob, sent.subarray(0, at), { ...common, range: range(1, at), flag: "+" });
  alice.end.cut();
  alice.connect(taken).greet(toBob);
  alice.say(toBob, sent.subarray(at), { ...common, range: range(at + 1, sent.length) });
  // And once more as a whole, since nobody has told Alice that it is there.
  alice.say(toBob, sent, common);
  assert.deepEqual(
    sends(bob).map(({ byteRange, body }) => `${byteRange} ${utf8Text(body ?? assert.fail())}`),
    ["1-5/10 01234", "6-10/10 56789", "1-10/10 0123456789"],
  );
});

interface Cut {
  readonly type: string;
  readonly messageId: string;
  readonly sizes: readonly number[];
  readonly totalKnown: boolean;
}

/** In chunks of these sizes, the last of them again and again. True when each of them was answered with 200. */
function sayCut(device: Device, to: string, bytes: Uint8Array, of: Cut): boolean {
  const { type, messageId, sizes, totalKnown } = of;
  const total = totalKnown ? String(bytes.length) : "*";
  const ids: string[] = [];
  for (let at = 0, turn = 0; at < bytes.length || turn === 0; turn += 1) {
    const size = sizes[Math.min(turn, sizes.length - 1)] ?? 1;
    const body = bytes.subarray(at, at + size);
    const range = `${at + 1}-${at + body.length}/${total}`;
    at += body.length;
    const flag = at >= bytes.length ? "$" : "+";
    ids.push(device.say(to, body, { type, messageId, range, flag }));
  }
  return ids.every((id) => device.responses.includes(`${id} 200`));
}

/** As a socket would bring a long frame. */
function sayInPieces(
  device: Device,
  to: string,
  bytes: Uint8Array,
  of: { readonly type?: string; readonly messageId: string },
  pieceBytes = 40_000,
): string {
  const end = device.end;
  const frames: Uint8Array[] = [];
  const arrive = end.arrive.bind(end);
  end.arrive = (octets) => void frames.push(octets);
  const id = device.say(to, bytes, of);
  end.arrive = arrive;
  const frame = concatBytes(...frames);
  for (let at = 0; at < frame.length; at += pieceBytes)
    end.arrive(frame.subarray(at, at + pieceBytes));
  return id;
}

function rangesAreWhole(device: Device, messageId: string, size: number | undefined): void {
  let next = 1;
  const chunks = sends(device).filter((request) => request.messageId === messageId);
  for (const { byteRange = "", body } of chunks) {
    const range = parseByteRange(byteRange);
    assert.ok(range.ok, byteRange);
    assert.equal(range.value.start, next);
    assert.equal(range.value.total, size);
    next += body?.length ?? 0;
  }
  assert.equal(chunks.at(-1)?.flag, "$");
}

test("a message that changes on its way, and is refused in the middle, ends where the other side counts (RFC 4975 §7.1)", () => {
  const { alice, bob, toBob } = mixed({
    near: { speaks: ALICE, admits: () => true, maxBytes: 300 },
  });
  const whole = envelope(utf8Bytes("x".repeat(20)));
  const of = { type: CPIM, messageId: "m", flag: "+" } as const;
  alice.say(toBob, whole, { ...of, range: "1-*/*" });
  const more = alice.say(toBob, "x".repeat(300), { ...of, range: `${whole.length + 1}-*/*` });
  assert.equal(alice.responses.at(-1), `${more} 413`);
  const last = sends(bob).at(-1);
  assert.deepEqual([last?.contentType, last?.byteRange, last?.flag], ["text/plain", "21-*/*", "#"]);
});
