/** The lines before the content of a CPIM message, found in one pass over octets. RFC 3862 §2 */

import { asciiBytes, FormatError } from "@parlance/wire";
import { trimBlanks } from "../characters.ts";
import { fieldTexts } from "../field-texts.ts";
import {
  MIME_HEAD_LIMITS,
  type MimeHead,
  type MimeHeadLimits,
  readMimeHead,
} from "../mime/mime-head.ts";

export const FORMAT = "message/cpim";

/** For the message headers, and again for the content's. */
export type CpimLimits = MimeHeadLimits;

export const CPIM_LIMITS: CpimLimits = MIME_HEAD_LIMITS;

/** One message header line: `name:parameters value`, with its place in the octets. */
export interface HeaderLine {
  readonly name: string;
  /** As written, from the first ";" on; empty when there are none. RFC 3862 §3.3 */
  readonly parameters: string;
  readonly value: string;
  readonly start: number;
  /** Behind the line end. */
  readonly end: number;
}

export interface Head {
  readonly lines: readonly HeaderLine[];
  /** Where a further message header would be put in. */
  readonly linesEnd: number;
  readonly mime: MimeHead;
}

const CR = 13;
const LF = 10;
/** CR LF */
const LINE_END = 2;
const SEMICOLON = 59;
/** Set in ASCII letters of lower case; "-" and ":" have it too. */
const LOWER_CASE = 32;

/**
 * RFC 3862 puts an empty line between the message headers and the content's MIME headers; RFC 4975,
 * 5438 and 7701 print them without it. Both are read: the first MIME header ends the message headers.
 */
export function readHead(bytes: Uint8Array, limits: CpimLimits): Head {
  const bounds: number[] = [];
  const linesEnd = findLines(bytes, limits, bounds);
  const lines = readLines(bytes, bounds);
  const joined = bytes[linesEnd] !== CR;
  const mimeStart = joined ? linesEnd : linesEnd + LINE_END;
  const mime = readMimeHead(FORMAT, bytes, mimeStart, limits);
  if (!mime.complete) throw new FormatError(FORMAT, bytes.length, "content headers have no end");
  if (joined) refuseMixedHeaders(mime, linesEnd);
  return { lines, linesEnd, mime };
}

/** Start and end of each message header; returns where they are over. */
function findLines(bytes: Uint8Array, limits: CpimLimits, bounds: number[]): number {
  for (let start = 0; ; ) {
    if (startsMimeHeader(bytes, start)) {
      if (start === 0) throw new FormatError(FORMAT, 0, "no message headers");
      return start;
    }
    const end = lineEnd(bytes, start);
    if (end === start + LINE_END) {
      if (start === 0) throw new FormatError(FORMAT, 0, "no message headers");
      return start;
    }
    if (end - start > limits.lineBytes) throw new FormatError(FORMAT, start, "line is too long");
    if (end > limits.headBytes) throw new FormatError(FORMAT, start, "head is too long");
    if (bounds.length >= 2 * limits.headers) {
      throw new FormatError(FORMAT, start, "too many headers");
    }
    bounds.push(start, end - LINE_END);
    start = end;
  }
}

/** Behind the CR LF that ends the line. No control character may stand before it. RFC 3862 §2.2 */
function lineEnd(bytes: Uint8Array, start: number): number {
  for (let at = start; at < bytes.length; at += 1) {
    const octet = bytes[at] ?? 0;
    if (octet >= 32 && octet !== 127) continue;
    if (octet === CR && bytes[at + 1] === LF) return at + 2;
    const reason = octet === LF ? "line ends in a bare LF" : "control character in a header";
    throw new FormatError(FORMAT, at, reason);
  }
  throw new FormatError(FORMAT, bytes.length, "message headers have no end");
}

function readLines(bytes: Uint8Array, bounds: readonly number[]): HeaderLine[] {
  return fieldTexts(FORMAT, bytes, bounds).map((line, index) => {
    const start = bounds[2 * index] ?? 0;
    return readLine(line, start, (bounds[2 * index + 1] ?? start) + LINE_END);
  });
}

/** RFC 3862 §3.6. One blank must follow; none or more of them are read as well. */
function readLine(line: string, start: number, end: number): HeaderLine {
  const colon = line.indexOf(":");
  if (colon === -1) throw new FormatError(FORMAT, start, "header has no colon");
  const name = line.slice(0, colon);
  if (line.charCodeAt(colon + 1) !== SEMICOLON) {
    return { name, parameters: "", value: trimBlanks(line.slice(colon + 1)), start, end };
  }
  const space = parametersEnd(line, colon + 1);
  if (space === undefined) throw new FormatError(FORMAT, start, "parameter has no end");
  const parameters = line.slice(colon + 1, space);
  return { name, parameters, value: trimBlanks(line.slice(space)), start, end };
}

/** At the first blank outside a quoted string; `undefined` when a string has no end. */
export function parametersEnd(line: string, from: number): number | undefined {
  let quoted = false;
  for (let at = from; at < line.length; at += 1) {
    const unit = line[at];
    if (unit === '"') quoted = !quoted;
    else if (unit === "\\") at += 1;
    else if (unit === " " && !quoted) return at;
  }
  return quoted ? undefined : line.length;
}

/** In the joined layout a message header below the first MIME header could hide from a reader. */
function refuseMixedHeaders(mime: MimeHead, at: number): void {
  for (const [name] of mime.headers) {
    if (!MIME_NAME.test(name)) {
      throw new FormatError(FORMAT, at, "message header among the content headers");
    }
  }
}

const MIME_NAME = /^(?:content-.*|mime-version)$/i;
const CONTENT = asciiBytes("content-");
const MIME_VERSION = asciiBytes("mime-version:");

function startsMimeHeader(bytes: Uint8Array, at: number): boolean {
  const first = (bytes[at] ?? 0) | LOWER_CASE;
  if (first === CONTENT[0]) return startsWith(bytes, at, CONTENT);
  return first === MIME_VERSION[0] && startsWith(bytes, at, MIME_VERSION);
}

function startsWith(bytes: Uint8Array, at: number, letters: Uint8Array): boolean {
  return letters.every((letter, index) => ((bytes[at + index] ?? 0) | LOWER_CASE) === letter);
}
