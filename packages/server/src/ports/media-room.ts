/** The room of a conference: many legs that hear each other, as the controlling function drives it. IM-7.2.3-04 */
import type { Appearance, Refusal } from "@parlance/im";
import type { MaybePromise } from "./maybe-promise.ts";
import type { LegFailure, MediaLeg } from "./media-switch.ts";
import type { Towards } from "./onward.ts";

/** One who takes part: a row of the mapping table between addresses, entities and aliases. Clause 7.2.3.2 */
export interface RoomMember {
  /** Unique in the room, and kept over a restart: what the store knows him by. */
  readonly key: string;
  /** How the others see him; changes with his alias. */
  readonly appearance: Appearance;
  /** Address keys that he may write into From as his own. */
  readonly identities: readonly string[];
  readonly mayWrite: boolean;
  readonly mayWritePrivately: boolean;
}

export interface RoomRules {
  /** Group or session identity, without `isfocus`; its name stands in From of system messages. */
  readonly identity: string;
  readonly displayName: string | undefined;
  /** Everything that To may call the room by: group and session identity. Address keys. */
  readonly names: readonly string[];
  /** Of one message, its envelope included: `a=max-size`. */
  readonly maxBytes: number;
  /** Wrapped types that may be sent here: media ranges. */
  readonly types: readonly string[];
  readonly aliases: boolean;
  readonly reports: "final" | "relay";
}

/** What the session description of a device says of its leg. */
export interface RoomDevice {
  /** Wrapped types it takes: media ranges. */
  readonly types: readonly string[];
  readonly maxBytes: number | undefined;
  /** It understands messages to some of those present. RFC 7701 §8 */
  readonly privately: boolean;
}

/** A device in the room. */
export interface RoomLeg {
  readonly leg: MediaLeg;
  readonly connected: boolean;
  /** The device has described itself, the first time or anew. */
  update(device: RoomDevice): void;
  /** Nothing more comes or goes by it. The member stays until `leave`. */
  detach(): void;
}

/** A device without MSRP: what is for it goes by MESSAGE. Clause 11.5 */
export interface PagerLeg {
  /** A message of the device, as an envelope that names the room or somebody in it. */
  say(envelope: Uint8Array): MaybePromise<Refusal | undefined>;
  detach(): void;
}

export type PagerDelivery = (envelope: Uint8Array) => Promise<boolean>;

/** What the room tells whoever opened it. */
export interface RoomOwner {
  /** A device never came, or has not come back, or does not answer any more. */
  failed(
    member: RoomMember,
    leg: RoomLeg | PagerLeg,
    reason: LegFailure | "too slow" | "flood",
  ): void;
  /** NICKNAME of a member; undefined takes his alias away. An MSRP status answers it. RFC 7701 §7 */
  wishes(member: RoomMember, alias: string | undefined): MaybePromise<number>;
}

export interface MediaRoom {
  /** Comes in, or has changed: the same key replaces what was known of it. */
  put(member: RoomMember): void;
  /** Leaves; all his legs with him. */
  remove(key: string): void;
  /** A leg for a device of the member; undefined when no listener of ours can be reached by it. */
  attach(key: string, towards: Towards, since: string | undefined): RoomLeg | undefined;
  attachPager(key: string, deliver: PagerDelivery): PagerLeg;
  /** A system message: to all, or to one. Clause 7.2.3.5 */
  announce(text: string, to?: string): void;
  /** The same with a body of another type, for instance message/external-body. */
  announceBody(contentType: string, body: Uint8Array, to?: string): void;
  update(rules: RoomRules): void;
  close(): void;
}

export interface MediaRooms {
  open(rules: RoomRules, owner: RoomOwner): MediaRoom;
}
