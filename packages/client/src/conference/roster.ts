/** Who is in a group, as an application sees it, and what has changed. RFC 4575, OMA IM Appendix M */
import { type ConferenceUser, type Endpoint, ICON, type KnownConference } from "@parlance/formats";
import { isAnonymousUri } from "@parlance/im";
import { parseUri } from "@parlance/sip";
import { type MapChange, parsed } from "@parlance/wire";
import { keyOrText } from "../base/addresses.ts";

/** One who is in a group, or is asked to come. */
export interface Member {
  /** Names him in this group: his address, or what stands for one who hides. */
  readonly entity: string;
  /** As he is to be shown: nickname, name or the user part of his address. */
  readonly name: string;
  readonly nickname: string | undefined;
  readonly anonymous: boolean;
  /** The user of this client, on whatever device. */
  readonly me: boolean;
  /** `creator`, `moderator`, `reader` (writes nothing, as the group says), and whatever else a server says. */
  readonly roles: readonly string[];
  /** Whoever moderates lets him read alone. */
  readonly muted: boolean;
  /** He may not write: he is muted, or here only those may who moderate it. */
  readonly readsOnly: boolean;
  /** `invited`: his devices ring. */
  readonly state: "in" | "invited";
  /** With which he is in. */
  readonly devices: number;
  readonly joinedAt: Date | undefined;
}

/** Why somebody is there no more. */
export type Departure =
  | "left"
  | "expelled"
  /** His connection was lost; he may come back. */
  | "lost"
  /** He was asked, and would not come. */
  | "declined";

export type RosterChange =
  /** Who is in is known, the first time: see `members`. */
  | { readonly type: "known" }
  /** Somebody is asked to come. */
  | { readonly type: "invited"; readonly member: Member }
  /** Somebody has come. */
  | { readonly type: "added"; readonly member: Member }
  | {
      readonly type: "removed";
      readonly member: Member;
      readonly why: Departure | undefined;
      /** The server's words. */
      readonly reason: string | undefined;
    }
  | { readonly type: "renamed"; readonly member: Member; readonly before: Member }
  | { readonly type: "role"; readonly member: Member; readonly before: Member }
  | { readonly type: "muted" | "unmuted"; readonly member: Member }
  /** Nobody new may come in; or anybody again who may at all. */
  | { readonly type: "locked" | "unlocked" }
  | { readonly type: "subject"; readonly subject: string | undefined }
  /** Another picture, or none. */
  | { readonly type: "avatar"; readonly avatar: string | undefined };

const GONE: ReadonlySet<Endpoint["status"]> = new Set(["disconnected", "disconnecting"]);
const COMING: ReadonlySet<Endpoint["status"]> = new Set([
  "pending",
  "dialing-out",
  "dialing-in",
  "alerting",
]);
const DEPARTURES = new Map<Endpoint["disconnectionMethod"], Departure>([
  ["departed", "left"],
  ["booted", "expelled"],
  ["failed", "lost"],
  ["busy", "declined"],
]);

/** Of a device, by what is said of it. RFC 4575 §5.7.3 */
export function standingOf(status: Endpoint["status"]): "in" | "coming" | "gone" {
  if (GONE.has(status)) return "gone";
  return COMING.has(status) ? "coming" : "in";
}

/** Those who are in or asked to come, in the order in which they came. `self`: the user's own address. */
export function membersOf(known: KnownConference | undefined, self: string): readonly Member[] {
  if (known === undefined) return [];
  const own = ownEntity(known, self);
  return [...known.users].map((user) => memberOf(user, own)).filter((one) => one !== undefined);
}

/** IM-7.1.3.2.1-04, IM-7.1.3.2.1-04a */
export function ownEntity({ users }: KnownConference, self: string): string | undefined {
  let byAddress: string | undefined;
  for (const { entity, yourOwn } of users) {
    if (yourOwn) return entity;
    if (byAddress === undefined && keyOrText(entity) === self) byAddress = entity;
  }
  return byAddress;
}

