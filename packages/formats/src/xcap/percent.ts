/** Percent-encoding of UTF-8. RFC 3986 §2.1 */
import { FormatError, utf8Bytes, utf8Text } from "@parlance/wire";

const PERCENT = 37;

/** Undone once; `undefined` when it is broken, or what comes out is not UTF-8. */
export function percentDecoded(text: string): string | undefined {
  if (!text.includes("%")) return text;
  const bytes = utf8Bytes(text);
  const decoded = new Uint8Array(bytes.length);
  let length = 0;
  for (let at = 0; at < bytes.length; at += 1) {
    let octet = bytes[at] ?? 0;
    if (octet === PERCENT) {
      const code = String.fromCharCode(bytes[at + 1] ?? 0, bytes[at + 2] ?? 0);
      if (!/^[0-9a-f]{2}$/i.test(code)) return undefined;
      octet = Number.parseInt(code, 16);
      at += 2;
    }
    decoded[length] = octet;
    length += 1;
  }
  try {
    return utf8Text(decoded.subarray(0, length));
  } catch (error) {
    if (error instanceof FormatError) return undefined;
    throw error;
  }
}

/** For a path of a URI: what a path segment may hold, and the slash, stay. RFC 3986 §3.3 */
export function percentEncodedPath(text: string): string {
  let encoded = "";
  for (const octet of utf8Bytes(text)) {
    const character = String.fromCharCode(octet);
    encoded += /[\w.~!$&'()*+,;=:@/-]/.test(character)
      ? character
      : `%${octet.toString(16).padStart(2, "0")}`;
  }
  return encoded;
}
