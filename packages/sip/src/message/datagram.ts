/** Messages that come one in a packet: UDP (RFC 3261 §18.3) and WebSocket frames (RFC 7118 §4). */
import { concatBytes, FormatError, type Parsed, utf8Bytes } from "@parlance/wire";
import { bad, contentLengthOf, endOfHead, type Head, type MessageFault, readHead } from "./head.ts";
import { type MessageLimits, messageLimits } from "./limits.ts";
import type { SipMessage } from "./message.ts";
import { type Framed, type FramedFault, framedFault, framedMessage } from "./reading.ts";

const CR = 13;
const LF = 10;
const EMPTY_LINE = utf8Bytes("\r\n\r\n");

/** The body ends where Content-Length says, or with the datagram. */
export function readDatagram(bytes: Uint8Array, limits: MessageLimits = messageLimits): Framed {
  return readPacket(bytes, limits, "datagramBodyBytes", trimmedBody);
}

/** One whole message a frame: a Content-Length that disagrees is a fault. RFC 7118 §4.2 */
export function readFrame(bytes: Uint8Array, limits: MessageLimits = messageLimits): Framed {
  return readPacket(bytes, limits, "streamBodyBytes", exactBody);
}

/** A message that stands alone. Malformed values are found when they are asked for. */
export function parseMessage(bytes: Uint8Array): Parsed<SipMessage> {
  const limits = { ...messageLimits, datagramBodyBytes: bytes.length };
  const framed = readPacket(bytes, limits, "datagramBodyBytes", trimmedBody);
  if (framed.kind === "message") return { ok: true, value: framed.message };
  const reason = framed.kind === "fault" ? framed.reason : "no message";
  return { ok: false, error: new FormatError("SIP", 0, reason) };
}

type TakeBody = (rest: Uint8Array, length: number) => Uint8Array | MessageFault;

function readPacket(
  bytes: Uint8Array,
  limits: MessageLimits,
  bodyLimit: BodyLimit,
  takeBody: TakeBody,
): Framed {
  const start = skipLineEnds(bytes);
  if (start > 0 && start === bytes.length) return { kind: start < 4 ? "pong" : "ping" };
  const end = endOfHead(bytes, start);
  if (end === -1 || end - start > limits.headerSectionBytes) {
    const tooLarge = bytes.length - start > limits.headerSectionBytes;
    return brokenOff(bytes.subarray(start), tooLarge, limits);
  }
  const head = readHead(
    start === 0 && end === bytes.length ? bytes : bytes.subarray(start, end),
    limits,
  );
  if (head.fault !== undefined) return framedFault(head.fault, head);
  const body = readBody(head, bytes.subarray(end), takeBody);
  if (!(body instanceof Uint8Array)) return framedFault(body, head);
  if (body.length > limits[bodyLimit]) return framedFault(tooLargeBody(bodyLimit), head);
  return framedMessage(head, body);
}

function readBody(head: Head, rest: Uint8Array, takeBody: TakeBody): Uint8Array | MessageFault {
  const length = contentLengthOf(head.lines);
  if (length === undefined) return rest;
  return typeof length === "number" ? takeBody(rest, length) : length;
}

/** RFC 3261 §18.3: what is beyond the length is dropped, what is short of it is refused. */
function trimmedBody(rest: Uint8Array, length: number): Uint8Array | MessageFault {
  if (length > rest.length) return bad("body is shorter than Content-Length");
  return length === rest.length ? rest : rest.subarray(0, length);
}

function exactBody(rest: Uint8Array, length: number): Uint8Array | MessageFault {
  return length === rest.length ? rest : bad("Content-Length is not the length of the body");
}

type BodyLimit = "datagramBodyBytes" | "streamBodyBytes";

export function tooLargeBody(limit: BodyLimit): MessageFault {
  return { status: 413, reason: "Request Entity Too Large", limit };
}

/** A head that does not end, or not soon enough: its whole lines are read for the answer. */
export function brokenOff(
  bytes: Uint8Array,
  tooLarge: boolean,
  limits: MessageLimits,
): FramedFault {
  const fault: MessageFault = tooLarge
    ? { status: 513, reason: "header section is too long", limit: "headerSectionBytes" }
    : bad("header section has no end");
  const part = bytes.subarray(0, limits.headerSectionBytes);
  const lastLineEnd = part.lastIndexOf(LF);
  const whole = tooLarge && lastLineEnd > 0 ? part.subarray(0, lastLineEnd - 1) : part;
  const head = readHead(concatBytes(whole, EMPTY_LINE), limits);
  return framedFault(tooLarge ? fault : (head.fault ?? fault), head);
}

function skipLineEnds(bytes: Uint8Array): number {
  let at = 0;
  while (bytes[at] === CR && bytes[at + 1] === LF) at += 2;
  return at;
}
