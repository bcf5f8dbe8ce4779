/** What the rest of the server uses of kept conversations. */
export { HistoryRetention, type HistoryRetentionPorts } from "./retention.ts";
