/** How fast SIP messages are read to the routing point, changed by one hop, and written again. */

import {
  checkRequest,
  formatMessage,
  MaxForwards,
  makeResponse,
  Params,
  readDatagram,
  SipFramer,
  SipRequest,
  Via,
} from "@parlance/sip";
import { concatBytes, utf8Bytes, utf8Text } from "@parlance/wire";

interface Figure {
  readonly figure: string;
  readonly unit: string;
  readonly value: number;
  /** What the project asks for; `undefined` for figures that only explain the others. */
  readonly wanted: number | undefined;
}

const ROUNDS = 5;
const MESSAGES_A_ROUND = 60_000;
/** 1,238 octets with 18 header lines, as a client with every identity header sends it. */
const MESSAGE_BYTES = 1238;

function head(length: number): string {
  return [
    "MESSAGE sip:bob@parlance.test SIP/2.0",
    "Via: SIP/2.0/TCP 192.0.2.17:5060;branch=z9hG4bK9f3Kq7LxT2mVw;rport",
    "Max-Forwards: 70",
    'From: "Alice" <sip:alice@parlance.test>;tag=8Yk2LpQ4',
    "To: <sip:bob@parlance.test>",
    "Call-ID: 7d1e5f20-6c43-4b8a-9e10-2a51@192.0.2.17",
    "CSeq: 101 MESSAGE",
    "Route: <sip:im.parlance.test;lr>",
    "P-Preferred-Identity: <sip:alice@parlance.test>",
    "Accept-Contact: *;+g.oma.sip-im;require;explicit",
    "User-Agent: IM-client/OMA1.0 Parlance/0.1",
    "Allow: INVITE, ACK, CANCEL, OPTIONS, BYE, MESSAGE, NOTIFY",
    "Supported: path, outbound, gruu",
    "Privacy: none",
    "Request-Disposition: fork, parallel",
    "Conversation-ID: f81d4fae-7dec-11d0-a765-00a0c91e6bf6",
    "Contribution-ID: 0a7c1d9e-7dec-11d0-a765-00a0c91e6bf6",
    "Content-Type: message/cpim",
    `Content-Length: ${length}`,
    "",
    "",
  ].join("\r\n");
}

function typicalMessage(): Uint8Array {
  const cpimHead = [
    "From: <sip:alice@parlance.test>",
    "To: <sip:bob@parlance.test>",
    "DateTime: 2026-03-04T05:06:07Z",
    "NS: imdn <urn:ietf:params:imdn>",
    "imdn.Message-ID: 34jk324j9KDh",
    "imdn.Disposition-Notification: positive-delivery, display",
    "",
    "Content-Type: text/plain; charset=utf-8",
    "",
    "",
  ].join("\r\n");
  const fixed = head(100).length + cpimHead.length;
  const text = "Shall we meet at the station at ten? ".repeat(20).slice(0, MESSAGE_BYTES - fixed);
  return utf8Bytes(head(cpimHead.length + text.length) + cpimHead + text);
}

const bytes = typicalMessage();
const hop = {
  protocol: "SIP/2.0",
  transport: "TCP",
  host: "im.parlance.test",
  port: 5060,
  params: Params.of(["branch", "z9hG4bKp1Qm3XrT8vB2n"]),
};

function request(): SipRequest {
  const framed = readDatagram(bytes);
  if (framed.kind !== "message" || !(framed.message instanceof SipRequest)) {
    throw new Error("the message of the benchmark is no request");
  }
  return framed.message;
}

/** All that has to be known before a route is chosen. */
function readToRouting(): number {
  const message = request();
  const { via, from, to, cseq, callId, uri } = message;
  const forwards = message.get(MaxForwards) ?? 0;
  return (
    via.params.size +
    from.params.size +
    to.params.size +
    cseq.number +
    callId.length +
    forwards +
    uri.kind.length
  );
}

function readAndCheck(): number {
  return checkRequest(request()) === undefined ? 1 : 0;
}

function relay(): number {
  const message = request();
  const forwards = message.get(MaxForwards) ?? 70;
  const next = message
    .edit()
    .prepend(Via, hop)
    .set(MaxForwards, forwards - 1)
    .done();
  return formatMessage(next).length;
}

function answer(): number {
  return formatMessage(makeResponse(request(), 200)).length;
}

const framer = new SipFramer();
const batch = concatBytes(...Array.from({ length: 10 }, () => bytes));

function frameTen(): number {
  return framer.push(batch).length;
}

/** What no parser can do without: the octets become text once and are copied once. */
function decodeAndCopy(): number {
  return utf8Text(bytes).length + concatBytes(bytes).length;
}

/** The best of some rounds: what disturbs a machine only ever makes it slower. */
function perSecond(work: () => number, messagesACall = 1): number {
  const calls = MESSAGES_A_ROUND / messagesACall;
  let best = Number.POSITIVE_INFINITY;
  let used = 0;
  for (let round = 0; round < ROUNDS; round += 1) {
    const start = performance.now();
    for (let call = 0; call < calls; call += 1) used += work();
    best = Math.min(best, performance.now() - start);
  }
  if (used === 0) throw new Error("the work gave nothing");
  return Math.round((MESSAGES_A_ROUND / best) * 1000);
}

const unit = "messages/s";
const figures: readonly Figure[] = [
  { figure: "read to the routing point", unit, value: perSecond(readToRouting), wanted: 250_000 },
  { figure: "read and check", unit, value: perSecond(readAndCheck), wanted: undefined },
  { figure: "read, push Via, write", unit, value: perSecond(relay), wanted: 150_000 },
  { figure: "read and answer", unit, value: perSecond(answer), wanted: undefined },
  {
    figure: "decode and copy (reference)",
    unit,
    value: perSecond(decodeAndCopy),
    wanted: undefined,
  },
  { figure: "frame ten at a time", unit, value: perSecond(frameTen, 10), wanted: undefined },
];

if (process.argv.includes("--json")) {
  const [main, ...others] = figures;
  const reference = figures.find(({ figure }) => figure.endsWith("(reference)"));
  console.log(JSON.stringify({ ...main, reference, others, messageBytes: bytes.length }));
} else {
  console.log(`SIP MESSAGE of ${bytes.length} octets`);
  for (const { figure, value, wanted } of figures) {
    const goal = wanted === undefined ? "" : `  (wanted ${wanted})`;
    console.log(`${figure.padEnd(28)} ${String(value).padStart(9)} ${unit}${goal}`);
  }
}
