/** The application usages of instant messaging, and the types of their documents. OMA IM 17, RFC 4826 */
import {
  ACCESS_RULES_TYPE,
  DEFERRED_LIST_TYPE,
  GROUP_TYPE,
  GROUP_USAGE_LIST_TYPE,
  HISTORY_LIST_TYPE,
  RESOURCE_LISTS_TYPE,
  USER_PROFILE_TYPE,
} from "@parlance/formats";

export const RESOURCE_LISTS = "resource-lists";
export const ACCESS_RULES = "org.openmobilealliance.access-rules";
export const GROUPS = "org.openmobilealliance.groups";
export const USER_PROFILE = "org.openmobilealliance.user-profile";

const TYPES = new Map([
  [RESOURCE_LISTS, RESOURCE_LISTS_TYPE],
  [ACCESS_RULES, ACCESS_RULES_TYPE],
  [GROUPS, GROUP_TYPE],
  [USER_PROFILE, USER_PROFILE_TYPE],
  ["org.openmobilealliance.group-usage-list", GROUP_USAGE_LIST_TYPE],
  ["org.openmobilealliance.deferred-list", DEFERRED_LIST_TYPE],
  ["org.openmobilealliance.conv-history", HISTORY_LIST_TYPE],
]);

export function typeOfUsage(usage: string): string | undefined {
  return TYPES.get(usage);
}
