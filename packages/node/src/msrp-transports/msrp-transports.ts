/** All sockets that MSRP goes over, behind the ports of the protocol. RFC 4975 §5.4, RFC 7977 */
import { isIP, type Socket } from "node:net";
import { TLSSocket } from "node:tls";
import type {
  DialOutcome,
  DialTarget,
  MsrpAddress,
  MsrpConnection,
  MsrpDialer,
  MsrpTransport,
} from "@parlance/msrp";
import { type Cancel, Chain, Lookup } from "@parlance/wire";
import type { WebSocket } from "ws";
import { Admission, type Admitted } from "../sockets/admission.ts";
import type { Certificates } from "../sockets/certificates.ts";
import type { Channel } from "../sockets/channel.ts";
import {
  type DestinationPolicy,
  destinationPolicy,
  isOwnListener,
} from "../sockets/destinations.ts";
import { ReadGarbage } from "../sockets/read-garbage.ts";
import { remoteOf } from "../sockets/socket-facts.ts";
import { reasonOf, StreamChannel } from "../sockets/stream-channel.ts";
import { StreamListener } from "../sockets/stream-listener.ts";
import { Watch } from "../sockets/watch.ts";
import { octetsOf, WebSocketChannel } from "../sockets/web-socket-channel.ts";
import { type Upgrade, type WebSocketOptions, webSocketDoor } from "../sockets/web-socket-door.ts";
import { WriteTurn } from "../sockets/write-turn.ts";
import { DialError, type Dialled, type DialOptions, dial } from "./dial.ts";
import { MSRP_TRANSPORT_LIMITS, type MsrpTransportLimits } from "./limits.ts";
import { MsrpSocket, type MsrpSocketHost } from "./msrp-socket.ts";

/** What an operator may want to know; the words are fixed, so that they can label a metric. */
export type MsrpTransportEvent =
  | {
      readonly kind: "refused";
      readonly reason: "total" | "source" | "handshake" | "upgrade" | "destination";
      readonly remote: MsrpAddress;
      readonly detail?: string;
    }
  | { readonly kind: "opened"; readonly connection: MsrpConnection }
  | { readonly kind: "closed"; readonly connection: MsrpConnection; readonly reason: string };

export interface MsrpTransportsOptions {
  readonly limits?: Partial<MsrpTransportLimits>;
  /** Shown on TLS listeners, and to peers that ask who we are. */
  readonly certificates?: Certificates;
  /** PEM certificates of authorities that we believe as a client; those of Node by default. */
  readonly authorities?: readonly string[];
  /** Where we may connect to; by default not to this machine and this link. */
  readonly mayConnect?: DestinationPolicy;
  readonly log?: (event: MsrpTransportEvent) => void;
}

export interface MsrpListenOptions {
  /** `tcp://127.0.0.1:2855`, `tls://[::1]:2856` */
  readonly url: string;
  readonly name?: string;
  /** Several processes share the port. */
  readonly reusePort?: boolean;
}

export interface MsrpListening extends MsrpAddress {
  readonly transport: "tcp" | "tls";
}

const LOOK_MS = 1_000;
const DEFAULT_PORT = 2855; // RFC 4975 §6.2
const LISTEN_URL = /^(tcp|tls):\/\/(?:\[([^\]]*)\]|([^:/[\]]*))(?::(\d{1,5}))?\/?$/i;

export class MsrpTransports implements MsrpDialer {
  readonly #options: MsrpTransportsOptions;
  readonly #limits: MsrpTransportLimits;
  readonly #mayConnect: DestinationPolicy;
  readonly #admission: Admission;
  readonly #host: MsrpSocketHost;
  readonly #sockets = new Lookup<MsrpSocket>();
  /** Everything that was accepted, also what is still in its handshake. */
  readonly #accepted = new Chain<Socket>();
  readonly #listeners: StreamListener[] = [];
  readonly #avoided: MsrpAddress[] = [];
  #taken: ((connection: MsrpConnection) => void) | undefined;
  #serial = 0;
  #stopping = false;
  #allClosed: (() => void) | undefined;

