/** What the rules of a user do with a request that is for him. OMA Shared Policy XDM, RFC 4745 */
import { judgeRules, matchingRules } from "./judge-rules.ts";
import type { PreparedRule, PreparedRules } from "./prepare-rules.ts";
import type { InExternalList, RuleFacts } from "./rule-facts.ts";

export interface Access {
  /** `refuse`: access denied. `answer`: a device may answer without asking its user. */
  readonly invite: "refuse" | "ring" | "answer";
  /** Whether a message may wait for a user who is away. */
  readonly offlineStorage: boolean;
}

/** For users without rules, and for those whom no rule matches. */
export const UNRULED: Access = { invite: "ring", offlineStorage: true };

/** `facts` as the network knows them: who asks for anonymity is hidden from the rules here. */
export function judgeAccess(
  rules: PreparedRules | undefined,
  facts: RuleFacts,
  inList: InExternalList,
  unruled: Access = UNRULED,
): Access {
  if (rules === undefined) return unruled;
  const { matched, invite, flags } = judgeRules(rules, shown(facts), inList);
  if (!matched) return unruled;
  const offlineStorage = flags.get("allow-offline-storage") ?? unruled.offlineStorage;
  // A rejection wins over whatever other rules allow.
  if (flags.get("allow-reject-invite") === true) return { invite: "refuse", offlineStorage: false };
  switch (invite) {
    case "reject":
      return { invite: "refuse", offlineStorage: false };
    case "pass":
      return { invite: "ring", offlineStorage };
    case "accept":
      return { invite: "answer", offlineStorage };
    default:
      return { invite: unruled.invite, offlineStorage };
  }
}

/** The rule by which he is refused; undefined: none of them does. */
export function refusingRule(
  rules: PreparedRules,
  facts: RuleFacts,
  inList: InExternalList,
): PreparedRule | undefined {
  const matching = matchingRules(rules, shown(facts), inList);
  return (
    matching.find(({ actions }) => actions.flags.get("allow-reject-invite") === true) ??
    matching.find(({ actions }) => actions.invite === "reject")
  );
}

/** What rules may know of him. */
function shown(facts: RuleFacts): RuleFacts {
  return facts.anonymous ? { ...facts, identities: [] } : facts;
}
