/** What the rest of the server uses of kept conversations. */
export { HistoryDocument } from "./history-document.ts";
export { HistoryStateDocument } from "./history-state.ts";
export { type KeepingRules, keptMs } from "./keeping-times.ts";
export { HistoryRecorder, type RecorderOptions, type RecorderPorts } from "./recorder.ts";
export { HistoryRetention, type HistoryRetentionPorts } from "./retention.ts";
export { Cursors } from "./web/cursors.ts";
export { HistoryWeb } from "./web/history-web.ts";
export type { ConversationKind, HistoryWebOptions, HistoryWebPorts } from "./web/work.ts";
