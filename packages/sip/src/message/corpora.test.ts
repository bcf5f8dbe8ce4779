/** Every corpus message as a datagram and on a stream: verdicts, facts, any cut. RFC 4475, RFC 5118 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { utf8Bytes, utf8Text } from "@parlance/wire";
import { type CorpusEntry, corpusFor } from "../../../../tools/test/corpora.ts";
import {
  Contact,
  CSeq,
  checkRequest,
  checkResponse,
  type Framed,
  formatMessage,
  formatUri,
  MaxForwards,
  type NameAddr,
  type Params,
  Route,
  readDatagram,
  readFrame,
  SipFramer,
  type SipMessage,
  SipRequest,
  SipResponse,
  type Uri,
  unescapeUri,
  Via,
} from "./index.ts";

const MESSAGE_CORPORA = [
  "sip-torture-rfc4475",
  "sip-torture-rfc5118",
  "sip-bad",
  "sip-rfc-examples",
];
const SPLIT_LIMIT = 5000;

/** A status, or what happens instead of an answer. */
type Outcome = number | "ok" | "silent" | "close" | "wait";

function outcomeOf(framed: Framed): Outcome {
  if (framed.kind === "fault") return framed.message === undefined ? "silent" : framed.status;
  if (framed.kind !== "message") return "silent";
  const { message } = framed;
  if (message instanceof SipRequest) return checkRequest(message)?.status ?? "ok";
  return "silent";
}

function streamOutcome(bytes: Uint8Array): Outcome {
  const [first] = new SipFramer().push(bytes);
  if (first === undefined) return "wait";
  const outcome = outcomeOf(first);
  return first.kind === "fault" && outcome === "silent" ? "close" : outcome;
}

/** What a parser answers with; where the corpus wants other statuses too, it may let pass. */
const DECIDED_HERE = new Set<unknown>([400, 413, 414, 416, 505, 513]);

function allows(expected: unknown, outcome: Outcome): boolean {
  if (!Array.isArray(expected)) return true;
  const later = expected.some((one) => typeof one === "number" && !DECIDED_HERE.has(one));
  return expected.includes(outcome) || (outcome === "ok" && later);
}

for (const corpus of ["sip-torture-rfc4475", "sip-torture-rfc5118"]) {
  test(`${corpus}: each message gets the verdict of its RFC`, (t) => {
    for (const { file, bytes, verdict, facts } of corpusFor(t, corpus)) {
      const outcome = outcomeOf(readDatagram(bytes));
      if (verdict === "reject") {
        const silent = facts["udpMayBeSilent"] === true && outcome === "silent";
        assert.ok(outcome === 400 || silent, `${file}: ${outcome}`);
      } else if (verdict === "accept") {
        const isResponse = utf8Text(bytes.subarray(0, 4)) === "SIP/";
        assert.equal(outcome, isResponse ? "silent" : "ok", file);
      } else if (verdict === "drop") assert.equal(outcome, "silent", file);
      else if (facts["prefer"] === "400") assert.equal(outcome, 400, file);
    }
  });

  test(`${corpus}: the facts of each message are found`, (t) => {
    for (const { file, bytes, facts } of corpusFor(t, corpus)) {
      const framed = readDatagram(bytes);
      const { checks } = facts;
      if (framed.kind !== "message" || typeof checks !== "object" || checks === null) continue;
      for (const [name, expected] of Object.entries(checks)) {
        if (/^(sdp|parts)/.test(name)) continue; // bodies are read elsewhere
        assert.deepEqual(factOf(framed.message, name, bytes), expected, `${file}: ${name}`);
      }
    }
  });
}

test("sip-bad: what a parser can decide is decided, over datagrams and streams", (t) => {
  for (const { file, bytes, facts } of corpusFor(t, "sip-bad")) {
    const { udp, stream } = recordOf(facts["expect"]);
    const datagram = outcomeOf(readDatagram(bytes));
    if (facts["streamOnly"] !== true && !isLater(facts, datagram)) {
      assert.ok(allows(udp, datagram), `${file}: datagram ${datagram}`);
    }
    const onStream = streamOutcome(bytes);
    if (!isLater(facts, onStream)) assert.ok(allows(stream, onStream), `${file}: ${onStream}`);
  }
});

/** Whether a later stage has its say: bodies, identities, registrations, methods. */
function isLater(facts: CorpusEntry["facts"], outcome: Outcome): boolean {
  const laterClasses = new Set<unknown>([
    "abuse",
    "body",
    "identity",
    "registrar",
    "sdp",
    "uri-list",
  ]);
  const laterFiles = new Set<unknown>([
    "start-method-lowercase.sip", // 501 is for who knows the methods
    "uri-pct-nul.sip", // 404: a user of that name may exist
    "ack-stray.sip",
  ]);
  if (laterFiles.has(facts["file"])) return true;
  return outcome === "ok" && laterClasses.has(facts["klass"]);
}

