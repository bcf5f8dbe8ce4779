/** What the rest of the server uses of kept conversations. */
export { HistoryDocument } from "./history-document.ts";
export { HistoryRecorder, type RecorderOptions, type RecorderPorts } from "./recorder.ts";
export { HistoryRetention, type HistoryRetentionPorts } from "./retention.ts";
