/** Where everything stands in the head of a frame, found in one pass that can be taken up again. RFC 4975 §9 */
import { ALPHANUMERIC, DIGIT, IDENT, isIn, METHOD, TOKEN } from "./characters.ts";
import { type Flag, flagOf, HYPHENS, isEndLineAt } from "./end-line.ts";
import { FrameFault } from "./frame-fault.ts";
import type { FrameLimits } from "./limits.ts";

const TAB = 9;
const LF = 10;
const CR = 13;
const SPACE = 32;
const HYPHEN = 45;
const ZERO = 48;
const COLON = 58;
const LAST_ASCII = 126;

const START = octets("MSRP ");
/** Where the transaction id begins in every frame. */
export const TRANSACTION_AT = START.length;
const TRANSACTION_MIN = 4; // RFC 4975 §9 ident
const TRANSACTION_MAX = 32;

/** In lower case: names are compared without regard to case. RFC 4234 §2.3 */
const TO_PATH = octets("to-path");
const FROM_PATH = octets("from-path");
const MESSAGE_ID = octets("message-id");
const BYTE_RANGE = octets("byte-range");
const SUCCESS_REPORT = octets("success-report");
const FAILURE_REPORT = octets("failure-report");
const STATUS = octets("status");
const CONTENT_TYPE = octets("content-type");

/** A header line. All offsets count from the first octet of the frame. */
export interface Line {
  /** Where its name begins. */
  readonly at: number;
  readonly valueAt: number;
  /** Where its CRLF begins. */
  readonly end: number;
}

/** What was not found, or not found yet, is `undefined` or zero. */
export class FrameHead {
  transactionEnd = 0;
  /** Where the method or the status code ends; it begins after the blank behind the transaction id. */
  whatEnd = 0;
  /** Zero for a request. */
  status = 0;
  /** Where the first header line begins. */
  linesAt = 0;
  toPath: Line | undefined = undefined;
  fromPath: Line | undefined = undefined;
  messageId: Line | undefined = undefined;
  byteRange: Line | undefined = undefined;
  successReport: Line | undefined = undefined;
  failureReport: Line | undefined = undefined;
  reportStatus: Line | undefined = undefined;
  contentType: Line | undefined = undefined;
  /** Where the body begins, or where the end-line begins in a frame without a body. */
  end = 0;
  /** Of a frame without a body; others have theirs behind the body. */
  flag: Flag | undefined = undefined;
  #lineStart = 0;
  #lines = 0;
  #scanned = 0;
  /** Whether the current line has been nothing else so far. */
  #pureAscii = true;

  /** Some of it was read. */
  get begun(): boolean {
    return this.#scanned > 0;
  }

  /**
   * Reads on in the frame that begins at `start`. True when the head is whole; false when it goes on behind
   * `bytes`. Throws `FrameFault`.
   */
  read(bytes: Uint8Array, start: number, limits: FrameLimits): boolean {
    const available = bytes.length - start;
    if (this.#scanned < TRANSACTION_AT) checkStart(bytes, start, available);
    while (this.#scanned < available) {
      const end = this.#endOfLine(bytes, start, limits);
      if (end === undefined) return false;
      if (this.#readLine(bytes, start, end, limits)) return true;
      this.#lineStart = end + 2;
      this.#scanned = end + 2;
      this.#pureAscii = true;
    }
    return false;
  }

  /** Where the CRLF of the current line begins; `undefined` when it is not there yet. */
  #endOfLine(bytes: Uint8Array, start: number, limits: FrameLimits): number | undefined {
    const lineLimit = this.#lineStart + limits.headerLineBytes;
    const last = Math.min(bytes.length - start - 1, lineLimit, limits.headerSectionBytes);
    let at = this.#scanned;
    for (; at <= last; at += 1) {
      const code = bytes[start + at] ?? 0;
      if (code >= SPACE) {
        if (code > LAST_ASCII) this.#pureAscii = false;
        continue;
      }
      if (code === TAB) continue;
      if (code !== CR) throw new FrameFault(at, "control character in the head");
      if (start + at + 1 === bytes.length) break;
      if (bytes[start + at + 1] !== LF) throw new FrameFault(at, "bare CR in the head");
      return at;
    }
    if (at > lineLimit) {
      throw new FrameFault(at, "header line is too long", { limit: "headerLineBytes" });
    }
    if (at > limits.headerSectionBytes) {
      throw new FrameFault(at, "head is too long", { limit: "headerSectionBytes" });
    }
    this.#scanned = at;
    return undefined;
  }

  /** Takes the line that ends at `end`. True when it was the last of the head. */
  #readLine(bytes: Uint8Array, start: number, end: number, limits: FrameLimits): boolean {
    const at = this.#lineStart;
    if (at === 0) {
      this.#readStartLine(bytes, start, end);
      return false;
    }
    if (at === end) {
      this.end = end + 2;
      this.#expectPaths();
      return true;
    }
    if (bytes[start + at] === HYPHEN) {
      this.#readEndLine(bytes, start, at);
      this.#expectPaths();
      return true;
    }
    this.#lines += 1;
    if (this.#lines > limits.headerLines) {
      throw new FrameFault(at, "too many header lines", { limit: "headerLines" });
    }
    this.#readHeaderLine(bytes, start, { at, end });
    return false;
  }