test("sip-rfc-examples: each message is taken as well formed, and its lines are found", (t) => {
  for (const { file, bytes, facts } of corpusFor(t, "sip-rfc-examples")) {
    const framed = readDatagram(bytes);
    assert.equal(framed.kind, "message", file);
    if (framed.kind !== "message") continue;
    const { message } = framed;
    const parsedFacts = recordOf(facts["parsed"]);
    assert.equal(message.startLine, parsedFacts["startLine"], file);
    assert.equal(message.body.length, parsedFacts["bodyBytes"], file);
    assert.equal(message.callId, parsedFacts["call-id"], file);
    if (message instanceof SipRequest) assert.equal(checkRequest(message), undefined, file);
    if (message instanceof SipResponse) assert.equal(checkResponse(message), undefined, file);
  }
});

test("fuzz seeds and crashers: never a throw, whatever is asked of the message", (t) => {
  for (const corpus of ["sipgo-fuzz-crashers", "pjsip-fuzz-seeds"]) {
    for (const { file, bytes } of corpusFor(t, corpus)) {
      const outcomes = [outcomeOf(readDatagram(bytes)), streamOutcome(bytes)];
      if (corpus === "sipgo-fuzz-crashers") assert.ok(!outcomes.includes("ok"), file);
    }
  }
});

test("a message that was read is written octet for octet, and reads the same again", (t) => {
  for (const corpus of MESSAGE_CORPORA) {
    for (const { file, bytes } of corpusFor(t, corpus)) {
      const framed = readDatagram(bytes);
      if (framed.kind !== "message") continue;
      const written = formatMessage(framed.message);
      const expected = bytes.subarray(
        bytes.length - written.length - trailing(framed.message, bytes),
      );
      if (!/^sip\//i.test(utf8Text(expected.subarray(0, 4))) && !file.includes("lowercase")) {
        assert.deepEqual(written, expected.subarray(0, written.length), file);
      }
      const again = readDatagram(written);
      assert.ok(again.kind === "message", file);
      assert.deepEqual([...again.message.lines()], [...framed.message.lines()], file);
    }
  }
});

test("on a stream every cut gives the same messages", (t) => {
  for (const corpus of MESSAGE_CORPORA) {
    for (const { file, bytes } of corpusFor(t, corpus)) {
      if (bytes.length > SPLIT_LIMIT) continue;
      const whole = streamed([bytes]);
      const single = Array.from(bytes, (_, at) => bytes.subarray(at, at + 1));
      assert.deepEqual(streamed(single), whole, `${file}: octet by octet`);
      const step = bytes.length > 600 ? 7 : 1;
      for (let cut = 1; cut < bytes.length; cut += step) {
        const halves = [bytes.subarray(0, cut), bytes.subarray(cut)];
        assert.deepEqual(streamed(halves), whole, `${file}: cut at ${cut}`);
      }
    }
  }
});

test("framing-streams: the same messages whole, octet by octet, and in a hundred random cuts", (t) => {
  for (const { file, bytes, facts } of corpusFor(t, "framing-streams")) {
    if (facts["protocol"] !== "sip") continue;
    const frames = Array.isArray(facts["frames"]) ? facts["frames"].map(recordOf) : [];
    const expected = frames.map((frame) => {
      const offset = Number(frame["offset"]);
      return bytes.slice(offset, offset + Number(frame["length"]));
    });
    const check = (pieces: readonly Uint8Array[], how: string) => {
      const found = messagesIn(pieces);
      assert.equal(found.length, expected.length, `${file}: ${how}`);
      for (const [index, message] of found.entries()) {
        assert.deepEqual(formatMessage(message), expected[index], `${file}: ${how}, ${index}`);
      }
    };
    check([bytes], "whole");
    check(
      Array.from(bytes, (_, at) => bytes.subarray(at, at + 1)),
      "octet by octet",
    );
    for (let seed = 1; seed <= 100; seed += 1) check(randomPieces(bytes, seed), `seed ${seed}`);
    for (const [index, one] of expected.entries()) {
      const framed = readFrame(one);
      assert.ok(framed.kind === "message", `${file}: frame ${index}`);
      assert.equal(framed.message.startLine, frames[index]?.["start"]);
    }
  }
});

function recordOf(value: unknown): Readonly<Record<string, unknown>> {
  assert.ok(typeof value === "object" && value !== null);
  return Object.fromEntries(Object.entries(value));
}

/** What came out of a stream, short enough to compare many times. */
function streamed(pieces: readonly Uint8Array[]): readonly string[] {
  const framer = new SipFramer();
  return pieces.flatMap((piece) => framer.push(piece)).map(summary);
}

function summary(framed: Framed): string {
  if (framed.kind === "fault") return `${framed.status} ${framed.reason}`;
  if (framed.kind !== "message") return framed.kind;
  return `${framed.message.startLine} ${framed.message.headerLines.length} ${framed.message.body.join()}`;
}

function messagesIn(pieces: readonly Uint8Array[]): readonly SipMessage[] {
  const framer = new SipFramer();
  return pieces
    .flatMap((piece) => framer.push(piece))
    .flatMap((framed) => (framed.kind === "message" ? [framed.message] : []));
}

