/** Who may do what in a group of one's own, and the rules that say so. OMA Shared Group XDM, RFC 4745 */
import type { Condition, Flag, Group, Rule, Ruleset } from "@parlance/formats";

export interface GroupPolicy {
  /** Everybody may come in, and begin a session; else members alone. */
  readonly open: boolean;
  /** Members may ask others to come. */
  readonly membersInvite: boolean;
  /** Whoever comes may hide who he is. */
  readonly anonymity: boolean;
  /** Addresses of those who may send others away, beside the owner. */
  readonly moderators: readonly string[];
}

/** What holds in a group without rules. */
export const USUAL_POLICY: GroupPolicy = {
  open: false,
  membersInvite: true,
  anonymity: false,
  moderators: [],
};

const COMING: readonly Flag[] = [
  "join-handling",
  "allow-initiate-conference",
  "allow-conference-state",
  "allow-private-message",
];
const INVITING: Flag = "allow-invite-users-dynamically";

export function rulesFor(policy: GroupPolicy): Ruleset {
  const { open, membersInvite, anonymity, moderators } = policy;
  const hiding: readonly Flag[] = anonymity ? ["allow-anonymity"] : [];
  const inviting: readonly Flag[] = membersInvite ? [INVITING] : [];
  const rules = [
    ...(open ? [rule("everybody", [], [...COMING, ...hiding])] : []),
    rule("members", [{ kind: "list member" }], [...COMING, ...hiding, ...inviting]),
    ...(moderators.length === 0
      ? []
      : [
          rule(
            "moderators",
            [{ kind: "identity", one: moderators, many: [] }],
            [...COMING, INVITING, "allow-expelling"],
          ),
        ]),
  ];
  return { rules };
}

/** As near as rules that somebody else has written can be told so. */
export function policyOf({ ruleset }: Pick<Group, "ruleset">): GroupPolicy {
  if (ruleset === undefined) return USUAL_POLICY;
  const { rules } = ruleset;
  const grants = (flag: Flag, to: (one: Rule) => boolean): boolean =>
    rules.some((one) => to(one) && one.actions.flags.get(flag) === true);
  const expelling = rules.filter((one) => one.actions.flags.get("allow-expelling") === true);
  return {
    open: grants("join-handling", forEverybody),
    membersInvite: grants(INVITING, (one) => forEverybody(one) || forMembers(one)),
    anonymity: grants("allow-anonymity", (one) => forEverybody(one) || forMembers(one)),
    moderators: expelling.flatMap(({ conditions: [only, ...more] }) =>
      only?.kind === "identity" && more.length === 0 ? only.one : [],
    ),
  };
}

function rule(id: string, conditions: readonly Condition[], flags: readonly Flag[]): Rule {
  const granted = new Map(flags.map((flag) => [flag, true] as const));
  return { id, conditions, actions: { invite: undefined, flags: granted } };
}

function forEverybody({ conditions }: Rule): boolean {
  return conditions.length === 0;
}

function forMembers({ conditions: [only, ...more] }: Rule): boolean {
  return only?.kind === "list member" && more.length === 0;
}
