/** Character classes of the MSRP grammar, one bit each, over ASCII. RFC 4975 §9 */

/** What may stand in a transaction id. */
export const IDENT = 1;
export const ALPHANUMERIC = 2;
/** What header names and media types are made of. */
export const TOKEN = 4;
export const DIGIT = 8;
export const METHOD = 16;
/** What may stand in a session id: unreserved of RFC 3986, "+", "=" and "/". */
export const SESSION_ID = 32;
/** What may stand in a host name. */
export const HOST_NAME = 64;
/** Any visible character of ASCII. */
export const VISIBLE = 128;

export type CharacterClass = number;

const LETTERS_AND_DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

const classes = new Uint8Array(256);
mark(IDENT | ALPHANUMERIC | TOKEN | SESSION_ID | HOST_NAME, LETTERS_AND_DIGITS);
mark(IDENT, ".-+%=");
mark(TOKEN, "!#$%&'*+-.^_`{|}~");
mark(DIGIT, "0123456789");
// RFC 4975 §9 has capitals alone, but FILE_OFFSET is in use and is to get its 501.
mark(METHOD, "ABCDEFGHIJKLMNOPQRSTUVWXYZ_-");
mark(SESSION_ID, "-._~+=/");
mark(HOST_NAME, "-._~");
for (let code = 33; code < 127; code += 1) classes[code] = (classes[code] ?? 0) | VISIBLE;

function mark(bits: CharacterClass, characters: string): void {
  for (let at = 0; at < characters.length; at += 1) {
    const code = characters.charCodeAt(at);
    classes[code] = (classes[code] ?? 0) | bits;
  }
}

export function isIn(wanted: CharacterClass, code: number): boolean {
  return code < 256 && ((classes[code] ?? 0) & wanted) !== 0;
}

/** Whether `text` is not empty and all of the class. */
export function isAll(wanted: CharacterClass, text: string): boolean {
  if (text === "") return false;
  for (let at = 0; at < text.length; at += 1) {
    if (!isIn(wanted, text.charCodeAt(at))) return false;
  }
  return true;
}

const ZERO = 48;
const MAX_DIGITS = 10;

/** One to ten ASCII digits; `undefined` for anything else. The only way a number from a peer is read. */
export function digits(text: string): number | undefined {
  if (text === "" || text.length > MAX_DIGITS) return undefined;
  let value = 0;
  for (let at = 0; at < text.length; at += 1) {
    const digit = text.charCodeAt(at) - ZERO;
    if (digit < 0 || digit > 9) return undefined;
    value = value * 10 + digit;
  }
  return value;
}
