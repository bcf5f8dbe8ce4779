/** `@parlance/client/node`: the client SDK on Node. */
export * from "../index.ts";
export { connect, type HistoryOptions, type NodeConnectOptions, openHistory } from "./connect.ts";
export { openStore } from "./sqlite-store.ts";
