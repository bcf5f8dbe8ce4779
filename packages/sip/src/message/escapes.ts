/** Percent escapes of URIs. RFC 3261 §19.1.2, §25.1 */
import { FormatError, utf8Bytes, utf8TextLossy } from "@parlance/wire";
import { type CharacterClass, HEX, isIn } from "./characters.ts";

const PERCENT = 37;

/** Checks that all is of the class or a well-formed escape. */
export function checkEscaped(
  format: string,
  text: string,
  wanted: CharacterClass,
  offset: number,
): void {
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (isIn(wanted, code)) continue;
    if (code !== PERCENT) throw new FormatError(format, offset + at, "character is not allowed");
    if (!isEscapeAt(text, at)) throw new FormatError(format, offset + at, "broken escape");
    at += 2;
  }
}

/** Undoes the escapes once, never twice. The octets are read as UTF-8. */
export function unescape(text: string): string {
  if (!text.includes("%")) return text;
  const bytes = utf8Bytes(text);
  let written = 0;
  for (let at = 0; at < bytes.length; at += 1) {
    const octet = bytes[at] ?? 0;
    const escaped = octet === PERCENT && at + 2 < bytes.length;
    bytes[written] = escaped
      ? hexValue(bytes[at + 1] ?? 0) * 16 + hexValue(bytes[at + 2] ?? 0)
      : octet;
    if (escaped) at += 2;
    written += 1;
  }
  return utf8TextLossy(bytes.subarray(0, written));
}

/**
 * One spelling for all that mean the same: what may stand plain does, other escapes are in capitals.
 * Unlike `unescape` it keeps apart what is no UTF-8.
 */
export function normalizeEscapes(text: string, allowed: CharacterClass): string {
  if (!text.includes("%")) return text;
  let out = "";
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code !== PERCENT || !isEscapeAt(text, at)) {
      out += text.charAt(at);
      continue;
    }
    const octet = hexValue(text.charCodeAt(at + 1)) * 16 + hexValue(text.charCodeAt(at + 2));
    const plain = isIn(allowed, octet);
    out += plain ? String.fromCharCode(octet) : text.slice(at, at + 3).toUpperCase();
    at += 2;
  }
  return out;
}

/** Escapes what is not of the class, so that `unescape` gives the text back. */
export function escape(text: string, allowed: CharacterClass): string {
  let out = "";
  for (const octet of utf8Bytes(text)) {
    if (isIn(allowed, octet)) out += String.fromCharCode(octet);
    else out += `%${octet.toString(16).toUpperCase().padStart(2, "0")}`;
  }
  return out;
}

function isEscapeAt(text: string, at: number): boolean {
  return isIn(HEX, text.charCodeAt(at + 1)) && isIn(HEX, text.charCodeAt(at + 2));
}

/** Of a character that was checked to be a hexadecimal digit. */
function hexValue(code: number): number {
  return code <= 57 ? code - 48 : (code | 32) - 87;
}
