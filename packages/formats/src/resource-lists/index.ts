/** Lists of receivers in SIP bodies. RFC 5363, RFC 5364 */
export { formatRecipientHistory } from "./recipient-history.ts";
export {
  ANONYMOUS_URI,
  type CopyControl,
  formatRecipientList,
  type ListFault,
  parseRecipientList,
  parseRecipientLists,
  RESOURCE_LISTS_TYPE,
  type Recipient,
  type RecipientList,
  type RecipientListRules,
} from "./recipient-list.ts";
