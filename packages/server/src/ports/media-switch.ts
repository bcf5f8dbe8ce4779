/** The user plane as the functions drive it. IM-7.2.3-04 */
import type { NamedUri } from "@parlance/formats";
import type {
  DialTarget,
  Fingerprint,
  IncomingControl,
  IncomingHead,
  IncomingSink,
  OutgoingMessage,
} from "@parlance/msrp";
import type { MediaFacts } from "./media-facts.ts";
import type { Towards } from "./onward.ts";
import type { HeardHead, HeardMessage } from "./recording.ts";

export type Side = "near" | "far";

export type LegFailure = "no connection" | "connection lost" | "not to be reached";

/** What a device has said about itself in its session description. */
export interface MediaPeer {
  /** Its `a=path`: relays first, the device last. */
  readonly path: string;
  /** Its TLS connection has to show one of these; empty for no such demand. RFC 4975 §14.4 */
  readonly fingerprints: readonly Fingerprint[];
  /** We connect, to there; undefined when the device does. RFC 6135 §4 */
  readonly dial: DialTarget | undefined;
  /** Undefined: whatever it is sent. */
  readonly takes?: MediaTypes | undefined;
}

/** What a device takes, by its description. RFC 4975 §8.6 */
export interface MediaTypes {
  readonly acceptTypes: readonly string[];
  readonly acceptWrappedTypes: readonly string[];
  /** Of one message, in octets. */
  readonly maxSize: number | undefined;
}

/** Our end towards one device. */
export interface MediaLeg {
  /** Our address, for a=path. */
  readonly uri: string;
  readonly facts: MediaFacts;
  /** The device has described itself, the first time or anew: a new path means a new connection. */
  agree(peer: MediaPeer): void;
}

/** What the server says itself to one who is in a session. */
export interface MediaNotice {
  readonly from: NamedUri;
  readonly to: NamedUri;
  readonly text: string;
}

/** Two legs that hear each other. */
export interface MediaBridge {
  readonly near: MediaLeg;
  /** A leg for the far side, for devices that reach us like this; the same for the same kind. */
  farTowards(towards: Towards): MediaLeg;
  /** That side is there; the other candidates go. */
  choose(leg: MediaLeg): void;
  /** Both devices have connected. */
  readonly connected: boolean;
  /** That side hears it, now or when its device is back; the other one does not. */
  tell(side: Side, notice: MediaNotice): void;
  close(): void;
}

/** What is looked at before a message of one side goes on. */
export interface MediaRules {
  /** May the one who speaks use this address as his own? */
  readonly admits: (uri: string) => boolean;
  /** Of one message; what we announced as `a=max-size`. */
  readonly maxBytes: number;
  /** False: the speaker writes faster than he may. */
  readonly mayBegin: () => boolean;
  /** True: nothing of this media type may be said, in an envelope or without one. Whoever hears it wants none. */
  readonly refuses?: (type: string) => boolean;
  /** How an envelope names him that the server puts around what he says. Without it there are none. */
  readonly speaks?: NamedUri | undefined;
}

/** What happens at a leg whose other side is the server. */
export interface MediaEndUser {
  /** What comes is kept for somebody else: that it is here is no delivery, and is not reported as one. */
  readonly keeps?: boolean;
  /** A message begins: where it goes, or the MSRP status that refuses it. Without it nothing may come. */
  arriving?(head: IncomingHead, control: IncomingControl): IncomingSink | number;
  /** The device has connected. */
  connected?(): void;
  /** It never came, or did not come back. */
  failed(reason: LegFailure): void;
}

/** A message that the server sends. */
export type MediaMessage = Pick<OutgoingMessage, "contentType" | "content" | "headers">;

export type SentOutcome =
  /** Every chunk was answered with 200. */
  | { readonly kind: "sent" }
  /** An MSRP status; 408 when there was no answer, 481 when the session ended. */
  | { readonly kind: "failed"; readonly status: number };

/** A leg whose other side is the server. */
export interface MediaEnd {
  readonly leg: MediaLeg;
  /** The device has a connection to it now. */
  readonly connected: boolean;
  /** Waits for the device to connect, if it has not yet. Rejects when its content cannot be read. */
  send(message: MediaMessage): Promise<SentOutcome>;
  close(): void;
}

/**
 * Told of each message that one side of a bridge begins to say; undefined: it is of no interest. What it returns gets the octets as that side has
 * said them.
 */
export type BridgeListener = (
  side: Side,
  /** What its beginning says of it: read by whoever is interested. */
  read: () => Pick<HeardHead, "contentType" | "contentHeaders" | "sizeBytes">,
) => HeardMessage | undefined;

export interface MediaSwitch {
  /** A leg of ours has this address: its media pass here already. */
  holds(uri: string): boolean;
  /** Undefined as for `bridge`. `rules` hold for what comes. */
  end(towards: Towards, rules: MediaRules, user: MediaEndUser): MediaEnd | undefined;
  /** Undefined when no listener of ours can be reached by that device. */
  bridge(
    near: Towards,
    rules: Readonly<Record<Side, MediaRules>>,
    failed: (side: Side, reason: LegFailure) => void,
    listener?: BridgeListener,
  ): MediaBridge | undefined;
}
