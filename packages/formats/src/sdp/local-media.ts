/** What this side brings into an offer or an answer. */
import type { FileOffer } from "../file-transfer/index.ts";
import type { Direction } from "./direction.ts";
import { connectionTo, type Origin, writeConnection, writeOrigin } from "./fields.ts";
import type { Fingerprint } from "./fingerprint.ts";
import type { SdpLine } from "./lines.ts";
import type { MessageMedia, MessageProto } from "./message-media.ts";
import { nextHop, writePath } from "./path.ts";
import type { SdpAttribute } from "./sdp.ts";
import type { Setup } from "./setup.ts";

/** The lines that belong to no medium. */
export interface LocalSession {
  /** Of o=: no blanks. */
  readonly username: string;
  /** Digits, the same for the whole session. */
  readonly sessionId: string;
  /** An address or name without brackets, for o= and c=. */
  readonly host: string;
}

/** A medium of ours. Hop by hop: nothing of it comes from the other side. */
export interface LocalMedia {
  /** Our own address last, relays before it. Its scheme decides between TCP/MSRP and TCP/TLS/MSRP. */
  readonly path: readonly string[];
  /** Of m=; the one in the path when it is left out. */
  readonly port?: number;
  /** Of c=, where it is not that of the session. */
  readonly host?: string;
  readonly acceptTypes: readonly string[];
  readonly acceptWrappedTypes?: readonly string[];
  readonly maxSize?: number;
  /** `sendrecv` when left out. */
  readonly direction?: Direction;
  /**
   * In an offer: `active` when nobody can reach us, else `actpass` is written. In an answer, where the
   * offer leaves the choice: `passive`, else `active`, which has to be said by who opens WebSockets.
   */
  readonly setup?: Setup;
  readonly cema?: boolean;
  /** `[]` says: a chat room that allows neither nicknames nor private messages. */
  readonly chatroom?: readonly string[];
  readonly fingerprints?: readonly Fingerprint[];
  readonly label?: string;
  readonly title?: string;
  /** In an answer: what we know of the file when we send it; the rest is taken from the offer. */
  readonly file?: FileOffer;
  readonly extra?: readonly SdpAttribute[];
}

/** As a peer would read it; `setup` and the negotiated rest are for the caller to fill in. */
export function messageMediaOf(local: LocalMedia, session: LocalSession): MessageMedia {
  writePath(local.path); // a mistake of ours is thrown as one
  const hop = nextHop(local.path);
  const proto: MessageProto = hop.secure ? "TCP/TLS/MSRP" : "TCP/MSRP";
  return {
    proto,
    port: local.port ?? hop.port,
    address: connectionTo(local.host ?? session.host),
    path: local.path,
    acceptTypes: local.acceptTypes,
    acceptWrappedTypes: local.acceptWrappedTypes ?? [],
    maxSize: local.maxSize,
    direction: local.direction ?? "sendrecv",
    setup: local.setup,
    connection: undefined, // RFC 6135 §4.4
    cema: local.cema ?? false,
    chatroom: local.chatroom,
    fingerprints: local.fingerprints ?? [],
    label: local.label,
    title: local.title,
    file: local.file,
    extra: local.extra ?? [],
  };
}

/** The lines before the first m=. */
export function sessionLines(
  session: LocalSession,
  version: string,
  time = "0 0",
): readonly SdpLine[] {
  const { username, sessionId, host } = session;
  const origin: Origin = { username, sessionId, version, address: connectionTo(host) };
  return [
    { type: "v", value: "0" },
    { type: "o", value: writeOrigin(origin) },
    { type: "s", value: "-" },
    { type: "c", value: writeConnection(connectionTo(host)) },
    { type: "t", value: time },
  ];
}
