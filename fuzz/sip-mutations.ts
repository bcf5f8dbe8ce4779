/** Good and odd messages, changed at random from a seed, read and written in every way there is. */

import {
  checkRequest,
  checkResponse,
  type Framed,
  formatMessage,
  type HeaderType,
  headers,
  makeResponse,
  readDatagram,
  SipFramer,
  type SipMessage,
  SipRequest,
  SipResponse,
} from "@parlance/sip";
import { concatBytes, FormatError, utf8Bytes } from "@parlance/wire";
import { readCorpus } from "../tools/test/corpora.ts";

/** Text that parsers have tripped over. */
const TROUBLE = [
  "\r\n",
  "\n",
  "\r",
  "\0",
  '"',
  "\\",
  "<",
  ">",
  ";",
  ",",
  "%",
  "%00",
  "@",
  ":",
  " ",
  "\t",
  "((((",
  "[::",
  "z9hG4bK",
  "99999999999",
  "-1",
  "sip:",
  ";;;;",
  "\u00e9",
  "Content-Length: 7\r\n",
  "\r\n ",
].map(utf8Bytes);

const SEEDS = [
  'MESSAGE sip:bob@parlance.test SIP/2.0\r\nVia: SIP/2.0/TCP [2001:db8::1]:5060;branch=z9hG4bK1;rport\r\nMax-Forwards: 70\r\nFrom: "A \\"B\\"" <sip:alice@parlance.test>;tag=1\r\nTo: <sip:bob@parlance.test>\r\nCall-ID: a@b\r\nCSeq: 1 MESSAGE\r\nContent-Type: text/plain\r\nContent-Length: 5\r\n\r\nhello',
  'SIP/2.0 200 OK\r\nv: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK1;received=192.0.2.2\r\nf: <sip:a@b.test>;tag=1\r\nt: <sip:c@b.test>;tag=2\r\ni: x\r\nCSeq: 2 REGISTER\r\nm: <sip:a@192.0.2.1>;expires=60;+sip.instance="<urn:uuid:1>"\r\nl: 0\r\n\r\n',
].map(utf8Bytes);

/** Runs so many mutations; throws with the seed when anything but a refusal comes out. */
export function mutateSip(runs: number, firstSeed = 1): void {
  const sources = [...SEEDS, ...corpusSources()];
  for (let run = 0; run < runs; run += 1) {
    const seed = firstSeed + run;
    const random = randomOf(seed);
    const bytes = mutate(sources[random(sources.length)] ?? utf8Bytes(""), random);
    try {
      exercise(bytes, random);
    } catch (cause) {
      throw new Error(`seed ${seed}: ${JSON.stringify(Buffer.from(bytes).toString("latin1"))}`, {
        cause,
      });
    }
  }
}

/** Good and odd messages, of the corpora that are on this machine. */
export function corpusSources(): readonly Uint8Array[] {
  return ["sip-torture-rfc4475", "sip-rfc-examples", "pjsip-fuzz-seeds", "sip-bad"].flatMap(
    (name) => (readCorpus(name) ?? []).flatMap(({ bytes }) => (bytes.length < 5000 ? [bytes] : [])),
  );
}

/** Whatever the octets are: no throw, the same over any cut, and what is written reads the same. */
function exercise(bytes: Uint8Array, random: (below: number) => number): void {
  const framed = readDatagram(bytes);
  if (framed.kind === "message") examine(framed.message);
  else if (framed.kind === "fault" && framed.message !== undefined) {
    formatMessage(makeResponse(framed.message, framed.status, framed.reason));
  }
  const cut = random(bytes.length + 1);
  const whole = new SipFramer().push(bytes).map(summary);
  const framer = new SipFramer();
  const halves = [...framer.push(bytes.subarray(0, cut)), ...framer.push(bytes.subarray(cut))];
  if (whole.join("\n") !== halves.map(summary).join("\n")) throw new Error(`cut at ${cut} differs`);
}

