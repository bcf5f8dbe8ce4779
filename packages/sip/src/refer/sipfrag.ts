/** A piece of a SIP message, as REFER reports its results with. RFC 3420 */

import { FormatError, type Parsed, parsed, utf8Bytes, utf8Text } from "@parlance/wire";
import { digits, isToken, reasonPhrase } from "../message/index.ts";

export const SIPFRAG_TYPE = "message/sipfrag";

export type FragmentStart =
  | { readonly kind: "status"; readonly status: number; readonly reason: string }
  | { readonly kind: "request"; readonly method: string; readonly uri: string };

/** Any leading part of a message: each of the three may be missing. RFC 3420 §2.1 */
export interface SipFragment {
  readonly start: FragmentStart | undefined;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: string | undefined;
}

const MAX_OCTETS = 16_384;
const MAX_HEADERS = 256;
const STATUS_LINE = /^SIP\/2\.0 ([1-6]\d\d) ?([^\r\n]*)$/;
const REQUEST_LINE = /^([^ ]+) ([^ ]+) SIP\/2\.0$/;

export function parseSipfrag(bytes: Uint8Array): Parsed<SipFragment> {
  return parsed(() => readFragment(bytes));
}

export function formatSipfrag({ start, headers, body }: SipFragment): Uint8Array {
  const lines = start === undefined ? [] : [writeStart(start)];
  for (const [name, value] of headers) {
    if (!isToken(name) || /[\r\n]/.test(value)) throw new RangeError(`not a header: ${name}`);
    lines.push(`${name}: ${value}`);
  }
  const head = lines.map((line) => `${line}\r\n`).join("");
  return utf8Bytes(body === undefined ? head : `${head}\r\n${body}`);
}

/** The body of a NOTIFY that tells how the referred request fares. RFC 3515 §2.4.5 */
export function statusFragment(status: number, reason: string = reasonPhrase(status)): Uint8Array {
  return formatSipfrag({ start: { kind: "status", status, reason }, headers: [], body: undefined });
}

function readFragment(bytes: Uint8Array): SipFragment {
  if (bytes.length > MAX_OCTETS) fail(MAX_OCTETS, "too long");
  const text = utf8Text(bytes);
  const blank = text.startsWith("\r\n") ? 0 : text.indexOf("\r\n\r\n");
  const body = blank === -1 ? undefined : text.slice(blank === 0 ? 2 : blank + 4);
  const head = blank === -1 ? text : text.slice(0, blank);
  if (/\r(?!\n)|(?<!\r)\n|\0/.test(head)) fail(0, "bare line end");
  // Folded lines are one. RFC 3261 §7.3.1
  const lines = head
    .replaceAll(/\r\n[ \t]+/g, " ")
    .split("\r\n")
    .filter((line) => line !== "");
  const start = readStart(lines[0] ?? "");
  const headerLines = start === undefined ? lines : lines.slice(1);
  if (headerLines.length > MAX_HEADERS) fail(0, "too many headers");
  return { start, headers: headerLines.map(readHeader), body };
}

function readStart(line: string): FragmentStart | undefined {
  const [, status, reason = ""] = STATUS_LINE.exec(line) ?? [];
  if (status !== undefined) {
    return { kind: "status", status: digits(status, 699) ?? fail(8, "not a status"), reason };
  }
  const [, method, uri] = REQUEST_LINE.exec(line) ?? [];
  if (method === undefined || uri === undefined || !isToken(method)) return undefined;
  return { kind: "request", method, uri };
}

function readHeader(line: string): readonly [string, string] {
  const colon = line.indexOf(":");
  const name = line.slice(0, Math.max(colon, 0)).trimEnd();
  if (!isToken(name)) fail(0, "neither a start line nor a header");
  return [name, line.slice(colon + 1).trim()];
}

function writeStart(start: FragmentStart): string {
  const line =
    start.kind === "status"
      ? `SIP/2.0 ${start.status} ${start.reason}`
      : `${start.method} ${start.uri} SIP/2.0`;
  if (/[\r\n]/.test(line)) throw new RangeError("line break in a start line");
  return line;
}

function fail(offset: number, reason: string): never {
  throw new FormatError(SIPFRAG_TYPE, offset, reason);
}
