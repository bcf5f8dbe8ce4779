/** Opens TCP and TLS connections, with a patience. */
import { connect as connectTcp, isIP, type Socket } from "node:net";
import { connect as connectTls, getCACertificates, TLSSocket } from "node:tls";
import type { Fingerprint } from "@parlance/msrp";
import type { Hop } from "@parlance/sip";

export interface DialOptions {
  /** TLS has to show a certificate with one of these, whoever signed it, instead of a name. RFC 4975 §14.4 */
  readonly fingerprints?: readonly Fingerprint[];
  /** PEM certificates of authorities besides those of the system. */
  readonly authorities: readonly string[];
  /** Ends the attempt. */
  readonly signal: AbortSignal;
}

export const CONNECT_WAIT_MS = 10_000;

/** Resolves when the stream may carry messages: over TLS, when the server has proved its name. */
export async function dial(hop: Hop, options: DialOptions): Promise<Socket> {
  const { signal, fingerprints } = options;
  if (signal.aborted) throw new Error("closed");
  const socket = hop.transport === "TLS" ? tlsTo(hop, options) : tcpTo(hop);
  const { promise, resolve, reject } = Promise.withResolvers<Socket>();
  const fail = (error: Error): void => {
    socket.destroy();
    reject(error);
  };
  const end = (): void => fail(new Error("closed"));
  const patience = setTimeout(() => fail(new Error("the server does not answer")), CONNECT_WAIT_MS);
  signal.addEventListener("abort", end);
  socket.once(hop.transport === "TLS" ? "secureConnect" : "connect", () => {
    if (fingerprints === undefined || shows(socket, fingerprints)) resolve(socket);
    else fail(new Error("the certificate is not the one that was announced"));
  });
  socket.on("error", (error) => fail(plain(error)));
  socket.once("close", () => fail(new Error("the server closed the connection")));
  return promise.finally(() => {
    clearTimeout(patience);
    signal.removeEventListener("abort", end);
    socket.removeAllListeners("error").removeAllListeners("close");
    socket.on("error", () => {}); // of a socket that was given up
  });
}

/** What TLS has to believe: our authorities beside those that Node believes anyway. */
export function authoritiesWith(own: readonly string[]): string[] | undefined {
  return own.length === 0 ? undefined : [...getCACertificates(), ...own];
}

/** A name may have several addresses: each that failed has a reason, and one is enough to tell. */
function plain(error: Error): Error {
  if (!(error instanceof AggregateError)) return error;
  const [first] = error.errors;
  return first instanceof Error ? first : error;
}

function tcpTo({ address: { host, port } }: Hop): Socket {
  return connectTcp({ host, port, noDelay: true });
}

function tlsTo(
  { address: { host, port }, serverName = host }: Hop,
  { authorities, fingerprints }: DialOptions,
): Socket {
  const ca = authoritiesWith(authorities);
  const socket = connectTls({
    host,
    port,
    minVersion: "TLSv1.2",
    ...(isIP(serverName) === 0 ? { servername: serverName } : {}), // RFC 6066 §3: names only
    ...(ca === undefined ? {} : { ca }),
    rejectUnauthorized: fingerprints === undefined,
  });
  return socket.setNoDelay(true);
}

function shows(socket: Socket, fingerprints: readonly Fingerprint[]): boolean {
  if (!(socket instanceof TLSSocket)) return false;
  const certificate = socket.getPeerX509Certificate();
  const shown = new Map([
    ["sha-1", certificate?.fingerprint],
    ["sha-256", certificate?.fingerprint256],
    ["sha-512", certificate?.fingerprint512],
  ]);
  return fingerprints.some(({ hash, value }) => shown.get(hash) === value.toUpperCase());
}
