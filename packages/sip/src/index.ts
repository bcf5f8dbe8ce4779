/** SIP without I/O: messages, transactions, dialogs, routing. RFC 3261 and its extensions. */

export * from "./auth/index.ts";
export * from "./call/index.ts";
export * from "./dialog/index.ts";
export * from "./endpoint/index.ts";
export * from "./events/index.ts";
export * from "./gruu/index.ts";
export * from "./locate/index.ts";
export * from "./message/index.ts";
export * from "./outbound/index.ts";
export * from "./preferences/index.ts";
export * from "./privacy/index.ts";
export * from "./proxy/index.ts";
export * from "./publication/index.ts";
export * from "./refer/index.ts";
export * from "./reliability/index.ts";
export * from "./session-timer/index.ts";
export * from "./transaction/index.ts";
