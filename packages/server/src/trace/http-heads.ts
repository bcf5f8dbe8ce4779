/** Heads of HTTP messages as they were on the wire, or near to it. RFC 9112 §2.1 */
import { utf8Bytes } from "@parlance/wire";
import type { WebAnswer, WebRequest } from "../web/index.ts";

const MOST_CHARACTERS = 8_192;

export function formatRequestHead({ method, target, headers }: WebRequest): Uint8Array {
  const lines = [`${method} ${target} HTTP/1.1`];
  for (const [name, values] of headers) for (const value of values) lines.push(`${name}: ${value}`);
  return head(lines);
}

export function formatAnswerHead({ status, headers }: WebAnswer): Uint8Array {
  return head([`HTTP/1.1 ${status}`, ...headers.map(([name, value]) => `${name}: ${value}`)]);
}

function head(lines: readonly string[]): Uint8Array {
  const kept = lines.join("\r\n").slice(0, MOST_CHARACTERS);
  return utf8Bytes(`${kept}\r\n\r\n`);
}
