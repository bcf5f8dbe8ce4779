/** What a socket of Node says about its two ends, in the words of the stack. */
import type { Socket } from "node:net";
import { TLSSocket } from "node:tls";
import type { Address } from "@parlance/sip";

/** Of a WebSocket that goes over it. */
export function transportOf(socket: Socket): "WS" | "WSS" {
  return socket instanceof TLSSocket ? "WSS" : "WS";
}

export function remoteOf(socket: Socket): Address {
  return { host: withoutZone(socket.remoteAddress), port: socket.remotePort ?? 0 };
}

/** The zone of a link-local address means nothing outside this machine. */
export function withoutZone(address = ""): string {
  const [host = ""] = address.split("%", 1);
  return host;
}
