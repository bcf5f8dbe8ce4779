/** The part that asks the server for what it keeps: loaded when it is first needed. */
export { ServerHistory } from "./server-history.ts";
export { SharedHistory } from "./shared-history.ts";
