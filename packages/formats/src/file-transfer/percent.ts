/** Percent-encoding as file names and Content-ID addresses use it. RFC 5547 §6, RFC 2392 §2 */
import { hex, utf8Bytes, utf8TextLossy } from "@parlance/wire";

const PERCENT = 37;
const SPACE = 32;
const DELETE = 127;
const HEX_PAIR = /^[0-9A-Fa-f]{2}$/;

/** A percent sign without two digits behind it stands for itself; octets that are no UTF-8 become U+FFFD. */
export function percentDecoded(text: string): string {
  if (!text.includes("%")) return text;
  const bytes = utf8Bytes(text);
  let length = 0;
  for (let at = 0; at < bytes.length; at += 1) {
    const octet = bytes[at] ?? 0;
    const pair = String.fromCharCode(bytes[at + 1] ?? 0, bytes[at + 2] ?? 0);
    const encoded = octet === PERCENT && HEX_PAIR.test(pair);
    bytes[length] = encoded ? Number.parseInt(pair, 16) : octet;
    length += 1;
    if (encoded) at += 2;
  }
  return utf8TextLossy(bytes.subarray(0, length));
}

/** Encodes control characters and the ASCII characters of `unsafe`. */
export function percentEncoded(text: string, unsafe: string): string {
  let encoded = "";
  for (const character of text) {
    const code = character.charCodeAt(0);
    const encode = code < SPACE || code === DELETE || unsafe.includes(character);
    encoded += encode ? `%${hex(Uint8Array.of(code)).toUpperCase()}` : character;
  }
  return encoded;
}
