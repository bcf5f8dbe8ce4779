/** Lines of a frame as text and as octets. No value of ours may end its line. RFC 4975 §9 */
import { utf8Bytes } from "@parlance/wire";
import { isAll, TOKEN } from "./characters.ts";

const LAST_ASCII = 127;

/** With its CRLF; refuses what would let its author add lines of his own. */
export function headerLine(name: string, value: string): string {
  if (!isAll(TOKEN, name)) throw new RangeError(`not a header name: ${JSON.stringify(name)}`);
  if (breaksLine(value)) throw new RangeError(`line break in ${name}`);
  return `${name}: ${value}\r\n`;
}

export function breaksLine(text: string): boolean {
  return text.includes("\n") || text.includes("\r") || text.includes("\0");
}

/** Writes text, most often a few characters of ASCII, at `at`; returns where it ends. */
export function writeText(target: Uint8Array, at: number, text: string): number {
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    if (code > LAST_ASCII) {
      const rest = utf8Bytes(text.slice(index));
      target.set(rest, at + index);
      return at + index + rest.length;
    }
    target[at + index] = code;
  }
  return at + text.length;
}
