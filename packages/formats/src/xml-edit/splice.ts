/** Pieces of a document put in the place of others; everything around them keeps its octets. */
import { concatBytes, utf8Bytes, type XmlElement } from "@parlance/wire";
import { isEmptyTag, writtenName } from "./start-tag.ts";

const SLASH = 47;

export interface Splice {
  readonly start: number;
  readonly end: number;
  readonly piece: Uint8Array;
}

export function splice(
  bytes: Uint8Array,
  start: number,
  end: number,
  piece: Uint8Array,
): Uint8Array<ArrayBuffer> {
  return concatBytes(bytes.subarray(0, start), piece, bytes.subarray(end));
}

/** Several at once; none overlaps another, and offsets are those before any was made. */
export function spliceAll(bytes: Uint8Array, splices: readonly Splice[]): Uint8Array<ArrayBuffer> {
  const parts: Uint8Array[] = [];
  let at = 0;
  for (const { start, end, piece } of splices.toSorted((a, b) => a.start - b.start)) {
    parts.push(bytes.subarray(at, start), piece);
    at = end;
  }
  return concatBytes(...parts, bytes.subarray(at));
}

/** In front of everything in an element, behind it, or at an offset; `at` is where the piece then is. */
export function insertInside(
  bytes: Uint8Array,
  parent: XmlElement,
  place: "first" | "last" | number,
  piece: Uint8Array,
): { readonly bytes: Uint8Array<ArrayBuffer>; readonly at: number } {
  if (!isEmptyTag(parent)) {
    const at =
      place === "first" ? parent.contentStart : place === "last" ? parent.contentEnd : place;
    return { bytes: splice(bytes, at, at, piece), at };
  }
  // <a/> becomes <a>…</a>.
  const slash = bytes.lastIndexOf(SLASH, parent.end - 1);
  const close = utf8Bytes(`</${writtenName(parent)}>`);
  const whole = concatBytes(utf8Bytes(">"), piece, close);
  return { bytes: splice(bytes, slash, parent.end, whole), at: slash + 1 };
}
