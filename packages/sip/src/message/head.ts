/** The head of a message: start line and header lines, found in one pass. RFC 3261 §7.1 to §7.3 */
import { FormatError, octetText, utf8Length, utf8Text } from "@parlance/wire";
import { breaksLine, digits, isIn, isToken, TOKEN } from "./characters.ts";
import type { RequestStart, ResponseStart } from "./edit.ts";
import { HeaderLine } from "./header-line.ts";
import { knownKey, nameHash } from "./header-names.ts";
import type { MessageLimits } from "./limits.ts";

/** Why a message is not taken, and what its sender is told when there is an answer to give. */
export interface MessageFault {
  readonly status: number;
  /** Fit for a reason phrase: our own words, never the peer's. */
  readonly reason: string;
  /** The bound that it passes. */
  readonly limit?: keyof MessageLimits;
  /** What was read when it broke its format, in our own words: "Via", "URI"; the whole by default. */
  readonly format?: string;
}

export interface Head {
  /** `undefined` when it is, or may be, a response that cannot be read. */
  readonly start: RequestStart | ResponseStart | undefined;
  /** The lines that could be read; with a fault there may have been others. */
  readonly lines: readonly HeaderLine[];
  readonly octets: boolean;
  readonly fault: MessageFault | undefined;
}

const NUL = 0;
const TAB = 9;
const LF = 10;
const CR = 13;
const BLANK = 32;
const COLON = 58;
const BACKSLASH = 92;
const TOO_MANY_LINES: MessageFault = {
  status: 513,
  reason: "too many header lines",
  limit: "headerLines",
};
const VERSION = /^SIP\/[0-9]{1,3}\.[0-9]{1,3}$/i;
const STATUS_LINE = /^SIP\/2\.0 ([1-6][0-9]{2})(?: (.*))?$/is;

/** Where the empty line that ends a head ends, or -1. Looks at every fourth octet where it can. */
export function endOfHead(bytes: Uint8Array, from: number): number {
  let at = from + 3;
  while (at < bytes.length) {
    const octet = bytes[at];
    if (octet === LF) {
      if (bytes[at - 1] === CR && bytes[at - 2] === LF && bytes[at - 3] === CR) return at + 1;
      at += 2;
    } else at += octet === CR ? 1 : 4;
  }
  return -1;
}

/** Reads octets that end in an empty line. Goes on after a fault, to have what an answer needs. */
export function readHead(bytes: Uint8Array, limits: MessageLimits): Head {
  const decoded = decode(bytes);
  const { text, octets } = decoded;
  const textEnd = text.indexOf("\r\n");
  const start = readStartLine(text.slice(0, textEnd), limits);
  const end = bytes.length === text.length ? textEnd : utf8Length(text.slice(0, textEnd));
  const place = { at: end + 2, shift: end - textEnd };
  const index = indexLines(bytes, decoded, place, limits);
  return { start: start.start, lines: index.lines, octets, fault: start.fault ?? index.fault };
}

interface Decoded {
  readonly text: string;
  readonly octets: boolean;
}

/** Not UTF-8: one character an octet, so that what a proxy does not touch is kept all the same. */
function decode(bytes: Uint8Array): Decoded {
  try {
    return { text: utf8Text(bytes), octets: false };
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    return { text: octetText(bytes), octets: true };
  }
}

