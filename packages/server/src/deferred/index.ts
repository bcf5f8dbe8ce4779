/** What the rest of the server uses of deferred messaging. */

export { DeferredMessages } from "./deferral.ts";
export { WaitingFiles } from "./files/waiting-files.ts";
export { LargeMessages } from "./large/large-messages.ts";
export { Receptions } from "./large/receptions.ts";
export { DEFAULT_DEFERRED_OPTIONS, type DeferredOptions } from "./options.ts";
export type { DeferredPorts } from "./ports.ts";
export { isWelcome } from "./push.ts";
export { type SpreadingPorts, SpreadMessages } from "./spreading.ts";
export { WaitingList } from "./waiting-list.ts";
export { WaitingNotice } from "./waiting-notice.ts";
export { WaitingShelf } from "./waiting-shelf.ts";
