/** Session descriptions as ordered lines: what is not understood stays where it is. RFC 8866 */
import { FormatError, type Parsed, parsed, utf8Bytes } from "@parlance/wire";
import {
  type Connection,
  type MediaLine,
  type Origin,
  readConnection,
  readMediaLine,
  readOrigin,
  writeMediaLine,
} from "./fields.ts";
import { FORMAT, readLines, SDP_LIMITS, type SdpLimits, type SdpLine, writeLine } from "./lines.ts";

export interface Sdp {
  /** Everything before the first m=, v= and o= included. */
  readonly lines: readonly SdpLine[];
  readonly media: readonly SdpMedia[];
}

/** An m= line and the lines that belong to it. */
export interface SdpMedia extends MediaLine {
  readonly lines: readonly SdpLine[];
}

/** An `a=name` or `a=name:value` line. */
export interface SdpAttribute {
  readonly name: string;
  readonly value: string | undefined;
}

/**
 * Reads in any order of lines, of any type. What must be there is version 0, first, and one o=; what
 * must be readable besides are c= and m=.
 */
export function parseSdp(bytes: Uint8Array, limits: SdpLimits = SDP_LIMITS): Parsed<Sdp> {
  return parsed(() => readSdp(bytes, limits));
}

/** As `parseSdp`, for readers that already stand inside `parsed`. Throws `FormatError`. */
export function readSdp(bytes: Uint8Array, limits: SdpLimits = SDP_LIMITS): Sdp {
  const lines: SdpLine[] = [];
  const media: (MediaLine & { lines: SdpLine[] })[] = [];
  let section = lines;
  const seen = new Set<string>();
  for (const { type, value, start } of readLines(bytes, limits)) {
    if (seen.size === 0) checkVersion(type, value);
    else if (section === lines && SINGLE.has(type) && seen.has(type)) {
      throw new FormatError(FORMAT, start, `${type}= is repeated`);
    }
    seen.add(type);
    if (type === "o") readOrigin(value, start);
    if (type === "c") readConnection(value, start);
    if (type !== "m") {
      section.push({ type, value });
      continue;
    }
    if (media.length >= limits.media) throw new FormatError(FORMAT, start, "too many media");
    section = [];
    media.push({ ...readMediaLine(value, start), lines: section });
  }
  if (!lines.some(({ type }) => type === "o")) throw new FormatError(FORMAT, 0, "o= is missing");
  return { lines, media };
}

/** Refuses lines that would read as other ones. */
export function formatSdp(sdp: Sdp): Uint8Array<ArrayBuffer> {
  if (sdp.lines[0]?.type !== "v") throw new RangeError("SDP begins with v=");
  const text: string[] = sdp.lines.map(writeOtherLine);
  for (const media of sdp.media) {
    text.push(writeLine({ type: "m", value: writeMediaLine(media) }));
    text.push(...media.lines.map(writeOtherLine));
  }
  return utf8Bytes(text.join(""));
}

export function originOf(sdp: Sdp): Origin {
  return readOrigin(sdp.lines.find(({ type }) => type === "o")?.value ?? "", 0);
}

/** The address of a medium: its own, else that of the session. RFC 8866 §5.7 */
export function connectionOf(sdp: Sdp, media: SdpMedia): Connection | undefined {
  const line = firstOf(media.lines, "c") ?? firstOf(sdp.lines, "c");
  return line === undefined ? undefined : readConnection(line, 0);
}

export function firstOf(lines: readonly SdpLine[], type: string): string | undefined {
  return lines.find((line) => line.type === type)?.value;
}

/** In their order. Names are compared as they are. RFC 8866 §5.13 */
export function attributesOf(lines: readonly SdpLine[]): readonly SdpAttribute[] {
  const attributes: SdpAttribute[] = [];
  for (const { type, value } of lines) if (type === "a") attributes.push(readAttribute(value));
  return attributes;
}

export function readAttribute(value: string): SdpAttribute {
  const colon = value.indexOf(":");
  if (colon === -1) return { name: value, value: undefined };
  return { name: value.slice(0, colon), value: value.slice(colon + 1) };
}

export function attributeLine(name: string, value?: string): SdpLine {
  return { type: "a", value: value === undefined ? name : `${name}:${value}` };
}

/** Of the session; a medium may have several addresses. */
const SINGLE: ReadonlySet<string> = new Set(["v", "o", "s", "c"]);

function checkVersion(type: string, value: string): void {
  if (type !== "v" || value.trim() !== "0") throw new FormatError(FORMAT, 0, "expected v=0");
}

function writeOtherLine(line: SdpLine): string {
  if (line.type === "m") throw new RangeError("m= has its own place");
  return writeLine(line);
}
