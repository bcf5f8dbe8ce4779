/** Opens a connection to a hop, to that very address, and proves who is there. RFC 5922 §7.3, RFC 7118 §4 */
import { connect as connectTcp, isIP, type Socket } from "node:net";
import { connect as connectTls, type SecureContextOptions } from "node:tls";
import type { Hop } from "@parlance/sip";
import { WebSocket } from "ws";
import { SOCKET_OPTIONS } from "../sockets/stream-channel.ts";
import { provesName, sipIdentities, TLS_PROFILE } from "../sockets/tls-identity.ts";
import type { TransportLimits } from "./transport-limits.ts";

export interface ConnectOptions {
  readonly limits: TransportLimits;
  /** Whom we believe; the authorities that Node comes with by default. */
  readonly authorities: readonly string[] | undefined;
  /** Our own certificate, for peers that ask for one. */
  readonly identity: SecureContextOptions | undefined;
}

/** The name that the peer has to prove: where the search for it began, never what DNS made of it. */
export function nameToProve(hop: Hop): string {
  return hop.serverName ?? hop.address.host;
}

export function connectStream(hop: Hop, options: ConnectOptions): Promise<Socket> {
  const { host, port } = hop.address;
  const secure = hop.transport === "TLS";
  const socket = secure
    ? connectTls({ host, port, ...tlsOptions(hop, options), checkServerIdentity: sipIdentity(hop) })
    : connectTcp({ host, port, ...SOCKET_OPTIONS });
  if (secure) socket.setNoDelay(true).setKeepAlive(true, SOCKET_OPTIONS.keepAliveInitialDelay);
  return new Promise((resolve, reject) => {
    const late = setTimeout(
      () => socket.destroy(new Error("no connection in time")),
      options.limits.connectMs,
    );
    socket.once("close", () => clearTimeout(late));
    socket.once("error", reject);
    socket.once(secure ? "secureConnect" : "connect", () => {
      clearTimeout(late);
      socket.off("error", reject);
      resolve(socket);
    });
  });
}

export function connectWebSocket(hop: Hop, options: ConnectOptions): Promise<[WebSocket, Socket]> {
  const { host, port } = hop.address;
  const secure = hop.transport === "WSS";
  const place = host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
  const socket = new WebSocket(`${secure ? "wss" : "ws"}://${place}${hop.path ?? "/"}`, "sip", {
    perMessageDeflate: false,
    maxPayload: options.limits.webSocketMessageBytes,
    maxFragments: options.limits.webSocketFragments,
    handshakeTimeout: options.limits.connectMs,
    followRedirects: false,
    headers: hop.serverName === undefined ? {} : { Host: `${hop.serverName}:${port}` },
    // A WebSocket server is proved as an HTTP server is, by the name given here. RFC 6455 §4.1
    ...(secure ? tlsOptions(hop, options) : {}),
  });
  return new Promise((resolve, reject) => {
    let raw: Socket | undefined;
    socket.once("upgrade", (response) => {
      raw = response.socket;
    });
    socket.once("error", reject);
    socket.once("open", () => {
      socket.off("error", reject);
      if (raw !== undefined) resolve([socket, raw]);
    });
  });
}

function tlsOptions(hop: Hop, options: ConnectOptions) {
  const name = nameToProve(hop);
  return {
    ...options.identity,
    ...TLS_PROFILE,
    ...(options.authorities === undefined ? {} : { ca: [...options.authorities] }),
    ...(isIP(name) === 0 ? { servername: name } : {}), // RFC 6066 §3: no literals
    rejectUnauthorized: true,
  };
}

/** The chain has been verified by now; this is the name. RFC 5922 §7.3 */
function sipIdentity(hop: Hop) {
  const name = nameToProve(hop);
  return (_: string, certificate: { readonly subjectaltname?: string }): Error | undefined => {
    if (provesName(sipIdentities(certificate.subjectaltname), name)) return undefined;
    return new Error(`the certificate does not stand for ${name}`);
  };
}
