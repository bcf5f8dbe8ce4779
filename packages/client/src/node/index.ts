/** `@parlance/client/node`: the client SDK on Node. */
export * from "../index.ts";
export { connect, type NodeConnectOptions } from "./connect.ts";
export { openStore } from "./sqlite-store.ts";