/** What happened between two documents of one group. */
export function rosterChanges(
  before: KnownConference | undefined,
  after: KnownConference,
  self: string,
): readonly RosterChange[] {
  if (before === undefined) return [{ type: "known" }];
  const own = ownEntity(after, self) ?? ownEntity(before, self);
  const changes = after.users
    .changesSince(before.users)
    .flatMap((change) => userChanges(change, own));
  const subject = after.description?.subject;
  const avatar = avatarIn(after);
  const [locked, wasLocked] = [isLocked(after), isLocked(before)];
  return [
    ...changes,
    ...(subject === before.description?.subject ? [] : [{ type: "subject", subject } as const]),
    ...(avatar === avatarIn(before) ? [] : [{ type: "avatar", avatar } as const]),
    ...(locked === wasLocked ? [] : [{ type: locked ? "locked" : "unlocked" } as const]),
  ];
}

/** RFC 4575 §5.5.3 */
export function isLocked({ status }: KnownConference): boolean {
  return status?.locked === true;
}

/** Where its picture is. RFC 4575 §5.3.2 */
export function avatarIn({ description }: KnownConference): string | undefined {
  return description?.serviceUris.find(({ purpose }) => purpose === ICON)?.uri;
}

/** By which names a group is known, itself among them. */
export function namesIn(known: KnownConference | undefined): readonly string[] {
  if (known === undefined) return [];
  const { entity, description } = known;
  const uris = description?.confUris.map(({ uri }) => uri) ?? [];
  return [entity, ...uris].map(keyOrText);
}

function userChanges(
  { before, after }: MapChange<ConferenceUser>,
  own: string | undefined,
): readonly RosterChange[] {
  const was = before === undefined ? undefined : memberOf(before, own);
  const is = after === undefined ? undefined : memberOf(after, own);
  if (is === undefined) {
    return was === undefined ? [] : [{ type: "removed", member: was, ...departureOf(after) }];
  }
  if (was?.state !== is.state) {
    return [{ type: is.state === "in" ? "added" : "invited", member: is }];
  }
  const renamed = was.name !== is.name || was.nickname !== is.nickname;
  const changes: RosterChange[] = renamed ? [{ type: "renamed", member: is, before: was }] : [];
  if (was.muted !== is.muted) changes.push({ type: is.muted ? "muted" : "unmuted", member: is });
  if (was.roles.join(" ") === is.roles.join(" ")) return changes;
  return [...changes, { type: "role", member: is, before: was }];
}

/** Undefined for one who has gone. A server that tells nothing of devices lists those who are in. */
function memberOf(user: ConferenceUser, own: string | undefined): Member | undefined {
  const { entity, endpoints, nickname, displayText, roles } = user;
  const alive = endpoints.filter(({ status }) => standingOf(status) !== "gone");
  if (endpoints.length > 0 && alive.length === 0) return undefined;
  const inside = alive.filter(({ status }) => standingOf(status) === "in");
  const invited = alive.length > 0 && inside.length === 0;
  const media = inside.flatMap((endpoint) => endpoint.media);
  const when = inside[0]?.joiningInfo?.when;
  const joinedAt = when === undefined ? Number.NaN : Date.parse(when);
  return {
    entity,
    name: displayText ?? nickname ?? userPart(entity),
    nickname,
    anonymous: isAnonymous(entity),
    me: entity === own,
    roles,
    muted: inside.some(({ status }) => status === "muted-via-focus"),
    readsOnly: media.length > 0 && media.every(({ status }) => status === "recvonly"), // RFC 4575 §5.8.5
    state: invited ? "invited" : "in",
    devices: inside.length,
    joinedAt: Number.isNaN(joinedAt) ? undefined : new Date(joinedAt),
  };
}

function departureOf(user: ConferenceUser | undefined): {
  readonly why: Departure | undefined;
  readonly reason: string | undefined;
} {
  const last = user?.endpoints.at(-1);
  return {
    why: DEPARTURES.get(last?.disconnectionMethod),
    reason: last?.disconnectionInfo?.reason,
  };
}

/** Whoever it is goes there without his name. */
export function isAnonymous(entity: string): boolean {
  const uri = parsed(() => parseUri(entity));
  return uri.ok && isAnonymousUri(uri.value);
}

function userPart(entity: string): string {
  return /^\w+:(?<user>[^@;?]+)@/.exec(entity)?.groups?.["user"] ?? entity;
}
