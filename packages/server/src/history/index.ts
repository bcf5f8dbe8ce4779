/** What the rest of the server uses of kept conversations. */
export { HistoryRecorder, type RecorderOptions, type RecorderPorts } from "./recorder.ts";
export { HistoryRetention, type HistoryRetentionPorts } from "./retention.ts";
