/** Metadata of deferred messages and of conversations. OMA IM XDM */
export { formatHistoryList } from "./format-history.ts";
export {
  type ConferenceRecord,
  DEFERRED_LIST_TYPE,
  HISTORY_LIST_TYPE,
  type HistoryEntry,
  type HistoryList,
  type PagerRecord,
  type Parties,
  type Party,
} from "./history-list.ts";
export { parseHistoryList } from "./parse-history.ts";