function examine(message: SipMessage): void {
  if (message instanceof SipRequest) {
    const fault = checkRequest(message);
    const response = makeResponse(message, fault?.status ?? 200, fault?.reason);
    if (readDatagram(formatMessage(response)).kind !== "message") throw new Error("bad answer");
  } else if (message instanceof SipResponse) checkResponse(message);
  rewriteAll(message);
  const again = readDatagram(formatMessage(message));
  if (again.kind !== "message") throw new Error("what was written cannot be read");
  const lines = JSON.stringify([...message.lines()]);
  if (JSON.stringify([...again.message.lines()]) !== lines) throw new Error("lines changed");
  formatMessage(message.edit().remove("Via").setText("X-Note", "seen").done());
}

function rewriteAll(message: SipMessage): void {
  rewrite(message, headers.Via);
  rewrite(message, headers.From);
  rewrite(message, headers.To);
  rewrite(message, headers.Contact);
  rewrite(message, headers.CSeq);
  rewrite(message, headers.CallId);
  rewrite(message, headers.Route);
  rewrite(message, headers.RecordRoute);
  rewrite(message, headers.ContentType);
  rewrite(message, headers.ContentDisposition);
  rewrite(message, headers.Accept);
  rewrite(message, headers.AcceptContact);
  rewrite(message, headers.AcceptLanguage);
  rewrite(message, headers.Allow);
  rewrite(message, headers.Authorization);
  rewrite(message, headers.WwwAuthenticate);
  rewrite(message, headers.DateHeader);
  rewrite(message, headers.Event);
  rewrite(message, headers.Expires);
  rewrite(message, headers.PAssertedIdentity);
  rewrite(message, headers.Privacy);
  rewrite(message, headers.RAck);
  rewrite(message, headers.Reason);
  rewrite(message, headers.ReferTo);
  rewrite(message, headers.Replaces);
  rewrite(message, headers.RetryAfter);
  rewrite(message, headers.SessionExpires);
  rewrite(message, headers.SubscriptionState);
  rewrite(message, headers.Supported);
  rewrite(message, headers.Warning);
}

/** A value that could be read is written so that it reads the same. */
function rewrite<T>(message: SipMessage, type: HeaderType<T>): void {
  let value: T | undefined;
  try {
    value = message.get(type);
  } catch (error) {
    if (error instanceof FormatError) return;
    throw error;
  }
  if (value === undefined) return;
  const texts = type.write(value);
  const again = texts.map((text) => type.read(text));
  const [first] = again;
  const merged = again.length === 1 && first !== undefined ? first : type.merge(again);
  if (type.write(merged).join("\n") !== texts.join("\n")) throw new Error(`${type.name} changed`);
}

function summary(framed: Framed): string {
  if (framed.kind === "fault") return `${framed.status} ${framed.reason}`;
  if (framed.kind !== "message") return framed.kind;
  return `${framed.message.startLine} ${framed.message.body.join()}`;
}

/** Up to four changes of a few octets each. */
export function mutate(source: Uint8Array, random: (below: number) => number): Uint8Array {
  let bytes = source;
  for (let left = 1 + random(4); left > 0; left -= 1) {
    const at = random(bytes.length + 1);
    const end = Math.min(bytes.length, at + random(12));
    const before = bytes.subarray(0, at);
    switch (random(4)) {
      case 0: // one octet changed
        bytes = concatBytes(before, Uint8Array.of(random(256)), bytes.subarray(at + 1));
        break;
      case 1: // something put in
        bytes = concatBytes(before, TROUBLE[random(TROUBLE.length)] ?? before, bytes.subarray(at));
        break;
      case 2: // something left out
        bytes = concatBytes(before, bytes.subarray(end));
        break;
      default: // something twice
        bytes = concatBytes(bytes.subarray(0, end), bytes.subarray(at));
    }
  }
  return bytes;
}

/** xorshift32: the same numbers for the same seed on every machine. */
export function randomOf(seed: number): (below: number) => number {
  let state = (Math.imul(seed, 2_654_435_761) ^ 0x9e37_79b9) | 1;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
}

if (import.meta.main) {
  const at = process.argv.indexOf("--runs");
  const runs = at === -1 ? 100_000 : Number(process.argv[at + 1]);
  const seed = process.argv.indexOf("--seed");
  mutateSip(runs, seed === -1 ? 1 : Number(process.argv[seed + 1]));
  console.log(`${runs} mutations, nothing found`);
}
