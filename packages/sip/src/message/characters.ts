/** Character classes of the SIP grammar, one bit each, over ASCII. RFC 3261 §25.1 */

export const TOKEN = 1;
export const SPACE = 2;
export const DIGIT = 4;
export const HEX = 8;
/** What may stand unescaped in the user part of a URI. */
export const USER = 16;
/** What may stand unescaped in a URI parameter, name or value. */
export const URI_PARAM = 32;
/** What may stand unescaped in a URI header, name or value. */
export const URI_HEADER = 64;
/** What is taken as an unquoted parameter value: tokens, hosts, and the likes of base64. */
export const PARAM_VALUE = 128;

/** What a host name or an IPv4 address is made of, and the underscore that names have in practice. */
export const HOST_NAME = 256;
/** Parameter values that we write without quotes: tokens and hosts. */
export const BARE_VALUE = 512;
/** What may stand in any URI. RFC 3986 §2 */
export const URI_ANY = 1024;

export type CharacterClass = number;

const ZERO = 48;
const ALPHANUMERIC = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
const UNRESERVED = `${ALPHANUMERIC}-_.!~*'()`;
const TOKEN_CHARACTERS = `${ALPHANUMERIC}-.!%*_+\`'~`;

const classes = new Uint16Array(128);
mark(TOKEN, TOKEN_CHARACTERS);
mark(SPACE, " \t\r\n"); // CR and LF reach a value only as part of a fold
mark(DIGIT, "0123456789");
mark(HEX, "0123456789abcdefABCDEF");
mark(USER, `${UNRESERVED}&=+$,;?/`);
mark(URI_PARAM, `${UNRESERVED}[]/:&+$`);
mark(URI_HEADER, `${UNRESERVED}[]/?:+$`);
mark(PARAM_VALUE, `${TOKEN_CHARACTERS}[]:/@?=&$()#{}|^`);
mark(HOST_NAME, `${ALPHANUMERIC}-._`);
mark(URI_ANY, `${UNRESERVED}%:/?#[]@$&+,;=`);
mark(BARE_VALUE, `${TOKEN_CHARACTERS}[]:`);

function mark(bit: CharacterClass, characters: string): void {
  for (let at = 0; at < characters.length; at += 1) {
    const code = characters.charCodeAt(at);
    classes[code] = (classes[code] ?? 0) | bit;
  }
}

export function isIn(wanted: CharacterClass, code: number): boolean {
  return code < 128 && ((classes[code] ?? 0) & wanted) !== 0;
}

/**
 * The code of a character, zero past the end, which is of no class. Reading past the end with
 * `charCodeAt` alone would do, but takes the slow way through the engine.
 */
export function codeAt(text: string, at: number): number {
  return at < text.length ? text.charCodeAt(at) : 0;
}

/** The first place at or after `from` whose character is not of the class. */
export function skip(wanted: CharacterClass, text: string, from: number): number {
  let at = from;
  while (at < text.length && isIn(wanted, text.charCodeAt(at))) at += 1;
  return at;
}

/** The first place at or after `from` that holds the character, or the end. */
export function endBefore(text: string, from: number, character: string): number {
  const at = text.indexOf(character, from);
  return at === -1 ? text.length : at;
}

/** Whether `text` is not empty and all of the class. */
export function isAll(wanted: CharacterClass, text: string): boolean {
  return text !== "" && skip(wanted, text, 0) === text.length;
}

export function isToken(text: string): boolean {
  return isAll(TOKEN, text);
}

/**
 * One to ten ASCII digits within `max`; `undefined` for anything else. The only way a number from a
 * peer is read.
 */
export function digits(text: string, max: number): number | undefined {
  if (text === "" || text.length > 10) return undefined;
  let value = 0;
  for (let at = 0; at < text.length; at += 1) {
    const digit = text.charCodeAt(at) - ZERO;
    if (digit < 0 || digit > 9) return undefined;
    value = value * 10 + digit;
  }
  return value <= max ? value : undefined;
}

/** Whether `text` holds what would end a line, or a NUL: no line of ours may. */
export function breaksLine(text: string): boolean {
  return text.includes("\n") || text.includes("\r") || text.includes("\0");
}