  constructor(options: MsrpTransportsOptions = {}) {
    this.#options = options;
    this.#limits = { ...MSRP_TRANSPORT_LIMITS, ...options.limits };
    this.#mayConnect = options.mayConnect ?? destinationPolicy();
    this.#admission = new Admission(this.#limits);
    this.#host = {
      limits: this.#limits,
      turn: new WriteTurn(),
      watch: new Watch(Math.min(LOOK_MS, this.#limits.stalledMs / 5, this.#limits.endMs / 5)),
      garbage: new ReadGarbage(),
      forget: (socket, reason) => this.#forget(socket, reason),
    };
  }

  /** Who gets the connections that others open; to be called once, before anything is opened. */
  attach(taken: (connection: MsrpConnection) => void): void {
    this.#taken = taken;
  }

  /** Another service of this program listens there: no path may lead us to it. */
  avoid(address: MsrpAddress): void {
    this.#avoided.push(address);
  }

  /** What the bounds of connections hold: those that others opened, of all and of the source that has most. */
  get admitted(): Admitted {
    return this.#admission.admitted;
  }

  get connectionCount(): number {
    return this.#sockets.size;
  }

  /** Resolves when the socket is bound; rejects when it cannot be. */
  async listen({ url, name, reusePort = false }: MsrpListenOptions): Promise<MsrpListening> {
    const { transport, host, port } = parseMsrpListenUrl(url);
    const { certificates } = this.#options;
    if (transport === "tls" && certificates === undefined) {
      throw new RangeError(`listener ${url}: TLS needs a certificate`);
    }
    const handshakeMs = this.#limits.tlsHandshakeMs;
    const listener = await StreamListener.listen({
      address: { host, port },
      reusePort,
      tls:
        transport === "tls" && certificates !== undefined
          ? { certificates, clientShown: true, handshakeMs }
          : undefined,
      admit: (socket) => this.#admit(socket),
      accepted: (socket) => this.#take(this.#overStream(socket, transport, name)),
      handshakeFailed: (socket, error) =>
        this.#refused("handshake", remoteOf(socket), reasonOf(error)),
    });
    this.#listeners.push(listener);
    return { transport, ...listener.address };
  }

  /** Takes the WebSocket upgrades of an HTTP listener. RFC 7977 §4 */
  webSockets({ name, origins = [], securedHost }: WebSocketOptions = {}): Upgrade {
    return webSocketDoor({
      subprotocol: "msrp",
      limits: this.#limits,
      origins,
      securedHost,
      admit: (socket) => this.#admit(socket),
      accepted: (webSocket, socket, secured) =>
        this.#take(this.#overWebSocket(webSocket, socket, secured ? "wss" : "ws", name)),
      refused: (socket, detail) => this.#refused("upgrade", remoteOf(socket), detail),
    });
  }

  dial(target: DialTarget, done: (outcome: DialOutcome) => void): Cancel {
    const giveUp = new AbortController();
    const { authorities, certificates } = this.#options;
    const options = {
      limits: this.#limits,
      authorities,
      identity: certificates?.fallback(),
      mayConnect: (address: MsrpAddress) => this.#mayDial(address),
      signal: giveUp.signal,
    };
    const told = (outcome: DialOutcome): void => {
      if (!giveUp.signal.aborted) done(outcome);
    };
    this.#dial(target, options).then(told, (error: unknown) => {
      const why = error instanceof DialError ? error.why : "no answer";
      told({ ok: false, failure: { why, detail: String(error) } });
    });
    return () => giveUp.abort();
  }

  /** Takes nothing new, brings on its way what was sent, and ends everything. */
  async stop(): Promise<void> {
    this.#stopping = true;
    for (const listener of this.#listeners.splice(0)) listener.close();
    if (this.#sockets.size > 0) {
      const allClosed = new Promise<void>((resolve) => {
        this.#allClosed = resolve;
      });
      for (const socket of this.#sockets.values()) socket.end("the server stops");
      await allClosed;
    }
    for (const socket of this.#accepted) socket.destroy();
  }

  async #dial(target: DialTarget, options: DialOptions): Promise<DialOutcome> {
    const dialled = await dial(target, options);
    if (!options.signal.aborted && !this.#stopping) {
      return { ok: true, connection: this.#dialled(dialled) };
    }
    dialled.socket.destroy();
    throw new DialError("no answer", "given up");
  }

  #mayDial(address: MsrpAddress): boolean {
    const own = [...this.#listeners.map((listener) => listener.address), ...this.#avoided];
    if (!this.#stopping && this.#mayConnect(address) && !isOwnListener(address, own)) return true;
    this.#refused("destination", address);
    return false;
  }

  /** Takes a place for the socket, which gives it back when it closes. */
  #admit(socket: Socket): boolean {
    const remote = remoteOf(socket);
    const full = this.#stopping ? "total" : this.#admission.enter(remote.host, false);
    if (full !== undefined) {
      this.#refused(full, remote);
      return false;
    }
    const link = this.#accepted.add(socket);
    socket.once("close", () => {
      this.#accepted.remove(link);
      this.#admission.leave(remote.host);
    });
    return true;
  }

  #dialled(dialled: Dialled): MsrpSocket {
    const { socket } = dialled;
    if (dialled.kind === "web") {
      const transport = socket instanceof TLSSocket ? "wss" : "ws";
      return this.#overWebSocket(dialled.webSocket, socket, transport, undefined);
    }
    return this.#overStream(socket, socket instanceof TLSSocket ? "tls" : "tcp", undefined);
  }

  #overStream(socket: Socket, transport: "tcp" | "tls", listener: string | undefined): MsrpSocket {
    const made = this.#made(transport, listener, socket, new StreamChannel(socket));
    socket.pause();
    socket.on("data", (chunk: Uint8Array) => made.received(chunk));
    socket.on("drain", () => made.drained());
    socket.on("end", () => made.end("the peer ended the connection"));
    socket.on("error", (error) => made.closed(reasonOf(error)));
    socket.on("close", () => made.closed("the connection was lost"));
    return made;
  }

  #overWebSocket(
    webSocket: WebSocket,
    socket: Socket,
    transport: "ws" | "wss",
    listener: string | undefined,
  ): MsrpSocket {
    const made = this.#made(transport, listener, socket, new WebSocketChannel(webSocket, socket));
    webSocket.pause();
    webSocket.on("message", (data) => made.received(octetsOf(data)));
    socket.on("drain", () => made.drained());
    webSocket.on("error", (error) => made.closed(reasonOf(error)));
    webSocket.on("close", (code) => made.closed(`the WebSocket was closed (${code})`));
    return made;
  }

  #made(
    transport: MsrpTransport,
    listener: string | undefined,
    socket: Socket,
    channel: Channel,
  ): MsrpSocket {
    this.#serial += 1;
    const facts = { id: `msrp-${transport}-${this.#serial}`, transport, listener };
    const made = new MsrpSocket(facts, socket, channel, this.#host);
    this.#sockets.add(made.id, made);
    this.#options.log?.({ kind: "opened", connection: made });
    return made;
  }

  #take(connection: MsrpSocket): void {
    // A handshake that ended just now: nobody else would end what comes of it.
    if (this.#stopping || this.#taken === undefined) connection.drop("the server stops");
    else this.#taken(connection);
  }

  #forget(socket: MsrpSocket, reason: string): void {
    this.#sockets.delete(socket.id);
    this.#options.log?.({ kind: "closed", connection: socket, reason });
    if (this.#sockets.size === 0) this.#allClosed?.();
  }

  #refused(
    reason: Extract<MsrpTransportEvent, { kind: "refused" }>["reason"],
    remote: MsrpAddress,
    detail?: string,
  ): void {
    const more = detail === undefined ? {} : { detail };
    this.#options.log?.({ kind: "refused", reason, remote, ...more });
  }
}

/** Throws with a reason that an operator understands. Port 0 takes any free one. */
export function parseMsrpListenUrl(url: string): MsrpListening {
  const shape = "expected tcp://HOST:PORT or tls://HOST:PORT";
  const [, scheme = "", bracketed, plain = "", port] = LISTEN_URL.exec(url) ?? fail(url, shape);
  const host = bracketed ?? (plain === "localhost" ? "127.0.0.1" : plain);
  if (isIP(host) === 0) {
    fail(url, "the host must be an IP address (IPv6 in brackets) or localhost");
  }
  if (Number(port ?? 0) > 65_535) fail(url, "no such port");
  const transport = scheme.toLowerCase() === "tls" ? "tls" : "tcp";
  return { transport, host, port: port === undefined ? DEFAULT_PORT : Number(port) };
}

function fail(url: string, reason: string): never {
  throw new RangeError(`listener ${JSON.stringify(url)}: ${reason}`);
}