  #readStartLine(bytes: Uint8Array, start: number, end: number): void {
    let at = TRANSACTION_AT;
    if (!isIn(ALPHANUMERIC, bytes[start + at] ?? 0)) {
      throw new FrameFault(at, "no transaction id");
    }
    while (isIn(IDENT, bytes[start + at] ?? 0)) at += 1;
    const length = at - TRANSACTION_AT;
    if (bytes[start + at] !== SPACE || length < TRANSACTION_MIN || length > TRANSACTION_MAX) {
      throw new FrameFault(at, "not a transaction id");
    }
    this.transactionEnd = at;
    at += 1;
    const status = statusAt(bytes, start + at);
    if (status === undefined) {
      while (isIn(METHOD, bytes[start + at] ?? 0)) at += 1;
      if (at !== end || at === this.transactionEnd + 1) throw new FrameFault(at, "not a method");
    } else {
      at += 3;
      if (at !== end && bytes[start + at] !== SPACE) throw new FrameFault(at, "not a status");
      this.status = status;
    }
    this.whatEnd = at;
    this.linesAt = end + 2;
  }

  #readEndLine(bytes: Uint8Array, start: number, at: number): void {
    const id = { in: bytes, at: start + TRANSACTION_AT, end: start + this.transactionEnd };
    if (!isEndLineAt(bytes, start + at, bytes.length, id)) {
      throw new FrameFault(at, "end-line of another frame");
    }
    this.end = at;
    this.flag = flagOf(bytes[start + at + HYPHENS + id.end - id.at] ?? 0);
  }

  #readHeaderLine(
    bytes: Uint8Array,
    start: number,
    { at, end }: { readonly at: number; readonly end: number },
  ): void {
    let colon = at;
    while (isIn(TOKEN, bytes[start + colon] ?? 0)) colon += 1;
    if (colon === at || bytes[start + colon] !== COLON) {
      throw new FrameFault(colon, "not a header line");
    }
    let valueAt = colon + 1;
    while (valueAt < end && isBlank(bytes[start + valueAt] ?? 0)) valueAt += 1;
    this.#keep(bytes, start + at, colon - at, { at, valueAt, end });
  }

  #keep(bytes: Uint8Array, nameAt: number, length: number, line: Line): void {
    switch (length) {
      case TO_PATH.length:
        if (isName(bytes, nameAt, TO_PATH)) this.toPath = this.#onlyPath(this.toPath, line);
        return;
      case FROM_PATH.length:
        if (isName(bytes, nameAt, FROM_PATH)) this.fromPath = this.#onlyPath(this.fromPath, line);
        return;
      case MESSAGE_ID.length: // and of Byte-Range
        if (isName(bytes, nameAt, MESSAGE_ID)) this.messageId = only(this.messageId, line);
        else if (isName(bytes, nameAt, BYTE_RANGE)) this.byteRange = only(this.byteRange, line);
        return;
      case SUCCESS_REPORT.length: // and of Failure-Report
        if (isName(bytes, nameAt, SUCCESS_REPORT)) {
          this.successReport = only(this.successReport, line);
        } else if (isName(bytes, nameAt, FAILURE_REPORT)) {
          this.failureReport = only(this.failureReport, line);
        }
        return;
      case STATUS.length:
        if (isName(bytes, nameAt, STATUS)) this.reportStatus = only(this.reportStatus, line);
        return;
      case CONTENT_TYPE.length:
        if (isName(bytes, nameAt, CONTENT_TYPE)) this.contentType = only(this.contentType, line);
    }
  }

  /** URIs are ASCII throughout. RFC 4975 §6 */
  #onlyPath(known: Line | undefined, line: Line): Line {
    if (!this.#pureAscii) throw new FrameFault(line.at, "a path is not ASCII");
    return only(known, line);
  }

  /** Without both nobody can be answered, and nobody knows whom the frame is for. */
  #expectPaths(): void {
    if (this.toPath === undefined) throw new FrameFault(this.linesAt, "To-Path is missing");
    if (this.fromPath === undefined) throw new FrameFault(this.linesAt, "From-Path is missing");
  }
}

/** Tells other protocols apart with their first octets. */
function checkStart(bytes: Uint8Array, start: number, available: number): void {
  for (let at = 0; at < Math.min(TRANSACTION_AT, available); at += 1) {
    if (bytes[start + at] !== START[at]) throw new FrameFault(at, "not MSRP");
  }
}

function statusAt(bytes: Uint8Array, at: number): number | undefined {
  let status = 0;
  for (let next = at; next < at + 3; next += 1) {
    const code = bytes[next] ?? 0;
    if (!isIn(DIGIT, code)) return undefined;
    status = status * 10 + code - ZERO;
  }
  return status;
}

function isBlank(code: number): boolean {
  return code === SPACE || code === TAB;
}

function isName(bytes: Uint8Array, at: number, name: Uint8Array): boolean {
  for (let index = 0; index < name.length; index += 1) {
    if (((bytes[at + index] ?? 0) | 32) !== name[index]) return false;
  }
  return true;
}

/** A header that may come once and comes twice means two things: neither counts. */
function only(known: Line | undefined, line: Line): Line {
  if (known !== undefined) throw new FrameFault(line.at, "a header is repeated");
  return line;
}

function octets(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}
