/** Names of files in Content-Disposition: what is written, what is believed. RFC 6266, RFC 8187, RFC 2183 §2.3 */
import { utf8Bytes, utf8Length, utf8Text } from "@parlance/wire";
import type { Disposition } from "./disposition.ts";

/** For a file whose own name cannot be used. */
export const NEUTRAL_FILE_NAME = "file";

const MOST_BYTES = 255; // what file systems take
const MOST_EXTENSION_BYTES = 16;
/** Of Windows, whatever the extension. */
const DEVICE = /^(?:con|prn|aux|nul|com\d|lpt\d|conin\$|conout\$|clock\$)(?:\.|$)/i;
/** Controls and separators: who writes them means a path, or mischief. */
const NO_NAME = /[\p{Cc}\u2028\u2029/\\]/u;
/** Invisible, and able to turn "gpj.exe" round. */
const INVISIBLE = /\p{Cf}/gu;
/** Not allowed in names by some file systems. */
const RESERVED = /[<>:"|?*]/g;

/**
 * The name as it may be offered for saving: one segment, visible, at most 255 octets, no device, not
 * hidden. Where nothing is left of it the neutral name.
 */
export function safeFileName(name: string | undefined): string {
  if (name === undefined || NO_NAME.test(name)) return NEUTRAL_FILE_NAME;
  const visible = name.toWellFormed().replaceAll(INVISIBLE, "").replaceAll(RESERVED, "_");
  const trimmed = shortened(withoutEdges(visible));
  return trimmed === "" || DEVICE.test(trimmed) ? NEUTRAL_FILE_NAME : trimmed;
}

/** `attachment` with the name made safe, in ASCII for old programs and in UTF-8 where that differs. */
export function attachment(name: string | undefined): Disposition {
  const safe = safeFileName(name);
  const plain = safe.replaceAll(/[^ !#-$&-[\]-~]/gu, "_"); // no `"`, `%` or `\`: programs differ over them
  const parameters = new Map([["filename", plain]]);
  if (plain !== safe) parameters.set("filename*", `UTF-8''${escaped(safe)}`);
  return { kind: "attachment", parameters };
}

/** The name that a disposition gives, as it was given; undefined when there is none, or none that can be read. */
export function fileNameOf({ parameters }: Disposition): string | undefined {
  const extended = parameters.get("filename*"); // RFC 6266 §4.3: preferred
  const read = extended === undefined ? undefined : readExtended(extended);
  return read ?? parameters.get("filename");
}

function withoutEdges(name: string): string {
  let start = 0;
  let end = name.length;
  while (start < end && isEdge(name.charAt(start))) start += 1;
  while (end > start && isEdge(name.charAt(end - 1))) end -= 1;
  return name.slice(start, end);
}

/** Dots in front hide a file, dots and blanks behind are dropped by Windows. */
function isEdge(character: string): boolean {
  return character === "." || character.trim() === "";
}

/** The extension says what the file is, so the name before it is cut. */
function shortened(name: string): string {
  if (utf8Length(name) <= MOST_BYTES) return name;
  const dot = name.lastIndexOf(".");
  const extension = dot === -1 ? "" : name.slice(dot);
  const kept = utf8Length(extension) <= MOST_EXTENSION_BYTES ? extension : "";
  let stem = "";
  let left = MOST_BYTES - utf8Length(kept);
  for (const character of name.slice(0, name.length - kept.length)) {
    left -= utf8Length(character);
    if (left < 0) break;
    stem += character;
  }
  return withoutEdges(withoutEdges(stem) + kept);
}

/** RFC 8187 §3.2.1: everything but attr-char. */
function escaped(text: string): string {
  let out = "";
  for (const octet of utf8Bytes(text)) {
    const character = String.fromCharCode(octet);
    out += /[A-Za-z0-9!#$&+.^_`|~-]/.test(character)
      ? character
      : `%${octet.toString(16).toUpperCase().padStart(2, "0")}`;
  }
  return out;
}

function readExtended(value: string): string | undefined {
  const [charset, , text] = value.split("'", 4);
  if (charset?.toLowerCase() !== "utf-8" || text === undefined) return undefined;
  const octets: number[] = [];
  for (let at = 0; at < text.length; at += 1) {
    if (text[at] !== "%") {
      octets.push(text.charCodeAt(at) & 0x7f);
      continue;
    }
    const digits = text.slice(at + 1, at + 3);
    if (!/^[0-9A-Fa-f]{2}$/.test(digits)) return undefined;
    octets.push(Number.parseInt(digits, 16)); // two hex digits, checked
    at += 2;
  }
  try {
    return utf8Text(Uint8Array.from(octets));
  } catch {
    return undefined; // not UTF-8: the plain name will do
  }
}
