/** Where a listener listens, as the operator writes it: `udp://127.0.0.1:5060`, `tls://[::1]:5061`. */
import { isIP } from "node:net";
import type { TransportName } from "@parlance/sip";

export interface ListenAddress {
  readonly transport: Exclude<TransportName, "WS" | "WSS">;
  /** An IP literal, without brackets. */
  readonly host: string;
  readonly port: number;
}

const LISTEN_URL = /^(udp|tcp|tls):\/\/(?:\[([^\]]*)\]|([^:/[\]]*))(?::(\d{1,5}))?\/?$/i;

/** Throws with a reason that an operator understands. Port 0 takes any free one. */
export function parseListenUrl(url: string): ListenAddress {
  const [, scheme = "", bracketed, plain = "", port] = LISTEN_URL.exec(url) ?? fail(url, SHAPE);
  const host = bracketed ?? (plain === "localhost" ? "127.0.0.1" : plain);
  const family = isIP(host);
  if (family === 0) fail(url, "the host must be an IP address (IPv6 in brackets) or localhost");
  if ((family === 6) !== (bracketed !== undefined)) fail(url, "brackets are for IPv6 only");
  if (Number(port ?? 0) > 65_535) fail(url, "no such port");
  const transport = transportOf(scheme.toLowerCase());
  return { transport, host, port: port === undefined ? defaultPort(transport) : Number(port) };
}

const SHAPE = "expected udp://HOST:PORT, tcp://HOST:PORT or tls://HOST:PORT";

function fail(url: string, reason: string): never {
  throw new RangeError(`listener ${JSON.stringify(url)}: ${reason}`);
}

function transportOf(scheme: string): ListenAddress["transport"] {
  if (scheme === "udp") return "UDP";
  return scheme === "tls" ? "TLS" : "TCP";
}

function defaultPort(transport: ListenAddress["transport"]): number {
  return transport === "TLS" ? 5061 : 5060; // RFC 3261 §19.1.2
}
