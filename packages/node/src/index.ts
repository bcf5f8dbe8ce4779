/** What touches the machine: sockets, DNS, HTTP, time, randomness, secrets, logs, metrics, SQLite. */
export * from "./backup/index.ts";
export * from "./clock/index.ts";
export * from "./crypto/index.ts";
export * from "./dns/index.ts";
export * from "./file-content/index.ts";
export * from "./hep/index.ts";
export * from "./http/index.ts";
export * from "./log/index.ts";
export * from "./metrics/index.ts";
export * from "./msrp-transports/index.ts";
export * from "./push/index.ts";
export * from "./secrets/index.ts";
export * from "./sip-transports/index.ts";
export * from "./store/index.ts";
