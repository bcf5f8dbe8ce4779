/** What somebody may do in a group, by its document. OMA Shared Group XDM, RFC 4745 */
import { type Flag, type Group, type MediaKind, parseDateTime } from "@parlance/formats";
import { IM_TAG } from "../feature-tags.ts";
import { identityKey } from "./identity-key.ts";
import { judgeRules } from "./judge-rules.ts";
import { type PreparedRules, prepareRules } from "./prepare-rules.ts";
import type { InExternalList, RuleFacts } from "./rule-facts.ts";

export interface GroupRights {
  readonly initiate: boolean;
  readonly join: boolean;
  readonly seeState: boolean;
  readonly addUsers: boolean;
  readonly expel: boolean;
  readonly privateMessages: boolean;
  readonly anonymity: boolean;
  /** To all, in whatever way. */
  readonly write: boolean;
  /** The session ends when all of these have left. */
  readonly keyParticipant: boolean;
}

/** A group document made ready to be asked many times. */
export interface PreparedGroup {
  readonly group: Group;
  /** Keys of its entries. */
  readonly members: ReadonlySet<string>;
  /** Keys of those who write nothing. */
  readonly readers: ReadonlySet<string>;
  /** Absent: what is granted to members then is fixed. */
  readonly rules: PreparedRules | undefined;
}

export function prepareGroup(group: Group): PreparedGroup {
  return {
    group,
    members: new Set(group.entries.map(({ uri }) => identityKey(uri))),
    readers: new Set(group.readers.map(identityKey)),
    rules: group.ruleset && prepareRules(group.ruleset),
  };
}

/** Whether one of the identities stands in the list, or in a list that belongs to it. */
export function isMember(
  { group, members }: PreparedGroup,
  identities: readonly string[],
  inList: InExternalList,
): boolean {
  return identities.some(
    (one) => members.has(one) || group.externals.some((anchor) => inList(anchor, one)),
  );
}

/**
 * The host of a group knows who wants to be anonymous towards the others: his identities stay in
 * `facts`. `owner` is the user in whose directory the document is.
 */
export function judgeGroup(
  prepared: PreparedGroup,
  ask: Omit<RuleFacts, "listMember"> & { readonly owner: boolean },
  inList: InExternalList,
): GroupRights {
  const listMember = isMember(prepared, ask.identities, inList);
  const ruled = prepared.rules;
  const granted =
    ruled === undefined ? undefined : judgeRules(ruled, { ...ask, listMember }, inList).flags;
  const may = (flag: Flag, unruled: boolean): boolean =>
    granted === undefined ? unruled : granted.get(flag) === true;
  const expel = ask.owner || may("allow-expelling", false);
  const reads =
    prepared.group.moderatorsWrite || ask.identities.some((one) => prepared.readers.has(one));
  return {
    initiate: ask.owner || may("allow-initiate-conference", listMember),
    join: ask.owner || may("join-handling", listMember),
    seeState: ask.owner || may("allow-conference-state", listMember),
    addUsers: ask.owner || may("allow-invite-users-dynamically", listMember),
    expel,
    privateMessages: ask.owner || may("allow-private-message", listMember),
    anonymity: may("allow-anonymity", false), // not even the owner, unless a rule says so
    write: expel || !reads,
    keyParticipant: may("is-key-participant", false),
  };
}

/** A group that names no services has what there is. */
export function groupSupports({ services }: Group, media: MediaKind): boolean {
  if (services === undefined) return true;
  return services.some(
    (service) => service.enabler === IM_TAG && (service.media?.includes(media) ?? true),
  );
}

/** Whether the schedule lets a session be at this time. */
export function isOpen({ activity }: Group, now: number): boolean {
  const windows = activity?.schedule ?? [];
  return windows.length === 0 || closesAt(windows, now) !== undefined;
}

/** When the schedule closes a session that is open now; `undefined` when it does not. */
export function scheduledEnd({ activity }: Group, now: number): number | undefined {
  const end = closesAt(activity?.schedule ?? [], now);
  return end === Number.POSITIVE_INFINITY ? undefined : end;
}

type Schedule = NonNullable<Group["activity"]>["schedule"];

/** The end of the windows that hold `now`; windows that touch are one. */
function closesAt(windows: Schedule, now: number): number | undefined {
  let end: number | undefined;
  const open = windows
    .map(({ start, end: last }) => ({
      start: timeOf(start, -Infinity),
      end: timeOf(last, Infinity),
    }))
    .sort((a, b) => a.start - b.start);
  for (const window of open) {
    if (window.start > (end ?? now) || window.end <= now) continue;
    end = Math.max(end ?? window.end, window.end);
  }
  return end;
}

/** The reader has seen that it is a time. */
function timeOf(text: string | undefined, open: number): number {
  return text === undefined ? open : (parseDateTime(text) ?? open);
}
