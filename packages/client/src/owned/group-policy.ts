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
  /** Who may write: with `moderators` they and the owner alone. */
  readonly writers: "everybody" | "moderators";
  /** Addresses of those who read, and write nothing; who moderates writes all the same. */
  readonly readers: readonly string[];
}

/** What holds in a group without rules. */
export const USUAL_POLICY: GroupPolicy = {
  open: false,
  membersInvite: true,
  anonymity: false,
  moderators: [],
  writers: "everybody",
  readers: [],
};

const COMING: readonly Flag[] = [
  "join-handling",
  "allow-initiate-conference",
  "allow-conference-state",
  "allow-private-message",
];
const INVITING: Flag = "allow-invite-users-dynamically";

/** Something other than who may write is to be so. */
export function isRuled(policy: Partial<GroupPolicy>): boolean {
  const { writers: _, readers: __, ...ruled } = policy;
  return Object.keys(ruled).length > 0;
}

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
export function policyOf({
  ruleset,
  moderatorsWrite,
  readers,
}: Pick<Group, "ruleset" | "moderatorsWrite" | "readers">): GroupPolicy {
  const writing = { writers: moderatorsWrite ? "moderators" : "everybody", readers } as const;
  if (ruleset === undefined) return { ...USUAL_POLICY, ...writing };
  const { rules } = ruleset;
  const grants = (flag: Flag, to: (one: Rule) => boolean): boolean =>
    rules.some((one) => to(one) && one.actions.flags.get(flag) === true);
  const expelling = rules.filter((one) => one.actions.flags.get("allow-expelling") === true);
  return {
    ...writing,
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
