/** What a socket of Node says about its two ends, in the words of the stack. */
import type { IncomingMessage } from "node:http";
import type { Socket } from "node:net";
import { TLSSocket } from "node:tls";
import type { Address } from "@parlance/sip";

type Asked = Pick<IncomingMessage, "headers">;

/**
 * Whether what the peer says is secured on its way: by TLS that ends here, or by a proxy before this
 * listener, which is known by `securedHost`: the Host field that it passes on.
 */
export function isSecured(socket: Socket, { headers }: Asked, securedHost?: string): boolean {
  if (socket instanceof TLSSocket) return true;
  return securedHost !== undefined && headers.host?.toLowerCase() === securedHost;
}

export function remoteOf(socket: Socket): Address {
  return { host: withoutZone(socket.remoteAddress), port: socket.remotePort ?? 0 };
}

/** The zone of a link-local address means nothing outside this machine. */
export function withoutZone(address = ""): string {
  const [host = ""] = address.split("%", 1);
  return host;
}
