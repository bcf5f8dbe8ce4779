/** The lines of a session description: a letter, an equals sign, a value. RFC 8866 §5 */
import { FormatError } from "@parlance/wire";
import { fieldTexts } from "../field-texts.ts";

export interface SdpLine {
  /** One letter, its case counts. */
  readonly type: string;
  readonly value: string;
}

export interface PlacedLine extends SdpLine {
  /** Octets of the description, the line end included. */
  readonly start: number;
  readonly end: number;
}

export interface SdpLimits {
  readonly bytes: number;
  readonly lines: number;
  readonly lineBytes: number;
  readonly media: number;
}

/** Ten times what a description with several files takes. */
export const SDP_LIMITS: SdpLimits = { bytes: 65_536, lines: 512, lineBytes: 8192, media: 32 };

export const FORMAT = "SDP";

const CR = 13;
const LF = 10;
const TYPE = /^[A-Za-z]$/;

/**
 * Lines may end in LF alone, the last one in nothing, and empty ones may follow. RFC 8866 §5 asks for
 * the first, programs need the others. Throws `FormatError`.
 */
export function readLines(bytes: Uint8Array, limits: SdpLimits): readonly PlacedLine[] {
  if (bytes.length > limits.bytes) throw new FormatError(FORMAT, limits.bytes, "too many octets");
  const bounds: number[] = [];
  const ends: number[] = [];
  for (let at = 0; at < bytes.length; ) {
    const lineFeed = bytes.indexOf(LF, at);
    const next = lineFeed === -1 ? bytes.length : lineFeed + 1;
    const end = textEnd(bytes, at, next);
    if (end === at && onlyLineEnds(bytes, at)) break;
    if (end - at > limits.lineBytes) throw new FormatError(FORMAT, at, "line is too long");
    if (ends.length >= limits.lines) throw new FormatError(FORMAT, at, "too many lines");
    bounds.push(at, end);
    ends.push(next);
    at = next;
  }
  if (ends.length === 0) return [];
  return fieldTexts(FORMAT, bytes, bounds).map((text, index) => {
    const start = bounds[2 * index] ?? 0;
    return { ...readLine(text, start), start, end: ends[index] ?? bytes.length };
  });
}

/** Refuses what would end the line or could not be read again. */
export function writeLine({ type, value }: SdpLine): string {
  if (!TYPE.test(type)) throw new RangeError("type of an SDP line is one letter");
  if (breaksLine(value)) throw new RangeError(`line break or NUL in ${type}=`);
  return `${type}=${value}\r\n`;
}

function readLine(text: string, at: number): SdpLine {
  const type = text.charAt(0);
  if (text[1] !== "=" || !TYPE.test(type)) {
    throw new FormatError(FORMAT, at, "line is no type=value");
  }
  const value = text.slice(2);
  if (breaksLine(value)) throw new FormatError(FORMAT, at, "bare CR or NUL in a line");
  return { type, value };
}

function breaksLine(text: string): boolean {
  return text.includes("\n") || text.includes("\r") || text.includes("\0");
}

function textEnd(bytes: Uint8Array, start: number, next: number): number {
  let end = next;
  if (end > start && bytes[end - 1] === LF) end -= 1;
  if (end > start && bytes[end - 1] === CR) end -= 1;
  return end;
}

function onlyLineEnds(bytes: Uint8Array, from: number): boolean {
  return bytes.subarray(from).every((octet) => octet === CR || octet === LF);
}
