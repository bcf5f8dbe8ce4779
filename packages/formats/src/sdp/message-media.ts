/** One m= line that offers or answers messages, typed. RFC 4975 §8, RFC 6135, RFC 6714, RFC 7701 §8 */
import { FormatError, type Parsed, parsed } from "@parlance/wire";
import { FILE_ATTRIBUTES, type FileOffer, readFileOffer } from "../file-transfer/index.ts";
import { type Direction, directionNamed } from "./direction.ts";
import type { Connection } from "./fields.ts";
import { type Fingerprint, readFingerprint } from "./fingerprint.ts";
import { FORMAT } from "./lines.ts";
import { nextHop, readPath } from "./path.ts";
import {
  attributesOf,
  connectionOf,
  firstOf,
  type Sdp,
  type SdpAttribute,
  type SdpMedia,
} from "./sdp.ts";
import { type Setup, setupNamed } from "./setup.ts";
import { readTypeList } from "./type-list.ts";

/** Over WebSocket it is these as well: only the path shows it. RFC 7977 §5.2.2 */
export type MessageProto = "TCP/MSRP" | "TCP/TLS/MSRP";

export interface MessageMedia {
  readonly proto: MessageProto;
  readonly port: number;
  /** Of c=. Nobody connects to it unless both sides say `msrp-cema`. */
  readonly address: Connection | undefined;
  /** Relays first, the endpoint last; each an MSRP address. RFC 4975 §8.2 */
  readonly path: readonly string[];
  /** What it takes as a whole body; `*` for anything. RFC 4975 §8.6 */
  readonly acceptTypes: readonly string[];
  /** What it takes in addition inside of others. */
  readonly acceptWrappedTypes: readonly string[];
  /** The largest message, in octets. */
  readonly maxSize: number | undefined;
  readonly direction: Direction;
  readonly setup: Setup | undefined;
  /** Read for the record: whoever speaks MSRP must not heed it. RFC 6135 §4.4 */
  readonly connection: "new" | "existing" | undefined;
  readonly cema: boolean;
  /** What a chat room can do; undefined for who knows nothing of them. RFC 7701 §8 */
  readonly chatroom: readonly string[] | undefined;
  readonly fingerprints: readonly Fingerprint[];
  readonly label: string | undefined; // RFC 4574
  readonly title: string | undefined; // i=
  readonly file: FileOffer | undefined;
  /** Every other attribute, in its order. */
  readonly extra: readonly SdpAttribute[];
}

