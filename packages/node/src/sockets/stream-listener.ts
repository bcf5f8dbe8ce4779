/** Accepts TCP and TLS connections, within the bounds. */
import { createServer, type Server, type Socket } from "node:net";
import { createServer as createTlsServer, type Server as TlsServer } from "node:tls";
import type { Address } from "@parlance/sip";
import type { Certificates } from "./certificates.ts";
import { SOCKET_OPTIONS } from "./stream-channel.ts";

export interface TlsListening {
  readonly certificates: Certificates;
  /** Ask peers for a certificate of these authorities; without them none is asked for. */
  readonly clientAuthorities?: readonly string[] | undefined;
  /** Refuse peers that show none. */
  readonly clientRequired?: boolean | undefined;
  /** Ask for a certificate of anybody's, to know it by its fingerprint. RFC 8122 §6 */
  readonly clientShown?: boolean | undefined;
  readonly handshakeMs: number;
}

export interface StreamListenerOptions {
  readonly address: Address;
  readonly reusePort: boolean;
  readonly tls: TlsListening | undefined;
  /** Judges a peer before a word is exchanged; false closes. Undo it when the socket closes. */
  readonly admit: (socket: Socket) => boolean;
  /** All handshakes are done. */
  readonly accepted: (socket: Socket) => void;
  readonly handshakeFailed: (socket: Socket, error: Error) => void;
}

/** How many connections may wait to be accepted; the system caps it. */
const BACKLOG = 4_096;

export class StreamListener {
  readonly address: Address;
  readonly #server: Server;
  readonly #forget: () => void;

  static listen(options: StreamListenerOptions): Promise<StreamListener> {
    const { address, tls } = options;
    const secure = tls === undefined ? undefined : tlsServer(tls, options);
    const server = createServer(SOCKET_OPTIONS, (socket) => {
      socket.on("error", ignoreHere);
      if (!options.admit(socket)) socket.destroy();
      else if (secure === undefined) options.accepted(socket);
      else secure.emit("connection", socket);
    });
    const forget = tls?.certificates.onReload(() =>
      secure?.setSecureContext(tls.certificates.fallback(tls.clientAuthorities)),
    );
    return new Promise((resolve, reject) => {
      server.once("error", reject);
      const where = { ...address, reusePort: options.reusePort, ipv6Only: true, backlog: BACKLOG };
      server.listen({ ...where, exclusive: !options.reusePort }, () => {
        server.off("error", reject);
        resolve(new StreamListener(server, address, forget ?? (() => undefined)));
      });
    });
  }

  private constructor(server: Server, address: Address, forget: () => void) {
    const bound = server.address();
    const port = bound !== null && typeof bound === "object" ? bound.port : address.port;
    this.address = { host: address.host, port };
    this.#server = server;
    this.#forget = forget;
  }

  /** Takes no more connections; those that are there live on. */
  close(): void {
    this.#forget();
    this.#server.close();
  }
}

/** Gets its sockets from the plain listener, which has counted them before any handshake. */
function tlsServer(tls: TlsListening, options: StreamListenerOptions): TlsServer {
  const judges = tls.clientAuthorities !== undefined;
  const server = createTlsServer({
    ...tls.certificates.serverOptions(tls.clientAuthorities),
    requestCert: judges || tls.clientShown === true,
    rejectUnauthorized: judges && tls.clientRequired === true,
    handshakeTimeout: tls.handshakeMs,
  });
  server.on("secureConnection", (socket) => {
    socket.disableRenegotiation();
    options.accepted(socket);
  });
  server.on("tlsClientError", (error, socket) => {
    options.handshakeFailed(socket, error);
    socket.destroy();
  });
  return server;
}

/** A socket that is destroyed, or handed on, must still not throw for want of a listener. */
function ignoreHere(): void {
  // What its owner has to know reaches him by "close" and by listeners of his own.
}
