/** Rules about who may do what. RFC 4745 */
export { formatAccessRules, parseAccessRules, readAccessRules } from "./access-rules.ts";
export {
  ACCESS_RULES_TYPE,
  type Actions,
  type Condition,
  type Flag,
  type IdentityCondition,
  type InviteHandling,
  type ListCondition,
  type Many,
  type MediaKind,
  type Rule,
  type Ruleset,
  type ValidityCondition,
} from "./ruleset.ts";