function randomPieces(bytes: Uint8Array, seed: number): readonly Uint8Array[] {
  const pieces: Uint8Array[] = [];
  let state = seed;
  for (let at = 0; at < bytes.length; ) {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    const length = 1 + ((state >>> 8) % 1500);
    pieces.push(bytes.subarray(at, at + length));
    at += length;
  }
  return pieces;
}

/** Octets after the message in its datagram. */
function trailing(message: SipMessage, bytes: Uint8Array): number {
  return bytes.length - (message.body.byteOffset - bytes.byteOffset) - message.body.length;
}

/** A fact of the corpus by its name there. */
function factOf(message: SipMessage, name: string, bytes: Uint8Array): unknown {
  const header = /^header (.+)$/.exec(name)?.[1];
  if (header !== undefined) return message.text(header);
  const [first = "", ...rest] = name.split(".");
  const [, list, index] = /^(via|contact|route|accept)\[(\d+)\]$/.exec(first) ?? [];
  if (list === "via") return viaFact(message, Number(index), rest.join("."));
  if (list === "contact") return addressFact(contactsOf(message)[Number(index)], rest);
  if (list === "route") return addressFact(message.get(Route)?.[Number(index)], rest);
  if (first === "to") return addressFact(message.to, rest);
  if (first === "from") return addressFact(message.from, rest);
  if (first === "requestUri" && message instanceof SipRequest) return uriFact(message.uri, rest);
  return simpleFact(message, name, bytes);
}

function simpleFact(message: SipMessage, name: string, bytes: Uint8Array): unknown {
  switch (name) {
    case "method":
      return message instanceof SipRequest ? message.method : undefined;
    case "status":
      return message instanceof SipResponse ? message.status : undefined;
    case "reason":
      return message instanceof SipResponse ? message.reason : undefined;
    case "maxForwards":
      return message.get(MaxForwards);
    case "cseq.number":
      return message.get(CSeq)?.number;
    case "cseq.method":
      return message.get(CSeq)?.method;
    case "callId":
      return message.callId;
    case "via.count":
      return message.get(Via)?.length;
    case "contact.count":
      return contactsOf(message).length;
    case "accept.count":
      return message.text("Accept")?.split(",").length;
    case "contactsDistinct":
      return new Set(contactsOf(message).map(({ uri }) => formatUri(uri))).size > 1;
    case "subject":
      return message.text("Subject");
    case "contentLength":
      return Number(message.text("l"));
    case "bodyBytes":
      return message.body.length;
    case "trailingBytes":
      return trailing(message, bytes);
    default:
      return assert.fail(`no way to check ${name}`);
  }
}

function contactsOf(message: SipMessage): readonly NameAddr[] {
  const contact = message.get(Contact) ?? [];
  return "star" in contact ? [] : contact;
}

function viaFact(message: SipMessage, index: number, name: string): unknown {
  const via = message.get(Via)?.[index];
  if (name === "host") return via?.host;
  if (name === "port") return via?.port;
  return via?.params.get(name);
}

function addressFact(address: NameAddr | undefined, path: readonly string[]): unknown {
  const [name = ""] = path;
  switch (name) {
    case "tag":
      return address?.params.get("tag");
    case "displayName":
      return address?.name;
    case "displayNameBytes":
      return Buffer.from(utf8Bytes(address?.name ?? "")).toString("hex");
    case "q":
      return Number(address?.params.get("q"));
    case "params":
      return address === undefined ? undefined : paramsFact(address);
    case "user":
    case "userBytes":
      return address === undefined ? undefined : uriFact(address.uri, path);
    case "uri":
      if (address === undefined) return undefined;
      return path.length === 1 ? formatUri(address.uri) : uriFact(address.uri, path.slice(1));
    default:
      return assert.fail(`no way to check ${path.join(".")}`);
  }
}

/** The corpus means by "params" of a contact those of its URI, or else those of the header. */
function paramsFact({ uri, params }: NameAddr): unknown {
  const own = [...params.entries()].filter(([name]) => name !== "q" && name !== "expires");
  if (own.length > 0 || uri.kind !== "sip") return Object.fromEntries(own.map(emptyIsNull));
  return plainParams(uri.params);
}

function plainParams(params: Params): unknown {
  return Object.fromEntries([...params.entries()].map(emptyIsNull));
}

function emptyIsNull([name, value]: readonly [string, string]): [string, string | null] {
  return [name, value === "" ? null : value];
}

function uriFact(uri: Uri, [name = ""]: readonly string[]): unknown {
  if (uri.kind !== "sip") return assert.fail("not a sip URI");
  switch (name) {
    case "user":
      return unescapeUri(uri.user ?? "");
    case "userBytes":
      return Buffer.from(utf8Bytes(unescapeUri(uri.user ?? ""))).toString("hex");
    case "userinfoRaw":
      return uri.password === undefined ? uri.user : `${uri.user}:${uri.password}`;
    case "host":
      return uri.host;
    case "port":
      return uri.port ?? null;
    case "params":
      return plainParams(uri.params);
    case "headers":
      return Object.fromEntries(uri.headers);
    default:
      return assert.fail(`no way to check ${name}`);
  }
}
