/** Sockets for SIP: UDP, TCP, TLS and WebSocket. RFC 3261 §18, RFC 7118 */
export type { Admitted } from "../sockets/admission.ts";
export {
  type CertificateFiles,
  type CertificateOptions,
  Certificates,
} from "../sockets/certificates.ts";
export { type DestinationPolicy, destinationPolicy } from "../sockets/destinations.ts";
export { type ListenAddress, parseListenUrl } from "../sockets/listen-url.ts";
export type { Upgrade, WebSocketOptions } from "../sockets/web-socket-door.ts";
export type {
  FramingLimits,
  Listening,
  ListenOptions,
  Peer,
  SipTransportsOptions,
  TransportEvent,
} from "./options.ts";
export { SipTransports } from "./sip-transports.ts";
export { TRANSPORT_LIMITS, type TransportLimits } from "./transport-limits.ts";
