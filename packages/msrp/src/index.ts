/** MSRP without I/O: frames, messages in chunks, sessions, relay authorisation. RFC 4975, RFC 4976, RFC 7701, RFC 7977 */
export * from "./auth/index.ts";
export * from "./chunk/index.ts";
export * from "./frame/index.ts";
export * from "./nickname/index.ts";
export type {
  DialFailure,
  DialOutcome,
  DialTarget,
  Fingerprint,
  MsrpAddress,
  MsrpConnection,
  MsrpConnectionEvents,
  MsrpDialer,
  MsrpTransport,
  PeerProof,
  TlsExpectation,
} from "./ports.ts";
export * from "./report/index.ts";
export * from "./session/index.ts";
