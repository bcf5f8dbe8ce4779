/** Opens a connection to an MSRP peer: to an address that we may connect to, and to whom TLS proves. RFC 4975 §6.2, §14 */
import { lookup } from "node:dns/promises";
import { connect as connectTcp, isIP, type Socket } from "node:net";
import { connect as connectTls, type SecureContextOptions, type TLSSocket } from "node:tls";
import type { DialFailure, DialTarget, MsrpAddress, TlsExpectation } from "@parlance/msrp";
import { WebSocket } from "ws";
import type { DestinationPolicy } from "../sockets/destinations.ts";
import { peerCertificateOf } from "../sockets/peer-certificate.ts";
import { reasonOf, SOCKET_OPTIONS } from "../sockets/stream-channel.ts";
import { TLS_PROFILE } from "../sockets/tls-identity.ts";
import type { MsrpTransportLimits } from "./limits.ts";
import { peerProof } from "./peer-proof.ts";

export interface DialOptions {
  readonly limits: MsrpTransportLimits;
  /** PEM certificates of authorities that we believe; those of Node by default. */
  readonly authorities: readonly string[] | undefined;
  /** Our own certificate, for peers that ask for one. */
  readonly identity: SecureContextOptions | undefined;
  readonly mayConnect: DestinationPolicy;
  readonly signal: AbortSignal;
}

export type Dialled =
  | { readonly kind: "stream"; readonly socket: Socket }
  | { readonly kind: "web"; readonly webSocket: WebSocket; readonly socket: Socket };

/** Why no connection came about. */
export class DialError extends Error {
  readonly why: DialFailure["why"];

  constructor(why: DialFailure["why"], detail: string) {
    super(detail);
    this.why = why;
  }
}

/** Tries each address of the name in turn. Rejects with `DialError`. */
export async function dial(target: DialTarget, options: DialOptions): Promise<Dialled> {
  const { host, port } = placeOf(target);
  const addresses = await resolved(host);
  let failure = new DialError("no address", host);
  for (const address of addresses) {
    if (options.signal.aborted) throw new DialError("no answer", "given up");
    const place = { host: address, port };
    if (!options.mayConnect(place)) {
      failure = new DialError("not allowed", `${address} port ${port}`);
      continue;
    }
    try {
      return await dialAddress(target, place, options);
    } catch (error) {
      failure =
        error instanceof DialError ? error : new DialError("no answer", reasonOf(asError(error)));
    }
  }
  throw failure;
}

function placeOf(target: DialTarget): MsrpAddress {
  if (target.transport === "tcp" || target.transport === "tls") return target;
  const { hostname, port, protocol } = new URL(target.url);
  const usual = protocol === "wss:" ? 443 : 80;
  return { host: hostname.replace(/^\[|\]$/g, ""), port: port === "" ? usual : Number(port) };
}

async function resolved(host: string): Promise<readonly string[]> {
  if (isIP(host) !== 0) return [host];
  try {
    return (await lookup(host, { all: true })).map(({ address }) => address);
  } catch {
    throw new DialError("no address", host);
  }
}

function dialAddress(
  target: DialTarget,
  place: MsrpAddress,
  options: DialOptions,
): Promise<Dialled> {
  switch (target.transport) {
    case "tcp":
      return connected(connectTcp({ ...place, ...SOCKET_OPTIONS }), "connect", options);
    case "tls":
      return dialTls(place, target.expect, options);
    default:
      return dialWebSocket(target.url, place, options);
  }
}

async function dialTls(
  place: MsrpAddress,
  expect: TlsExpectation,
  options: DialOptions,
): Promise<Dialled> {
  const { authorities, identity } = options;
  const byName = expect.by === "name";
  const socket = connectTls({
    ...identity,
    ...TLS_PROFILE,
    ...(authorities === undefined ? {} : { ca: [...authorities] }),
    ...place,
    ...(byName && isIP(expect.name) === 0 ? { servername: expect.name } : {}),
    rejectUnauthorized: false, // judged below, so that we can tell why
  });
  socket.setNoDelay(true).setKeepAlive(true, SOCKET_OPTIONS.keepAliveInitialDelay);
  const dialled = await connected(socket, "secureConnect", options);
  const objection = objectionTo(socket, expect);
  if (objection === undefined) return dialled;
  socket.destroy();
  throw new DialError("not authenticated", objection);
}

function objectionTo(socket: TLSSocket, expect: TlsExpectation): string | undefined {
  if (expect.by === "fingerprint") {
    const { fingerprints } = peerProof(socket);
    const met = expect.fingerprints.some(({ hash, value }) =>
      fingerprints.some((one) => one.hash === hash && one.value === value.toUpperCase()),
    );
    return met ? undefined : "the certificate has none of the fingerprints";
  }
  if (!socket.authorized) return String(socket.authorizationError);
  // Node has checked the name in the handshake only where it may refuse; ask the certificate itself.
  const certificate = peerCertificateOf(socket);
  const { name } = expect;
  const stands = isIP(name) === 0 ? certificate?.checkHost(name) : certificate?.checkIP(name);
  return stands === undefined ? `the certificate does not stand for ${name}` : undefined;
}

function connected(
  socket: Socket,
  event: "connect" | "secureConnect",
  { limits, signal }: DialOptions,
): Promise<Dialled> {
  return new Promise((resolve, reject) => {
    const giveUp = (): void => void socket.destroy(new Error("given up"));
    const late = setTimeout(
      () => socket.destroy(new Error("no connection in time")),
      limits.connectMs,
    );
    signal.addEventListener("abort", giveUp);
    const settled = (): void => {
      clearTimeout(late);
      signal.removeEventListener("abort", giveUp);
    };
    socket.once("error", (error) => {
      settled();
      reject(error);
    });
    socket.once(event, () => {
      settled();
      socket.removeAllListeners("error");
      resolve({ kind: "stream", socket });
    });
  });
}

/** To the address that was judged, under the name of the URL. */
function dialWebSocket(url: string, place: MsrpAddress, options: DialOptions): Promise<Dialled> {
  const { limits, authorities, identity, signal } = options;
  const webSocket = new WebSocket(url, "msrp", {
    ...identity,
    ...TLS_PROFILE,
    ...(authorities === undefined ? {} : { ca: [...authorities] }),
    lookup: (_, asked, done) => {
      const family = isIP(place.host);
      if (asked.all === true) done(null, [{ address: place.host, family }]);
      else done(null, place.host, family);
    },
    perMessageDeflate: false,
    handshakeTimeout: limits.connectMs,
    maxPayload: limits.webSocketMessageBytes,
    maxFragments: limits.webSocketFragments,
  });
  return new Promise((resolve, reject) => {
    let raw: Socket | undefined;
    const giveUp = (): void => webSocket.terminate();
    signal.addEventListener("abort", giveUp);
    webSocket.once("upgrade", (response) => {
      raw = response.socket;
    });
    webSocket.once("error", (error) => {
      signal.removeEventListener("abort", giveUp);
      reject(error);
    });
    webSocket.once("open", () => {
      signal.removeEventListener("abort", giveUp);
      webSocket.removeAllListeners("error");
      if (raw === undefined) return reject(new Error("no socket under the WebSocket"));
      raw.setNoDelay(true);
      resolve({ kind: "web", webSocket, socket: raw });
    });
  });
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
