/** What the rest of the server uses of kept conversations. */

export { FullNotice } from "./full-notice.ts";
export { HistoryDocument } from "./history-document.ts";
export { HistoryStateDocument } from "./history-state.ts";
export { Keeper, type KeeperOptions, type KeeperPorts } from "./keeper.ts";
export { type KeepingRules, keptMs } from "./keeping-times.ts";
export { KeptShelf, type KeptShelfPorts } from "./kept-shelf.ts";
export { HistoryRecorder, type RecorderPorts } from "./recorder.ts";
export { HistoryRetention, type HistoryRetentionPorts } from "./retention.ts";
export { SessionRecorder, type SessionRecorderPorts } from "./session-recorder.ts";
export { ShortenedKeeping } from "./shortened-keeping.ts";
export { Cursors } from "./web/cursors.ts";
export { HistoryWeb } from "./web/history-web.ts";
export type { GroupPlace, HistoryWebOptions, HistoryWebPorts } from "./web/work.ts";
