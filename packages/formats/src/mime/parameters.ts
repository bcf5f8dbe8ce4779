/** The `;name=value` list behind a media type or a disposition. RFC 2045 §5.1, RFC 2183 §2 */

import { FormatError } from "@parlance/wire";
import { hasControlButTab, trimBlanks } from "../characters.ts";

const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;

export function isToken(text: string): boolean {
  return TOKEN.test(text);
}

/** Names in lower case, in the order given. Throws `FormatError`; a repeated name is refused. */
export function readParameters(
  format: string,
  text: string,
  from: number,
): ReadonlyMap<string, string> {
  const parameters = new Map<string, string>();
  for (let at = skipBlanks(text, from); at < text.length; ) {
    if (text[at] !== ";") throw new FormatError(format, at, "expected ';'");
    const start = skipBlanks(text, at + 1);
    // A semicolon with nothing behind it says nothing.
    if (start === text.length) break;
    const equals = text.indexOf("=", start);
    const name = trimBlanks(text.slice(start, equals === -1 ? undefined : equals));
    if (equals === -1 || !isToken(name))
      throw new FormatError(format, start, "expected name=value");
    const key = name.toLowerCase();
    if (parameters.has(key)) throw new FormatError(format, start, `${key} is repeated`);
    const { value, end } = readValue(format, text, skipBlanks(text, equals + 1));
    parameters.set(key, value);
    at = skipBlanks(text, end);
  }
  return parameters;
}

/** Values that are no tokens are quoted. A control character is a mistake of the caller. */
export function writeParameters(parameters: ReadonlyMap<string, string>): string {
  let text = "";
  for (const [name, value] of parameters) {
    if (!isToken(name)) throw new RangeError(`not a parameter name: ${name}`);
    text += `;${name}=${isToken(value) ? value : quote(value)}`;
  }
  return text;
}

function readValue(format: string, text: string, at: number): { value: string; end: number } {
  if (text[at] === '"') return readQuoted(format, text, at);
  let end = text.indexOf(";", at);
  if (end === -1) end = text.length;
  const value = trimBlanks(text.slice(at, end));
  // Not every program quotes what is no token ("boundary=a:b"), but white space always ends one.
  if (value === "" || /[\s"]/.test(value)) throw new FormatError(format, at, "expected a value");
  return { value, end };
}

function readQuoted(format: string, text: string, from: number): { value: string; end: number } {
  let value = "";
  for (let at = from + 1; at < text.length; at += 1) {
    const character = text.charAt(at);
    if (character === '"') {
      if (hasControlButTab(value)) throw new FormatError(format, from, "control character");
      return { value, end: at + 1 };
    }
    if (character === "\\") at += 1;
    value += text.charAt(at);
  }
  throw new FormatError(format, from, "quoted value has no end");
}

function quote(value: string): string {
  if (hasControlButTab(value)) throw new RangeError("control character in a parameter");
  return `"${value.replaceAll(/["\\]/g, "\\$&")}"`;
}

function skipBlanks(text: string, from: number): number {
  let at = from;
  while (text[at] === " " || text[at] === "\t") at += 1;
  return at;
}
