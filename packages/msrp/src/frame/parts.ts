/** What frames are written from. RFC 4975 §7.1, §7.2 */
import { utf8Bytes } from "@parlance/wire";
import { DIGIT, IDENT, isAll, METHOD } from "./characters.ts";
import type { Flag } from "./end-line.ts";
import { statusPhrase } from "./status-codes.ts";
import { breaksLine, headerLine } from "./text-lines.ts";

/** Both path lines of all that goes one way in a session, written once. */
export interface PathLines {
  readonly toPath: string;
  readonly fromPath: string;
  /** With the CRLF of each. */
  readonly bytes: Uint8Array;
}

export type HeaderParts = readonly (readonly [name: string, value: string])[];

export interface RequestParts {
  readonly transactionId: string;
  readonly method: string;
  readonly paths: PathLines;
  /** In this order. With a body, Content-Type has to be the last of them. RFC 4975 §7.1 */
  readonly headers: HeaderParts;
  /** May not hold the end-line of the frame, see `holdsEndLine`. */
  readonly body?: Uint8Array | undefined;
  /** "$" by default. */
  readonly flag?: Flag | undefined;
}

export interface ResponseParts {
  readonly transactionId: string;
  readonly status: number;
  /** The usual phrase by default. */
  readonly comment?: string | undefined;
  readonly paths: PathLines;
  readonly headers?: HeaderParts | undefined;
}

/** Each path is one URI or more with blanks between them. */
export function pathLines(toPath: string, fromPath: string): PathLines {
  const text = headerLine("To-Path", toPath) + headerLine("From-Path", fromPath);
  return { toPath, fromPath, bytes: utf8Bytes(text) };
}

export function requestLine(transactionId: string, method: string): string {
  if (!isAll(METHOD, method)) throw new RangeError("not a method");
  return `MSRP ${checkedId(transactionId)} ${method}\r\n`;
}

export function responseLine(transactionId: string, status: number, comment: string): string {
  const code = String(status);
  if (code.length !== 3 || !isAll(DIGIT, code)) throw new RangeError("not a status");
  if (breaksLine(comment)) throw new RangeError("line break in a comment");
  return `MSRP ${checkedId(transactionId)} ${code}${comment === "" ? "" : ` ${comment}`}\r\n`;
}

export function usualComment({ status, comment }: ResponseParts): string {
  return comment ?? statusPhrase(status);
}

export function headerLines(headers: HeaderParts): string {
  let text = "";
  for (const [name, value] of headers) text += headerLine(name, value);
  return text;
}

export function endLine(transactionId: string, flag: Flag): string {
  return `-------${transactionId}${flag}\r\n`;
}

function checkedId(transactionId: string): string {
  if (!isAll(IDENT, transactionId)) throw new RangeError("not a transaction id");
  return transactionId;
}
