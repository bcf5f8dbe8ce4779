/** Rules about who may do what, evaluated. RFC 4745 */
export { identityKey } from "./identity-key.ts";
export { type Access, judgeAccess, refusingRule, UNRULED } from "./judge-access.ts";
export {
  type GroupRights,
  groupSupports,
  isMember,
  isOpen,
  judgeGroup,
  type PreparedGroup,
  prepareGroup,
  scheduledEnd,
} from "./judge-group.ts";
export { type Granted, judgeRules } from "./judge-rules.ts";
export { anchorsOf, type PreparedRule, type PreparedRules, prepareRules } from "./prepare-rules.ts";
export type { InExternalList, RuleFacts } from "./rule-facts.ts";
