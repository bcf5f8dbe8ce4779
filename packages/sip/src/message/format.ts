/** Messages to octets: untouched lines leave in runs, as they came. RFC 3261 §7 */
import { asciiInto, concatBytes, octetBytes, octetText, Slab, utf8Bytes } from "@parlance/wire";
import { breaksLine } from "./characters.ts";
import { firstLine, type HeaderLine } from "./header-line.ts";
import type { SipMessage } from "./message.ts";

/** What is sent and then forgotten. */
const leaving = new Slab();

/** In memory of its own, for whoever keeps it. */
export function formatMessage(message: SipMessage): Uint8Array {
  return write(message, `${joinLines(message.parts.lines)}\r\n`, undefined);
}

/** As `formatMessage`, for what is kept no longer than it takes to send it: it shares memory with others. */
export function formatLeaving(message: SipMessage): Uint8Array {
  return write(message, `${joinLines(message.parts.lines)}\r\n`, leaving);
}

/** As `formatLeaving`, with one Via more on top, and a Content-Length, which streams need. RFC 3261 §18.1.1 */
export function formatUnderVia(message: SipMessage, via: string): Uint8Array {
  if (breaksLine(via)) throw new RangeError("line break or NUL in Via");
  const { lines, body } = message.parts;
  const length =
    firstLine(lines, "content-length") === undefined ? `Content-Length: ${body.length}\r\n` : "";
  return write(message, `Via: ${via}\r\n${joinLines(lines)}${length}\r\n`, leaving);
}

function write(message: SipMessage, headers: string, slab: Slab | undefined): Uint8Array {
  const { body, octets } = message.parts;
  if (octets) return formatOctets(message, headers);
  const head = `${message.startLine}\r\n${headers}`;
  const length = head.length + body.length;
  const bytes = slab === undefined ? new Uint8Array(length) : slab.take(length);
  if (!asciiInto(head, bytes)) return concatBytes(utf8Bytes(head), body);
  bytes.set(body, head.length);
  return bytes;
}

/** The start line of an octet message may have been written by us, in any script. */
function formatOctets(message: SipMessage, headers: string): Uint8Array {
  const start = `${message.startLine}\r\n`;
  const octets = isBeyondOctets(start) ? octetText(utf8Bytes(start)) : start;
  return concatBytes(octetBytes(octets + headers), message.body);
}

/** Lines that follow each other in their source are taken in one piece. */
function joinLines(lines: readonly HeaderLine[]): string {
  let out = "";
  let source = "";
  let from = 0;
  let to = 0;
  for (const line of lines) {
    if (line.start === to && line.source === source) {
      to = line.end;
      continue;
    }
    if (to > from) out += source.slice(from, to);
    source = line.source;
    from = line.start;
    to = line.end;
  }
  return to > from ? out + source.slice(from, to) : out;
}

function isBeyondOctets(text: string): boolean {
  return /[\u0100-\uffff]/.test(text);
}