function readStartLine(line: string, limits: MessageLimits): Pick<Head, "start" | "fault"> {
  if (line.startsWith("SIP/") || /^sip\//i.test(line)) return readStatusLine(line, limits);
  const first = line.indexOf(" ");
  const last = line.lastIndexOf(" ");
  const method = first === -1 ? line : line.slice(0, first);
  if (!isToken(method) || breaksLine(line)) {
    // Nothing of it is kept: all that is left to do is to answer.
    const unknown = { method: "", uriText: "", version: "", uri: undefined };
    return { start: unknown, fault: bad("no request or status line") };
  }
  const uriText = line.slice(first + 1, last);
  const version = line.slice(last + 1);
  const request = { method, uriText, version, uri: undefined };
  if (line.length > limits.startLineBytes) {
    return {
      start: request,
      fault: { status: 414, reason: "Request-URI Too Long", limit: "startLineBytes" },
    };
  }
  // RFC 3261 §7.1: single spaces, and none elsewhere.
  if (last <= first + 1 || uriText.includes(" ")) {
    return { start: request, fault: bad("request line is not method, URI and version") };
  }
  if (version === "SIP/2.0") return { start: request, fault: undefined };
  if (!VERSION.test(version)) return { start: request, fault: bad("not a SIP version") };
  return { start: { ...request, version: version.toUpperCase() }, fault: undefined };
}

function readStatusLine(line: string, limits: MessageLimits): Pick<Head, "start" | "fault"> {
  const match = line.length > limits.startLineBytes ? null : STATUS_LINE.exec(line);
  if (match === null || breaksLine(line))
    return { start: undefined, fault: bad("not a status line") };
  const start = { status: Number(match[1]), reason: match[2] ?? "" };
  return { start, fault: undefined };
}

/** Offsets go through octets; `shift` is how far those in the text are behind them. */
interface Place {
  at: number;
  shift: number;
}

/** The lines from `from` to the empty line, where `bytes` end. */
function indexLines(
  bytes: Uint8Array,
  { text, octets }: Decoded,
  from: Place,
  limits: MessageLimits,
): { lines: HeaderLine[]; fault: MessageFault | undefined } {
  const lines: HeaderLine[] = [];
  const last = bytes.length - 2;
  let fault: MessageFault | undefined;
  let { at, shift } = from;
  while (at < last) {
    const start = at;
    let hash = 0;
    let octet = bytes[at] ?? 0;
    while (isIn(TOKEN, octet)) {
      hash = nameHash(hash, octet);
      at += 1;
      octet = bytes[at] ?? 0;
    }
    const nameEnd = at;
    while (octet === BLANK || octet === TAB) {
      at += 1;
      octet = bytes[at] ?? 0;
    }
    const colon = at;
    const textStart = start - shift;
    let reason = nameEnd === start || octet !== COLON ? "header line without a name" : undefined;

    // To the end of the line with its folds. RFC 3261 §7.3.1
    for (;;) {
      octet = bytes[at] ?? CR;
      if (octet > CR) {
        // UTF-16 has one unit for two or three octets, and two for four.
        if (octet > 127 && !octets) shift += octet < 0xc0 ? 1 : octet >= 0xf0 ? -1 : 0;
      } else if (octet === CR && bytes[at + 1] === LF) {
        at += 2;
        const next = bytes[at];
        if (next !== BLANK && next !== TAB) break;
      } else if (octet !== TAB) reason ??= controlFault(octet, bytes[at - 1]);
      at += 1;
    }
    if (reason !== undefined) fault ??= bad(reason);
    else if (at - start > limits.headerLineBytes) {
      fault ??= beyond("headerLineBytes", "header line is too long");
    } else if (lines.length === limits.headerLines) {
      return { lines, fault: fault ?? TOO_MANY_LINES };
    } else {
      const key =
        knownKey(bytes, start, nameEnd, hash) ??
        text.slice(textStart, textStart + nameEnd - start).toLowerCase();
      lines.push(new HeaderLine(key, text, textStart, textStart + colon - start, at - shift));
    }
  }
  return { lines, fault };
}

/** Why a control character may not stand in a line; most may. */
function controlFault(octet: number, before: number | undefined): string | undefined {
  if (octet === CR) return "bare CR in a header line";
  if (octet === LF) return "bare LF in a header line";
  // RFC 3261 §25.1: any octet of ASCII but CR and LF may follow the backslash of a quoted string.
  return octet === NUL && before !== BACKSLASH ? "NUL in a header line" : undefined;
}

/**
 * What Content-Length says: once, and in digits alone. `undefined` when there is none.
 * RFC 3261 §20.14
 */
export function contentLengthOf(lines: readonly HeaderLine[]): number | MessageFault | undefined {
  let length: number | undefined;
  for (const line of lines) {
    if (line.key !== "content-length") continue;
    if (length !== undefined) return bad("Content-Length stands more than once");
    length = digits(line.text, Number.MAX_SAFE_INTEGER);
    if (length === undefined) return bad("Content-Length is not a number");
  }
  return length;
}

export function beyond(limit: keyof MessageLimits, reason: string): MessageFault {
  return { ...bad(reason), limit };
}

export function bad(reason: string): MessageFault {
  return { status: 400, reason: `Bad Request: ${reason}` };
}
