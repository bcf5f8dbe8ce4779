/** End-lines: how a body ends, whatever it is made of. RFC 4975 §7.1, §7.3.1 */

/** "$" ends the message, "+" is followed by more of it, "#" gives it up. RFC 4975 §7.1 */
export type Flag = "$" | "+" | "#";

const LF = 10;
const CR = 13;
const HASH = 35;
const DOLLAR = 36;
const PLUS = 43;
const HYPHEN = 45;

/** Hyphens at the start of an end-line. */
export const HYPHENS = 7;
/** The flag and a CRLF. */
export const AFTER_ID = 3;

/** The octets of a transaction id, wherever they stand. */
export interface IdOctets {
  readonly in: Uint8Array;
  readonly at: number;
  readonly end: number;
}

/** The octets of an end-line with an id of this length, and of the CRLF before it. */
export function endLineBytes(idBytes: number): number {
  return 2 + HYPHENS + idBytes + AFTER_ID;
}

/**
 * Where the hyphens of the first end-line begin whose CRLF before it begins at `from` or later and that is
 * whole before `to`; -1 when there is none. Looks at every seventh octet alone unless that is a hyphen.
 */
export function findEndLine(bytes: Uint8Array, from: number, to: number, id: IdOctets): number {
  for (let probe = from + 2 + HYPHENS - 1; probe < to; probe += HYPHENS) {
    if (bytes[probe] !== HYPHEN) continue;
    const earliest = probe - HYPHENS + 1;
    let first = probe;
    while (first > earliest && bytes[first - 1] === HYPHEN) first -= 1;
    if (bytes[first - 1] !== LF || bytes[first - 2] !== CR) continue;
    if (isEndLineAt(bytes, first, to, id)) return first;
  }
  return -1;
}

/**
 * Whether a body holds what its own end-line would begin with, at the start of a line or not: then the sender
 * takes another transaction id. RFC 4975 §7.1
 */
export function holdsEndLine(body: Uint8Array, transactionId: string): boolean {
  for (let probe = HYPHENS - 1; probe < body.length; probe += HYPHENS) {
    if (body[probe] !== HYPHEN) continue;
    let last = probe;
    while (body[last + 1] === HYPHEN) last += 1;
    const begins = isRunBefore(body, last + 1) && isIdAt(body, last + 1, transactionId);
    if (begins) return true;
    probe = last;
  }
  return false;
}

/** Whether the line that begins at `at`, and is whole before `to`, ends the frame with this id. */
export function isEndLineAt(bytes: Uint8Array, at: number, to: number, id: IdOctets): boolean {
  const idBytes = id.end - id.at;
  const flagAt = at + HYPHENS + idBytes;
  if (flagAt + AFTER_ID > to) return false;
  if (bytes[flagAt + 1] !== CR || bytes[flagAt + 2] !== LF) return false;
  if (flagOf(bytes[flagAt] ?? 0) === undefined) return false;
  for (let index = 0; index < HYPHENS; index += 1) {
    if (bytes[at + index] !== HYPHEN) return false;
  }
  for (let index = 0; index < idBytes; index += 1) {
    if (bytes[at + HYPHENS + index] !== id.in[id.at + index]) return false;
  }
  return true;
}

export function flagOf(code: number): Flag | undefined {
  if (code === DOLLAR) return "$";
  if (code === PLUS) return "+";
  return code === HASH ? "#" : undefined;
}

function isRunBefore(bytes: Uint8Array, end: number): boolean {
  for (let at = end - HYPHENS; at < end; at += 1) if (bytes[at] !== HYPHEN) return false;
  return true;
}

function isIdAt(bytes: Uint8Array, at: number, id: string): boolean {
  for (let index = 0; index < id.length; index += 1) {
    if (bytes[at + index] !== id.charCodeAt(index)) return false;
  }
  return true;
}
