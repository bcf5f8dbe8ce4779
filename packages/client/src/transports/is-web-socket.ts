import type { TransportName } from "@parlance/sip";

/** Whether the other side has no address of ours to call. RFC 7118 §5 */
export function isWebSocket(transport: TransportName): boolean {
  return transport === "WS" || transport === "WSS";
}
