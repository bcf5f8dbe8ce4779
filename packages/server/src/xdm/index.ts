/** What the rest of the server uses of the documents of users. */
export { auditDocuments } from "./audit-documents.ts";
export { behindProxies } from "./behind-proxies.ts";
export { Documents, type DocumentsPorts } from "./documents.ts";
export { ListEvents, type ListEventsPorts } from "./events/list-events.ts";
export { XcapDiffEvents, type XcapDiffPorts } from "./events/xcap-diff.ts";
export { AccessPolicy, type AccessPolicyPorts } from "./policy/access-policy.ts";
export { listSource } from "./policy/list-source.ts";
export { References } from "./references.ts";
export { accessRules } from "./usages/access-rules.ts";
export { GROUPS, type GroupNames, groups } from "./usages/groups.ts";
export { groupUsageList, resourceLists } from "./usages/lists.ts";
export { conversationHistory, deferredList, historyState } from "./usages/server-written.ts";
export type { Usage } from "./usages/usage.ts";
export { USER_PROFILE, userProfile } from "./usages/user-profile.ts";
export { Xcap, type XcapOptions, type XcapPorts } from "./xcap.ts";
