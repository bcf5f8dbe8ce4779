/** Octets written as text: base64, base64url (RFC 4648) and hexadecimal. */
import { FormatError } from "./format-error.ts";

const STANDARD = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const URL_SAFE = `${STANDARD.slice(0, 62)}-_`;
const HEX = "0123456789abcdef";

export function base64(bytes: Uint8Array): string {
  const text = writeSextets(bytes, STANDARD);
  return text + "=".repeat((4 - (text.length % 4)) % 4);
}

/** Without padding, as tokens and URLs want it. RFC 4648 §5 */
export function base64url(bytes: Uint8Array): string {
  return writeSextets(bytes, URL_SAFE);
}

/** Strict: padding in place, no white space, no stray bits. Throws `FormatError`. */
export function parseBase64(text: string): Uint8Array<ArrayBuffer> {
  if (text.length % 4 !== 0) throw new FormatError("base64", text.length, "padding is missing");
  const end = text.endsWith("==") ? text.length - 2 : text.length - (text.endsWith("=") ? 1 : 0);
  return readSextets("base64", text.slice(0, end), STANDARD);
}

/** Without padding. Throws `FormatError`. */
export function parseBase64url(text: string): Uint8Array<ArrayBuffer> {
  return readSextets("base64url", text, URL_SAFE);
}

export function hex(bytes: Uint8Array): string {
  let text = "";
  for (const octet of bytes) text += HEX.charAt(octet >> 4) + HEX.charAt(octet & 15);
  return text;
}

/** Throws `FormatError`. */
export function parseHex(text: string): Uint8Array<ArrayBuffer> {
  if (text.length % 2 !== 0) throw new FormatError("hex", text.length, "odd number of digits");
  const bytes = new Uint8Array(text.length / 2);
  for (let at = 0; at < text.length; at += 1) {
    const digit = HEX.indexOf(text.charAt(at).toLowerCase());
    if (digit === -1) throw new FormatError("hex", at, "not a hexadecimal digit");
    bytes[at >> 1] = ((bytes[at >> 1] ?? 0) << 4) | digit;
  }
  return bytes;
}

function writeSextets(bytes: Uint8Array, alphabet: string): string {
  let text = "";
  for (let at = 0; at < bytes.length; at += 3) {
    const left = bytes.length - at;
    const group = ((bytes[at] ?? 0) << 16) | ((bytes[at + 1] ?? 0) << 8) | (bytes[at + 2] ?? 0);
    text += alphabet.charAt(group >> 18) + alphabet.charAt((group >> 12) & 63);
    if (left > 1) text += alphabet.charAt((group >> 6) & 63);
    if (left > 2) text += alphabet.charAt(group & 63);
  }
  return text;
}

function readSextets(format: string, text: string, alphabet: string): Uint8Array<ArrayBuffer> {
  if (text.length % 4 === 1) throw new FormatError(format, text.length, "a character is missing");
  const bytes = new Uint8Array(Math.floor((text.length * 3) / 4));
  let bits = 0;
  let held = 0;
  let written = 0;
  for (let at = 0; at < text.length; at += 1) {
    const sextet = alphabet.indexOf(text.charAt(at));
    if (sextet === -1) throw new FormatError(format, at, "character outside the alphabet");
    held = ((held << 6) | sextet) & 0xffff;
    bits += 6;
    if (bits < 8) continue;
    bits -= 8;
    bytes[written] = (held >> bits) & 0xff;
    written += 1;
  }
  // RFC 4648 §3.5: one sequence of octets has one spelling.
  if ((held & ((1 << bits) - 1)) !== 0) throw new FormatError(format, text.length, "stray bits");
  return bytes;
}
