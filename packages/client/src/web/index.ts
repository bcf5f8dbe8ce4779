/** `@parlance/client/web`: the client SDK in browsers. */
export * from "../index.ts";
export { connect, preload, type WebConnectOptions } from "./connect.ts";
export { deleteStore, openStore, type StoreOptions, type WebStore } from "./indexed-db-store.ts";
export { secretOf } from "./secret-of.ts";
export type { WhenTaken } from "./tab-lock.ts";
