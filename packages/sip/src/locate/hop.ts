/** A place that a SIP message can be sent to. RFC 3261 §18, RFC 3263 §4, RFC 7118 */

export type TransportName = "UDP" | "TCP" | "TLS" | "WS" | "WSS";

export interface Address {
  /** An IP literal, without brackets. */
  readonly host: string;
  readonly port: number;
}

export interface Hop {
  readonly transport: TransportName;
  readonly address: Address;
  /** The name that the peer's certificate has to prove. RFC 5922 §7.3 */
  readonly serverName?: string;
  /** The path of a WebSocket URL. */
  readonly path?: string;
  /** No stream leads there: the far side of a NAT, on the way that its own datagrams came by. */
  readonly datagramsOnly?: boolean;
}

export function isReliable(transport: TransportName): boolean {
  return transport !== "UDP";
}

export function isSecure(transport: TransportName): boolean {
  return transport === "TLS" || transport === "WSS";
}

/** RFC 3261 §19.1.2, RFC 7118 §5.3 */
const DEFAULT_PORTS: { readonly [Name in TransportName]: number } = {
  UDP: 5060,
  TCP: 5060,
  TLS: 5061,
  WS: 80,
  WSS: 443,
};

export function defaultPort(transport: TransportName): number {
  return DEFAULT_PORTS[transport];
}
