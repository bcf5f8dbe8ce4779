/** Sockets for MSRP: TCP, TLS and WebSocket. RFC 4975 §5.4, RFC 7977 */
export { MSRP_TRANSPORT_LIMITS, type MsrpTransportLimits } from "./limits.ts";
export {
  type MsrpListening,
  type MsrpListenOptions,
  type MsrpTransportEvent,
  MsrpTransports,
  type MsrpTransportsOptions,
  parseMsrpListenUrl,
} from "./msrp-transports.ts";
