/** One hop's own lines put in the place of another's; every other line stays octet for octet. RFC 4975 §8 */
import { concatBytes, type Parsed, parsed, utf8Bytes } from "@parlance/wire";
import {
  connectionTo,
  readMediaLine,
  readOrigin,
  writeConnection,
  writeMediaLine,
  writeOrigin,
} from "./fields.ts";
import { type Fingerprint, writeFingerprint } from "./fingerprint.ts";
import { type PlacedLine, readLines, SDP_LIMITS, type SdpLine, writeLine } from "./lines.ts";
import type { LocalSession } from "./local-media.ts";
import { nextHop, writePath } from "./path.ts";
import { attributeLine, readAttribute, readSdp } from "./sdp.ts";
import type { Setup } from "./setup.ts";
import { writeTypeList } from "./type-list.ts";

/** What a server that stands in the path of the messages says instead of the endpoint behind it. */
export interface HopMedia {
  readonly path: readonly string[];
  /** Of m=; the one in the path when it is left out. */
  readonly port?: number;
  /** Of c=; that of the session when it is left out. */
  readonly host?: string;
  readonly setup: Setup;
  readonly cema?: boolean;
  readonly fingerprints?: readonly Fingerprint[];
  /** What passes here at most: a larger or missing `max-size` becomes this. */
  readonly maxSize?: number;
  /** What it takes, where that differs from what the endpoint behind it does. RFC 4975 §8.6 */
  readonly types?: HopTypes | undefined;
}

export interface HopTypes {
  readonly acceptTypes: readonly string[];
  readonly acceptWrappedTypes: readonly string[];
}

export interface HopChange {
  /** Becomes the owner in o=, whose version stays, and the address in c=. */
  readonly session: LocalSession;
  /** By the place of the m= line; the others stay as they are. */
  readonly media: ReadonlyMap<number, HopMedia | "closed">;
}

/** What means one hop alone. R-17 */
const HOP_ATTRIBUTES: ReadonlySet<string> = new Set([
  "path",
  "setup",
  "connection",
  "fingerprint",
  "msrp-cema",
]);

/**
 * For a description that passes through. What the session says of hops for all its media moves down
 * into those that stay. A mistake in `change` throws `RangeError`.
 */
export function replaceHop(bytes: Uint8Array, change: HopChange): Parsed<Uint8Array<ArrayBuffer>> {
  return parsed(() => {
    readSdp(bytes); // so that a description that nobody could read does not pass
    return new Replacement(bytes, change).done();
  });
}

interface Section {
  /** -1 for the session. */
  readonly place: number;
  readonly lines: readonly PlacedLine[];
}

class Replacement {
  readonly #bytes: Uint8Array;
  readonly #change: HopChange;
  readonly #sections: readonly Section[];
  readonly #out: Uint8Array[] = [];
  /** Nothing is left that needs the address of the session. */
  readonly #ownsAll: boolean;
  readonly #sessionHops: readonly PlacedLine[];

  constructor(bytes: Uint8Array, change: HopChange) {
    this.#bytes = bytes;
    this.#change = change;
    this.#sections = sectionsOf(readLines(bytes, SDP_LIMITS));
    this.#ownsAll = this.#sections.every((section) => !this.#stays(section));
    this.#sessionHops = this.#sections[0]?.lines.filter(isHopLine) ?? [];
  }

  done(): Uint8Array<ArrayBuffer> {
    for (const section of this.#sections) {
      const media = this.#change.media.get(section.place);
      if (section.place === -1) this.#session(section);
      else if (media === "closed") this.#closed(section);
      else if (media === undefined) this.#kept(section);
      else this.#replaced(section, media);
    }
    return concatBytes(...this.#out);
  }

  /** A medium that is alive and not ours. */
  #stays({ place, lines }: Section): boolean {
    const [first] = lines;
    if (place === -1 || first === undefined || this.#change.media.has(place)) return false;
    return readMediaLine(first.value, first.start).port !== 0;
  }

  #session({ lines }: Section): void {
    const { session } = this.#change;
    for (const line of lines) {
      if (line.type === "o") this.#write({ type: "o", value: ownedBy(session, line) });
      else if (line.type === "c" && this.#ownsAll) this.#write(connectionLine(session.host));
      else if (!isHopLine(line)) this.#keep(line);
    }
  }

  #closed({ lines }: Section): void {
    for (const line of lines) {
      if (line.type !== "m") this.#keep(line);
      else {
        const media = readMediaLine(line.value, line.start);
        this.#write({ type: "m", value: writeMediaLine({ ...media, port: 0, ports: undefined }) });
      }
    }
  }

