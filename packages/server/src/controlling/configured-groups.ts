/** Groups and chat rooms of the configuration, as the documents that they would be. OMA IM 17.3 */
import type { Condition, Flag, Group as GroupDocument, Rule } from "@parlance/formats";
import { addressKey, sipUri } from "@parlance/sip";
import { hostedGroup } from "./hosted-group.ts";
import type { Group } from "./model.ts";

export interface ConfiguredGroup {
  /** The group is `sip:NAME@DOMAIN`. */
  readonly name: string;
  readonly displayName?: string | undefined;
  /** Account names or URIs. */
  readonly members: readonly string[];
  readonly inviteMembers?: boolean | undefined;
  readonly allowAnonymity?: boolean | undefined;
  readonly subject?: string | undefined;
  /** How long users keep what was said in it, instead of `limits.historySeconds`. */
  readonly historySeconds?: number | undefined;
}

export interface ConfiguredRoom {
  /** The room is `sip:NAME@DOMAIN`. */
  readonly name: string;
  readonly displayName?: string | undefined;
  readonly subject?: string | undefined;
  /** Account names or URIs: they may expel others. */
  readonly moderators?: readonly string[] | undefined;
  readonly allowAnonymity?: boolean | undefined;
  readonly maxParticipants?: number | undefined;
  /** Who may write; default everybody who is in. */
  readonly writers?: "everybody" | "moderators" | undefined;
  /** How long users keep what was said in it, instead of `limits.historySeconds`. */
  readonly historySeconds?: number | undefined;
}

/** What everybody may who is let in. */
const USUAL: readonly Flag[] = [
  "join-handling",
  "allow-initiate-conference",
  "allow-conference-state",
  "allow-invite-users-dynamically",
  "allow-private-message",
];

export function configuredGroup(group: ConfiguredGroup, domain: string): Group {
  const { members, inviteMembers = true, allowAnonymity = false } = group;
  const rules = allowAnonymity
    ? [rule("members", { kind: "list member" }, [...USUAL, "allow-anonymity"])]
    : undefined;
  return hostedGroup({
    ...NOTHING_SAID,
    uri: uriOf(group.name, domain),
    displayName: group.displayName,
    subject: group.subject,
    entries: members.map((member) => ({ uri: uriOf(member, domain), displayName: undefined })),
    inviteMembers,
    ruleset: rules && { rules },
  });
}

/** Every user of the domain may come in. */
export function configuredRoom(room: ConfiguredRoom, domain: string): Group {
  const { moderators = [], allowAnonymity = false, maxParticipants, writers } = room;
  const everybody: Condition = {
    kind: "identity",
    one: [],
    many: [{ domain, exceptIds: [], exceptDomains: [] }],
  };
  const few: Condition = {
    kind: "identity",
    one: moderators.map((name) => uriOf(name, domain)),
    many: [],
  };
  const rules = [
    rule("everybody", everybody, allowAnonymity ? [...USUAL, "allow-anonymity"] : USUAL),
    ...(moderators.length === 0 ? [] : [rule("moderators", few, ["allow-expelling"])]),
  ];
  const document = {
    ...NOTHING_SAID,
    uri: uriOf(room.name, domain),
    displayName: room.displayName,
    subject: room.subject,
    maxParticipants,
    ruleset: { rules },
    moderatorsWrite: writers === "moderators",
  };
  return hostedGroup(document);
}

function rule(id: string, condition: Condition, flags: readonly Flag[]): Rule {
  const granted = new Map(flags.map((flag) => [flag, true]));
  return { id, conditions: [condition], actions: { invite: undefined, flags: granted } };
}

function uriOf(name: string, domain: string): string {
  return name.includes(":") ? name : addressKey(sipUri(name, domain));
}

const NOTHING_SAID: Omit<GroupDocument, "uri"> = {
  displayName: undefined,
  entries: [],
  externals: [],
  inviteMembers: false,
  maxParticipants: undefined,
  ruleset: undefined,
  subject: undefined,
  services: undefined,
  activity: undefined,
  moderatorsWrite: false,
  readers: [],
  avatar: undefined,
  notUnderstood: [],
};