const PROTOS: ReadonlyMap<string, MessageProto> = new Map(
  (["TCP/MSRP", "TCP/TLS/MSRP"] as const).map((proto) => [proto, proto]),
);
const SIZE = /^\d{1,10}$/;
const CHAT_TOKEN = /^[!%'*+\-.`_~0-9A-Za-z]+$/;
const LABEL = /^[!#$%&'*+\-.^_`{|}~0-9A-Za-z]+$/;

/** Undefined for audio, video, and messages over another protocol. */
export function messageProtoOf({ kind, proto }: SdpMedia): MessageProto | undefined {
  return kind === "message" ? PROTOS.get(proto) : undefined;
}

/** Everything that makes the medium useless for messages is a fault, and its reason says which. */
export function readMessageMedia(sdp: Sdp, media: SdpMedia): Parsed<MessageMedia> {
  return parsed(() => read(sdp, media));
}

/** The attributes that a server may pass on from one to the other: none of them is of one hop. R-17 */
export function commonAttributes(
  one: Pick<MessageMedia, "extra">,
  other: Pick<MessageMedia, "extra">,
): readonly SdpAttribute[] {
  const there = new Set(other.extra.map(({ name, value }) => JSON.stringify([name, value])));
  return one.extra.filter(({ name, value }) => there.has(JSON.stringify([name, value])));
}

function read(sdp: Sdp, media: SdpMedia): MessageMedia {
  const proto = messageProtoOf(media);
  if (proto === undefined) throw new FormatError(FORMAT, 0, "no messages over MSRP");
  const own = new Attributes(attributesOf(media.lines));
  const session = new Attributes(attributesOf(sdp.lines));
  const path = readPath(own.required("path"));
  if (nextHop(path).secure !== (proto === "TCP/TLS/MSRP")) {
    throw new FormatError(FORMAT, 0, "scheme of the path does not fit the protocol");
  }
  return {
    proto,
    port: media.port,
    address: connectionOf(sdp, media),
    path,
    acceptTypes: readTypeList(own.required("accept-types")),
    acceptWrappedTypes: readTypeList(own.value("accept-wrapped-types") ?? ""),
    maxSize: readSize(own.value("max-size")),
    direction: own.direction() ?? session.direction() ?? "sendrecv",
    setup: setupNamed(own.value("setup") ?? session.value("setup") ?? ""),
    connection: readConnectionUse(own.value("connection") ?? session.value("connection")),
    cema: own.has("msrp-cema"),
    chatroom: own.has("chatroom") ? readChatroom(own.value("chatroom") ?? "") : undefined,
    fingerprints: own.fingerprints() ?? session.fingerprints() ?? [],
    label: readLabel(own.value("label")),
    title: firstOf(media.lines, "i"),
    file: readFileOffer(own.single),
    extra: own.extra,
  };
}

/** Attributes by name. Two that contradict each other are a fault: nobody could tell which one holds. */
class Attributes {
  readonly single = new Map<string, string | undefined>();
  readonly extra: SdpAttribute[] = [];
  readonly #fingerprints: string[] = [];
  #direction: Direction | undefined;

  constructor(attributes: readonly SdpAttribute[]) {
    for (const attribute of attributes) this.#add(attribute);
  }

  has(name: string): boolean {
    return this.single.has(name);
  }

  value(name: string): string | undefined {
    return this.single.get(name)?.trim();
  }

  required(name: string): string {
    const value = this.value(name);
    if (value === undefined || value === "") throw new FormatError(FORMAT, 0, `no ${name}`);
    return value;
  }

  direction(): Direction | undefined {
    return this.#direction;
  }

  /** Undefined when there is none, so that those of the session hold. RFC 8122 §5 */
  fingerprints(): readonly Fingerprint[] | undefined {
    if (this.#fingerprints.length === 0) return undefined;
    return this.#fingerprints.map(readFingerprint).filter((one) => one !== undefined);
  }

  #add(attribute: SdpAttribute): void {
    const { name, value } = attribute;
    const direction = value === undefined ? directionNamed(name) : undefined;
    if (direction !== undefined) {
      if ((this.#direction ?? direction) !== direction) this.#clash("direction");
      this.#direction = direction;
    } else if (name === "fingerprint") {
      this.#fingerprints.push(value ?? "");
    } else if (SINGLE.has(name)) {
      if (this.single.has(name) && this.single.get(name) !== value) this.#clash(name);
      this.single.set(name, value);
    } else this.extra.push(attribute);
  }

  #clash(name: string): never {
    throw new FormatError(FORMAT, 0, `${name} is given twice`);
  }
}

const SINGLE: ReadonlySet<string> = new Set([
  "path",
  "accept-types",
  "accept-wrapped-types",
  "max-size",
  "setup",
  "connection",
  "msrp-cema",
  "chatroom",
  "label",
  ...FILE_ATTRIBUTES,
]);

function readSize(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (!SIZE.test(text)) throw new FormatError(FORMAT, 0, "max-size is malformed");
  return Number(text);
}

function readConnectionUse(text: string | undefined): "new" | "existing" | undefined {
  return text === "new" || text === "existing" ? text : undefined;
}

/** A token that is none, or stands there twice, is passed over. */
function readChatroom(text: string): readonly string[] {
  return [...new Set(text.split(" ").filter((token) => CHAT_TOKEN.test(token)))];
}

function readLabel(text: string | undefined): string | undefined {
  return text !== undefined && LABEL.test(text) ? text : undefined;
}