  #kept(section: Section): void {
    for (const line of section.lines) this.#keep(line);
    if (!this.#stays(section)) return;
    const own = new Set(section.lines.filter(isHopLine).map(nameOf));
    for (const line of this.#sessionHops) if (!own.has(nameOf(line))) this.#write(line);
  }

  #replaced({ lines }: Section, media: HopMedia): void {
    const [first, ...rest] = lines;
    if (first === undefined) return;
    writePath(media.path); // a mistake of ours is thrown as one
    const hop = nextHop(media.path);
    const proto = hop.secure ? "TCP/TLS/MSRP" : "TCP/MSRP";
    const line = {
      ...readMediaLine(first.value, first.start),
      proto,
      port: media.port ?? hop.port,
    };
    this.#write({ type: "m", value: writeMediaLine(line) });
    // Title first, then the address. RFC 8866 §5
    for (const one of rest) if (one.type === "i") this.#keep(one);
    const host = media.host ?? this.#change.session.host;
    const said = this.#ownsAll && this.#sections[0]?.lines.some(({ type }) => type === "c");
    if (said !== true || host !== this.#change.session.host) this.#write(connectionLine(host));
    let pending: readonly SdpLine[] = hopLines(media);
    for (const one of rest) {
      if (one.type === "i" || one.type === "c") continue;
      if (isHopLine(one)) {
        for (const ours of pending) this.#write(ours);
        pending = [];
      } else if (nameOf(one) === "max-size" && media.maxSize !== undefined) {
        this.#write(sizeLine(Math.min(media.maxSize, sizeIn(one))));
      } else if (nameOf(one) === "accept-types" && media.types !== undefined) {
        for (const ours of typeLines(media.types)) this.#write(ours);
      } else if (nameOf(one) !== "accept-wrapped-types" || media.types === undefined) {
        this.#keep(one);
      }
    }
    for (const ours of pending) this.#write(ours);
    const sized = rest.some((one) => nameOf(one) === "max-size");
    if (!sized && media.maxSize !== undefined) this.#write(sizeLine(media.maxSize));
  }

  #keep({ start, end }: PlacedLine): void {
    this.#endLine();
    this.#out.push(this.#bytes.subarray(start, end));
  }

  #write(line: SdpLine): void {
    this.#endLine();
    this.#out.push(utf8Bytes(writeLine(line)));
  }

  /** The last line of what was received may have no end. */
  #endLine(): void {
    const last = this.#out.at(-1)?.at(-1);
    if (last === undefined || last === LF) return;
    this.#out.push(last === CR ? Uint8Array.of(LF) : Uint8Array.of(CR, LF));
  }
}

const CR = 13;
const LF = 10;
const SIZE = /^\d{1,10}$/;

function sectionsOf(lines: readonly PlacedLine[]): readonly Section[] {
  const sections: { place: number; lines: PlacedLine[] }[] = [{ place: -1, lines: [] }];
  for (const line of lines) {
    if (line.type === "m") sections.push({ place: sections.length - 1, lines: [] });
    sections.at(-1)?.lines.push(line);
  }
  return sections;
}

function hopLines(media: HopMedia): readonly SdpLine[] {
  const lines = [attributeLine("path", writePath(media.path)), attributeLine("setup", media.setup)];
  if (media.cema === true) lines.push(attributeLine("msrp-cema"));
  for (const fingerprint of media.fingerprints ?? []) {
    lines.push(attributeLine("fingerprint", writeFingerprint(fingerprint)));
  }
  return lines;
}

function ownedBy({ username, sessionId, host }: LocalSession, line: PlacedLine): string {
  const { version } = readOrigin(line.value, line.start);
  return writeOrigin({ username, sessionId, version, address: connectionTo(host) });
}

function connectionLine(host: string): SdpLine {
  return { type: "c", value: writeConnection(connectionTo(host)) };
}

function typeLines({ acceptTypes, acceptWrappedTypes }: HopTypes): readonly SdpLine[] {
  const accepted = attributeLine("accept-types", writeTypeList(acceptTypes));
  if (acceptWrappedTypes.length === 0) return [accepted];
  return [accepted, attributeLine("accept-wrapped-types", writeTypeList(acceptWrappedTypes))];
}

function sizeLine(octets: number): SdpLine {
  return attributeLine("max-size", String(octets));
}

function sizeIn({ value }: SdpLine): number {
  const text = readAttribute(value).value?.trim() ?? "";
  return SIZE.test(text) ? Number(text) : Number.POSITIVE_INFINITY;
}

function isHopLine(line: SdpLine): boolean {
  return HOP_ATTRIBUTES.has(nameOf(line) ?? "");
}

/** Of the attribute in the line; undefined when it holds none. */
function nameOf({ type, value }: SdpLine): string | undefined {
  return type === "a" ? readAttribute(value).name : undefined;
}
