/** The header fields that stand before a MIME entity's content. RFC 2045 §3, RFC 5322 §2.2 */

import { FormatError } from "@parlance/wire";
import { hasControlButTab, trimBlanks } from "../characters.ts";
import { fieldTexts } from "../field-texts.ts";

/** Names are compared without regard to case; the value is unfolded and trimmed. */
export type MimeHeader = readonly [name: string, value: string];

export interface MimeHead {
  readonly headers: readonly MimeHeader[];
  /** Where the content begins; the end of the octets when no empty line came. */
  readonly contentStart: number;
  /** Whether there was an empty line. An entity without content may do without it. RFC 2046 §5.1 */
  readonly complete: boolean;
}

export interface MimeHeadLimits {
  readonly headBytes: number;
  readonly lineBytes: number;
  readonly headers: number;
}

/** The same as for a SIP message. */
export const MIME_HEAD_LIMITS: MimeHeadLimits = {
  headBytes: 65_536,
  lineBytes: 8192,
  headers: 256,
};

const CR = 13;
const LF = 10;
const SPACE = 32;
const TAB = 9;
const NAME = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;

/**
 * Reads up to the empty line. Lines may end in LF alone and may be folded: programs in use write
 * both (MIME parts of the SIP SIMPLE client SDK). `format` names the enclosing body in faults.
 */
export function readMimeHead(
  format: string,
  bytes: Uint8Array,
  start: number,
  limits: MimeHeadLimits = MIME_HEAD_LIMITS,
): MimeHead {
  const bounds: number[] = [];
  let contentStart = bytes.length;
  let complete = false;
  for (let at = start; at < bytes.length && !complete; ) {
    const next = nextField(bytes, at);
    const end = lineEndBefore(bytes, next);
    complete = end <= at;
    if (complete) contentStart = next;
    else bounds.push(at, end);
    if (end - at > limits.lineBytes) throw new FormatError(format, at, "line is too long");
    if (next - start > limits.headBytes) throw new FormatError(format, at, "head is too long");
    if (bounds.length > 2 * limits.headers) throw new FormatError(format, at, "too many headers");
    at = next;
  }
  return { headers: readFields(format, bytes, bounds), contentStart, complete };
}

/** The first header of that name. */
export function mimeHeader(headers: readonly MimeHeader[], name: string): string | undefined {
  for (const [one, value] of headers) {
    if (one.length === name.length && one.toLowerCase() === name.toLowerCase()) return value;
  }
  return undefined;
}

/** Refuses what would end the line or start another header. */
export function writeMimeHeader(name: string, value: string): string {
  if (!NAME.test(name)) throw new RangeError(`not a header name: ${name}`);
  if (hasControlButTab(value)) throw new RangeError(`control character in ${name}`);
  return `${name}: ${value}\r\n`;
}

/** Where the line after the field at `at` begins; continuation lines belong to the field. */
function nextField(bytes: Uint8Array, at: number): number {
  for (let from = at; ; ) {
    const next = bytes.indexOf(LF, from) + 1;
    if (next === 0) return bytes.length;
    const follows = bytes[next];
    const empty = lineEndBefore(bytes, next) <= at;
    if (empty || (follows !== SPACE && follows !== TAB)) return next;
    from = next;
  }
}

/** Without the CR LF, or LF, before `next`. */
function lineEndBefore(bytes: Uint8Array, next: number): number {
  if (bytes[next - 1] !== LF) return next;
  return bytes[next - 2] === CR ? next - 2 : next - 1;
}

function readFields(format: string, bytes: Uint8Array, bounds: readonly number[]): MimeHeader[] {
  if (bounds.length === 0) return [];
  return fieldTexts(format, bytes, bounds).map((text, index) =>
    readField(format, text, bounds[2 * index] ?? 0),
  );
}

function readField(format: string, text: string, at: number): MimeHeader {
  const colon = text.indexOf(":");
  if (colon === -1) throw new FormatError(format, at, "header has no colon");
  const name = trimBlanks(text.slice(0, colon));
  if (!NAME.test(name)) throw new FormatError(format, at, "header name is malformed");
  const value = trimBlanks(unfold(text.slice(colon + 1)));
  if (hasControlButTab(value)) throw new FormatError(format, at, "control character in a header");
  return [name, value];
}

function unfold(text: string): string {
  return text.includes("\n") ? text.replaceAll(/\r?\n/g, "") : text;
}
