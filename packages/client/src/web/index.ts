/** `@parlance/client/web`: the client SDK in browsers. */
export * from "../index.ts";
export { connect, secretOf, type WebConnectOptions } from "./connect.ts";
export { openStore, type StoreOptions, type WebStore } from "./indexed-db-store.ts";
export type { WhenTaken } from "./tab-lock.ts";
