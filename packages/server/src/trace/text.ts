/** Recorded messages as text for a terminal: one line each, or each in full. */
import type { Address } from "@parlance/sip";
import { utf8TextLossy } from "@parlance/wire";
import type { Outline } from "./outline.ts";
import { redact } from "./redact.ts";
import type { TraceRecord } from "./ring.ts";

/**
 * One step of the ladder. The server is on the left:
 * `10:00:00.123  ⟵ 192.0.2.7:5060/UDP  MESSAGE sip:bob@example.com  message/cpim  [9aKf…]`
 */
export function ladderLine({ record, title, mediaType, callId }: Outline): string {
  const time = new Date(record.at).toISOString().slice(11, 23);
  const arrow = record.direction === "in" ? "<--" : "-->";
  const parts = [time, `${arrow} ${peerOf(record)}`, title];
  if (mediaType !== undefined) parts.push(mediaType);
  parts.push(`${record.bytes.length} bytes`);
  if (callId !== undefined) parts.push(`[${callId}]`);
  return printable(parts.join("  "));
}

/** The line of the ladder, then the message, then an empty line. */
export function fullText(outline: Outline): string {
  const text = utf8TextLossy(redact(outline.record.bytes)).replaceAll("\r\n", "\n");
  return `${ladderLine(outline)}\n${text.split("\n").map(printable).join("\n")}\n`;
}

function peerOf({ flow }: TraceRecord): string {
  return `${endpoint(flow.remote)}/${flow.transport}`;
}

function endpoint({ host, port }: Address): string {
  return host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
}

/** Nothing that a stranger sent may move the cursor, colour the screen or turn the reading order. */
function printable(text: string): string {
  return text.replace(
    /[\p{Cc}\p{Cf}\u2028\u2029]/gu,
    (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`,
  );
}
