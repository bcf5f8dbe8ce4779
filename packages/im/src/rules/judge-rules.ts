/** Which rules match a request, and what they grant together. RFC 4745 §10 */
import type { Flag, InviteHandling } from "@parlance/formats";
import type { PreparedRules } from "./prepare-rules.ts";
import type { InExternalList, RuleFacts } from "./rule-facts.ts";

export interface Granted {
  /** Whether any rule matched at all. */
  readonly matched: boolean;
  /** The most that a matching rule says. */
  readonly invite: InviteHandling | undefined;
  /** What a matching rule says of it; true as soon as one says so. */
  readonly flags: ReadonlyMap<Flag, boolean>;
}

const MORE: readonly InviteHandling[] = ["reject", "pass", "accept"];

export function judgeRules(
  rules: PreparedRules,
  facts: RuleFacts,
  inList: InExternalList,
): Granted {
  const matching = matchingRules(rules, facts, inList);
  let invite: InviteHandling | undefined;
  const flags = new Map<Flag, boolean>();
  for (const { actions } of matching) {
    invite = most(invite, actions.invite);
    for (const [flag, value] of actions.flags) flags.set(flag, value || flags.get(flag) === true);
  }
  return { matched: matching.length > 0, invite, flags };
}

/** Costs one look at each rule: which of them name the originator is asked once for all. */
export function matchingRules(
  rules: PreparedRules,
  facts: RuleFacts,
  inList: InExternalList,
): PreparedRules {
  const naming = rules.map((rule) => rule.names(facts, inList));
  const namers = naming.filter(Boolean).length;
  return rules.filter(({ conditions }, at) => {
    const elsewhere = namers > (naming[at] === true ? 1 : 0);
    return conditions.every((holds) => holds(facts, inList, elsewhere));
  });
}

function most(
  a: InviteHandling | undefined,
  b: InviteHandling | undefined,
): InviteHandling | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return MORE.indexOf(a) > MORE.indexOf(b) ? a : b;
}
