/** Records as text for a terminal: one line each, or each in full. */
import { utf8TextLossy } from "@parlance/wire";
import type { Outline } from "./outline.ts";
import { redact } from "./redact.ts";
import { hostPort } from "./step.ts";

const ARROWS = { in: "<--", out: "-->", here: "  *" } as const;

/**
 * One step of the ladder. The server is on the left:
 * `10:00:00.123456  <-- 192.0.2.7:5060/UDP  MESSAGE sip:bob@example.com  message/cpim  612 bytes  [9aKf…]`
 */
export function ladderLine({ record, title, mediaType, callId, clause }: Outline): string {
  const { direction, flow, bytes } = record;
  const isNote = direction === "here";
  const peer = isNote ? "" : ` ${hostPort(flow.remote)}/${flow.transport}`;
  const parts = [timeOf(record.at), `${ARROWS[direction]}${peer}`, title];
  if (mediaType !== undefined) parts.push(mediaType);
  if (!isNote) parts.push(`${bytes.length} bytes`);
  if (clause !== undefined) parts.push(`(${clause})`);
  if (callId !== undefined) parts.push(`[${callId}]`);
  return printable(parts.join("  "));
}

/** The line of the ladder, then the message, then an empty line. `text`: with what people wrote. */
export function fullText(outline: Outline, showing = { text: false }): string {
  const { direction, bytes } = outline.record;
  if (direction === "here") return `${ladderLine(outline)}\n`;
  const text = utf8TextLossy(redact(bytes, showing)).replaceAll("\r\n", "\n");
  return `${ladderLine(outline)}\n${text.split("\n").map(printable).join("\n")}\n`;
}

/** To the microsecond. */
function timeOf(at: number): string {
  const micros = Math.round(at * 1_000);
  const time = new Date(Math.floor(micros / 1_000)).toISOString().slice(11, 23);
  return time + String(micros % 1_000).padStart(3, "0");
}

/** Nothing that a stranger sent may move the cursor, colour the screen or turn the reading order. */
function printable(text: string): string {
  return text.replace(
    /[\p{Cc}\p{Cf}\u2028\u2029]/gu,
    (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`,
  );
}
