/** Sockets for SIP: UDP, TCP, TLS and WebSocket. RFC 3261 §18, RFC 7118 */
export { type CertificateFiles, type CertificateOptions, Certificates } from "./certificates.ts";
export { type DestinationPolicy, destinationPolicy } from "./destinations.ts";
export { type ListenAddress, parseListenUrl } from "./listen-url.ts";
export type {
  FramingLimits,
  Listening,
  ListenOptions,
  Peer,
  SipTransportsOptions,
  TransportEvent,
  WebSocketOptions,
} from "./options.ts";
export { SipTransports } from "./sip-transports.ts";
export { TRANSPORT_LIMITS, type TransportLimits } from "./transport-limits.ts";
export type { Upgrade } from "./web-socket-door.ts";
