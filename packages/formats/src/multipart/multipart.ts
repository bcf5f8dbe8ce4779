/** Bodies of several parts. RFC 2046 §5.1 */
import {
  asciiBytes,
  concatBytes,
  FormatError,
  type Parsed,
  parsed,
  utf8Bytes,
} from "@parlance/wire";
import {
  type Entity,
  type MediaType,
  mediaTypeOf,
  readMimeHead,
  writeMimeHeader,
} from "../mime/index.ts";

export interface MultipartLimits {
  /** Parts of one body, those of nested ones counted in. */
  readonly parts: number;
  /** How many multiparts may lie in one another. */
  readonly depth: number;
}

/** What the messages of the service need is a tenth of this. */
export const MULTIPART_LIMITS: MultipartLimits = { parts: 32, depth: 4 };

const FORMAT = "multipart";
const CR = 13;
const LF = 10;
const DASH = 45;
const SPACE = 32;
const TAB = 9;
/** Printable and without a blank at its end; wider than RFC 2046, as programs are. */
const BOUNDARY = /^(?=[\x20-\x7e]{1,70}$).*\S$/;

export function isMultipart(type: MediaType): boolean {
  return type.essence.startsWith("multipart/");
}

/** The parts of one multipart body, as they are: nested ones stay closed. */
export function parseMultipart(
  type: MediaType,
  bytes: Uint8Array,
  limits: MultipartLimits = MULTIPART_LIMITS,
): Parsed<readonly Entity[]> {
  return parsed(() => readMultipart(type, bytes, limits.parts));
}

/** The parts that are no multipart themselves, in order; a body that is none is its only part. */
export function parseLeaves(
  entity: Entity,
  limits: MultipartLimits = MULTIPART_LIMITS,
): Parsed<readonly Entity[]> {
  return parsed(() => {
    const leaves: Entity[] = [];
    collectLeaves(entity, limits.depth, limits.parts, leaves);
    return leaves;
  });
}

/** A boundary that stands in a part is a mistake of the caller: it must be random. */
export function formatMultipart(
  parts: readonly Entity[],
  boundary: string,
): Uint8Array<ArrayBuffer> {
  if (parts.length === 0) throw new RangeError("a multipart needs a part"); // RFC 2046 §5.1.1
  if (!BOUNDARY.test(boundary)) throw new RangeError("boundary is malformed");
  const pieces: Uint8Array[] = [];
  for (const { headers, content } of parts) {
    if (delimiters(content, boundary).length > 0) throw new RangeError("boundary is in a part");
    const head = headers.map(([name, value]) => writeMimeHeader(name, value)).join("");
    pieces.push(utf8Bytes(`--${boundary}\r\n${head}\r\n`), content, asciiBytes("\r\n"));
  }
  return concatBytes(...pieces, asciiBytes(`--${boundary}--\r\n`));
}

function collectLeaves(entity: Entity, depth: number, parts: number, leaves: Entity[]): void {
  const type = mediaTypeOf(entity.headers);
  if (!isMultipart(type)) {
    if (leaves.length >= parts) throw new FormatError(FORMAT, 0, "too many parts");
    leaves.push(entity);
    return;
  }
  if (depth === 0) throw new FormatError(FORMAT, 0, "multiparts nest too deep");
  for (const part of readMultipart(type, entity.content, parts)) {
    collectLeaves(part, depth - 1, parts, leaves);
  }
}

/** Throws `FormatError`. */
function readMultipart(type: MediaType, bytes: Uint8Array, limit: number): Entity[] {
  const boundary = type.parameters.get("boundary");
  if (boundary === undefined) throw new FormatError(FORMAT, 0, "no boundary");
  const found = delimiters(bytes, boundary);
  const last = found.at(-1);
  if (last === undefined) throw new FormatError(FORMAT, 0, "boundary is not in the body");
  // Half a body must not pass for a whole one.
  if (!last.closes) throw new FormatError(FORMAT, bytes.length, "closing boundary is missing");
  if (found.length < 2) throw new FormatError(FORMAT, last.start, "no parts");
  if (found.length - 1 > limit) throw new FormatError(FORMAT, last.start, "too many parts");
  const parts: Entity[] = [];
  for (let index = 0; index + 1 < found.length; index += 1) {
    const part = bytes.subarray(found[index]?.end, found[index + 1]?.start);
    const { headers, contentStart } = readMimeHead(FORMAT, part, 0);
    parts.push({ headers, content: part.subarray(contentStart) });
  }
  return parts;
}

interface Delimiter {
  /** The line break before it is part of it. */
  readonly start: number;
  readonly end: number;
  readonly closes: boolean;
}

/** All delimiter lines up to the closing one; what comes after that is epilogue. */
function delimiters(bytes: Uint8Array, boundary: string): Delimiter[] {
  if (!BOUNDARY.test(boundary)) throw new FormatError(FORMAT, 0, "boundary is malformed");
  const marker = asciiBytes(`--${boundary}`);
  const found: Delimiter[] = [];
  for (let line = 0; line <= bytes.length; ) {
    const delimiter = delimiterAt(bytes, line, marker);
    if (delimiter !== undefined) found.push(delimiter);
    if (delimiter?.closes) break;
    const lineFeed = bytes.indexOf(LF, delimiter === undefined ? line : delimiter.end - 1);
    if (lineFeed === -1) break;
    line = lineFeed + 1;
  }
  return found;
}

/** A line that only begins like the boundary is content. */
function delimiterAt(bytes: Uint8Array, line: number, marker: Uint8Array): Delimiter | undefined {
  for (let at = 0; at < marker.length; at += 1) {
    if (bytes[line + at] !== marker[at]) return undefined;
  }
  let end = line + marker.length;
  const closes = bytes[end] === DASH && bytes[end + 1] === DASH;
  if (closes) end += 2;
  while (bytes[end] === SPACE || bytes[end] === TAB) end += 1; // RFC 2046 §5.1.1
  if (bytes[end] === CR) end += 1;
  if (end < bytes.length && bytes[end] !== LF) return undefined;
  const before = bytes[line - 2] === CR ? line - 2 : line - 1;
  return { start: Math.max(before, 0), end: Math.min(end + 1, bytes.length), closes };
}
