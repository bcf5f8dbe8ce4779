/** Lists: of receivers in SIP bodies (RFC 5363, RFC 5364), and as users keep them (RFC 4826). */
export { checkResourceLists, type ListsFault } from "./check-lists.ts";
export {
  type ListFault,
  parseRecipientList,
  parseRecipientLists,
  type RecipientList,
  type RecipientListRules,
} from "./read-recipient-list.ts";
export { formatRecipientHistory } from "./recipient-history.ts";
export {
  ANONYMOUS_URI,
  type CopyControl,
  formatRecipientList,
  RESOURCE_LISTS_TYPE,
  type Recipient,
} from "./recipient-list.ts";
export {
  entryIn,
  formatResourceLists,
  GROUP_USAGE_LIST_TYPE,
  type ListEntry,
  type ListItem,
  listIn,
  parseResourceLists,
  type ResourceList,
  type ResourceLists,
  readResourceLists,
} from "./resource-lists.ts";
