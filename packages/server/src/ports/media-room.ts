/** The room of a conference: many legs that hear each other, as the controlling function drives it. IM-7.2.3-04 */
import type { Appearance, Refusal } from "@parlance/im";
import type { MaybePromise } from "./maybe-promise.ts";
import type { MediaFacts } from "./media-facts.ts";
import type { LegFailure, MediaLeg } from "./media-switch.ts";
import type { Towards } from "./onward.ts";
import type { HeardHead, HeardMessage } from "./recording.ts";

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
  /** `final`: one report when all have the message; `relay`: as soon as the room has it. Clause 5.7, RFC 7701 §6.3 */
  readonly reports: "final" | "relay";
  /** What is said is kept, for those who come back; undefined where it is not. */
  readonly log: RoomLogRules | undefined;
}

/** Messages answered with 200 are in the store by then; a member who comes back gets what he has missed. */
export interface RoomLogRules {
  /** So many of the last messages. */
  readonly messages: number;
  readonly seconds: number;
}

/** What the session description of a device says of its leg. */
export interface RoomDevice {
  /** Wrapped types it takes: media ranges. */
  readonly types: readonly string[];
  readonly maxBytes: number | undefined;
  /** It understands messages to some of those present. RFC 7701 §8 */
  readonly privately: boolean;
  /** It expects one To in each of them, as RFC 7701 has it: it is no IM client. Ruling R-19 */
  readonly oneTo?: boolean;
}

/** A device in the room. */
export interface RoomLeg {
  readonly leg: MediaLeg;
  readonly connected: boolean;
  readonly facts: MediaFacts;
  /** It has answered everything that was for it so far. */
  readonly upToDate: boolean;
  /** The device has described itself, the first time or anew. */
  update(device: RoomDevice): void;
  /** It is let in, and what it misses from now on is kept for it. `device`: it has said only now which one it is; see `RoomReturn`. */
  enter(device?: string): void;
  /** Nothing more comes or goes by it. `comesBack`: what it misses until then is kept for it. The member stays. */
  detach(comesBack?: boolean): void;
}

/** Where a device begins to read in a room with a log; by default behind what its member has had last. */
export interface RoomReturn {
  /** A Message-ID or a position: it has had everything up to there. */
  readonly since?: string | undefined;
  /** Names it among those of its member, and is the same when it comes back. */
  readonly device?: string | undefined;
}

/** A device without MSRP: what is for it goes by MESSAGE. Clause 11.5 */
export interface PagerLeg {
  readonly facts: MediaFacts;
  /** A message of the device, as an envelope that names the room or somebody in it. */
  say(envelope: Uint8Array): MaybePromise<Refusal | undefined>;
  detach(): void;
}

/** Told of each message that a member may hear, or says himself; undefined: it is not kept. */
export type RoomEar = (head: HeardHead) => HeardMessage | undefined;

export interface RoomListening {
  detach(): void;
}

export type PagerDelivery = (envelope: Uint8Array) => Promise<boolean>;

/** Why the room has given up a device: nothing that it told the other side of the connection, or of it. */
export type RoomFailure =
  | LegFailure
  /** More waits for it than is kept. */
  | "too slow"
  /** Three messages in a row were refused by it, or never answered. Clause 8.7 */
  | "not answering"
  /** It goes on writing faster than it may. */
  | "flood";

/** What the room tells whoever opened it. */
export interface RoomOwner {
  /** Somebody has said something; not the room itself. */
  spoke(): void;
  /** A device never came, or has not come back, or is cut off. It is detached by then; the member stays. */
  failed(member: RoomMember, leg: RoomLeg | PagerLeg, reason: RoomFailure): void;
  /** NICKNAME of a member; undefined takes his alias away. An MSRP status answers it. RFC 7701 §7 */
  wishes(member: RoomMember, alias: string | undefined): MaybePromise<number>;
}

export interface MediaRoom {
  /** Comes in, or has changed: the same key replaces what was known of it. */
  put(member: RoomMember): void;
  /**
   * Leaves; all his legs with him. `comesBack`: he gets what he misses until then, if the room keeps a log. Without it his
   * devices that were lost before get it all the same, if they come back. Of one who has never come in nothing changes.
   */
  remove(key: string, comesBack?: boolean): void;
  /** He will not come back, whatever was kept for him and his devices. */
  forget(key: string): void;
  /**
   * A leg for a device of the member; undefined when no listener of ours can be reached by it. With a log it gets
   * what came after `back.since`, or since the device was here last, or else after what the member has had last.
   */
  attach(key: string, towards: Towards, back?: RoomReturn): RoomLeg | undefined;
  attachPager(key: string, deliver: PagerDelivery): PagerLeg;
  /** Hears for the member what he may hear, and what he says on any of his devices. */
  listen(key: string, ear: RoomEar): RoomListening;
  /** A system message: to all, or to one. Clause 7.2.3.5 */
  announce(text: string, to?: string): void;
  /**
   * The same with a body of another type, for instance message/external-body; devices that do not take it get the
   * text instead.
   */
  announceBody(contentType: string, body: Uint8Array, to?: string, text?: string): void;
  update(rules: RoomRules): void;
  close(): void;
}

export interface MediaRooms {
  open(rules: RoomRules, owner: RoomOwner): MediaRoom;
  /** Identities of rooms of which anything is kept, in their order, some of those after `after`; none: there are no more. */
  kept(after: string | undefined): Promise<readonly string[]>;
  /** Nothing of what was said in the room of that identity is kept any more; it is closed by then. */
  forget(identity: string): void;
}
