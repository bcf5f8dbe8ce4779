/** All sockets that SIP goes over, behind the ports of the stack. RFC 3261 §18 */
import type { Socket } from "node:net";
import { TLSSocket } from "node:tls";
import {
  type Address,
  type Flow,
  type FlowEvents,
  type Hop,
  type MessageLimits,
  messageLimits,
  type TransportName,
  type Transports,
} from "@parlance/sip";
import type { WebSocket } from "ws";
import { Admission, type Admitted } from "../sockets/admission.ts";
import type { Channel } from "../sockets/channel.ts";
import {
  type DestinationPolicy,
  destinationPolicy,
  isOwnListener,
} from "../sockets/destinations.ts";
import { parseListenUrl } from "../sockets/listen-url.ts";
import { remoteOf, withoutZone } from "../sockets/socket-facts.ts";
import { reasonOf, StreamChannel } from "../sockets/stream-channel.ts";
import { StreamListener } from "../sockets/stream-listener.ts";
import { provenNames } from "../sockets/tls-identity.ts";
import { Watch } from "../sockets/watch.ts";
import { WebSocketChannel } from "../sockets/web-socket-channel.ts";
import { type Upgrade, type WebSocketOptions, webSocketDoor } from "../sockets/web-socket-door.ts";
import { WriteTurn } from "../sockets/write-turn.ts";
import { connectStream, connectWebSocket } from "./connect.ts";
import { Connection, type ConnectionHost } from "./connection.ts";
import { DatagramFlow } from "./datagram.ts";
import { type DatagramCommon, DatagramSockets } from "./datagram-sockets.ts";
import { lookEveryMs } from "./life.ts";
import { NOBODY } from "./nobody.ts";
import type {
  Listening,
  ListenOptions,
  Peer,
  SipTransportsOptions,
  TransportEvent,
} from "./options.ts";
import { readStream, readWebSocket } from "./reading.ts";
import { keyOf, ReuseTable } from "./reuse.ts";
import { TRANSPORT_LIMITS, type TransportLimits } from "./transport-limits.ts";

type Stream = Exclude<TransportName, "UDP">;

export class SipTransports implements Transports {
  readonly #options: SipTransportsOptions;
  readonly #limits: TransportLimits;
  readonly #messageLimits: MessageLimits;
  readonly #mayConnect: DestinationPolicy;
  readonly #admission: Admission;
  readonly #host: ConnectionHost & { events: FlowEvents };
  readonly #reuse = new ReuseTable();
  readonly #connections = new Set<Connection>();
  /** Everything that was accepted, also what is still in its handshake. */
  readonly #accepted = new Set<Socket>();
  readonly #connecting = new Map<string, Promise<Connection>>();
  readonly #listeners: StreamListener[] = [];
  readonly #datagrams: DatagramSockets;
  readonly #avoided: Address[] = [];
  readonly #attached = Promise.withResolvers<void>();
  #serial = 0;
  #stopping = false;
  #allClosed: (() => void) | undefined;

  constructor(options: SipTransportsOptions = {}) {
    this.#options = options;
    this.#limits = { ...TRANSPORT_LIMITS, ...options.limits };
    this.#messageLimits = { ...messageLimits, ...options.messageLimits };
    this.#mayConnect = options.mayConnect ?? destinationPolicy();
    this.#admission = new Admission(this.#limits);
    this.#host = {
      events: NOBODY,
      limits: this.#limits,
      turn: new WriteTurn(),
      watch: new Watch(lookEveryMs(this.#limits)),
      forget: (connection) => this.#forget(connection),
    };
    this.#datagrams = new DatagramSockets(
      () => this.#nextId("UDP"),
      () => this.#datagramCommon(),
    );
  }

  /** Who hears of what comes in; to be called once, before anything listens. What is opened before waits for it. */
  attach(events: FlowEvents): void {
    this.#host.events = events;
    this.#attached.resolve();
  }

  /** Another service of this program listens there: no contact may lead us to it. */
  avoid(address: Address): void {
    this.#avoided.push(address);
  }

  /** What the bounds of connections hold: those that others opened, of all and of the source that has most. */
  get admitted(): Admitted {
    return this.#admission.admitted;
  }

  /** Connections that are open now, in both directions. */
  get connectionCount(): number {
    return this.#connections.size;
  }

  /** Resolves when the socket is bound; rejects when it cannot be. */
  async listen(options: ListenOptions): Promise<Listening> {
    const { transport, host, port } = parseListenUrl(options.url);
    const { name } = options;
    const address =
      transport === "UDP"
        ? (await this.#datagrams.bind({ host, port }, name, options.reusePort)).local
        : await this.#listenStream(transport, { host, port }, options);
    return { transport, name, ...address };
  }

  /** Takes the WebSocket upgrades of an HTTP listener. RFC 7118 */
  webSockets({ name, origins = [], securedHost }: WebSocketOptions = {}): Upgrade {
    return webSocketDoor({
      subprotocol: "sip",
      limits: this.#limits,
      origins,
      securedHost,
      admit: (socket, secured) => this.#admit(socket, secured ? "WSS" : "WS", name),
      accepted: (webSocket, socket, secured) =>
        this.#acceptWebSocket(webSocket, socket, secured ? "WSS" : "WS", name),
      refused: (socket, detail) => this.#refused("upgrade", remoteOf(socket), detail),
    });
  }

  send(flow: Flow, bytes: Uint8Array): void {
    if (flow instanceof Connection || flow instanceof DatagramFlow) flow.send(bytes);
    else queueMicrotask(() => this.#host.events.closed(flow, "not a flow of ours"));
  }

  open(hop: Hop): Flow | Promise<Flow> {
    if (this.#host.events === NOBODY) return this.#attached.promise.then(() => this.open(hop));
    if (hop.transport === "UDP") return this.#openDatagram(hop.address);
    return this.#reuse.find(hop) ?? this.#connectOnce(hop);
  }

  /** Ends a connection after what was sent on it; a UDP flow has no end. */
  close(flow: Flow): void {
    if (flow instanceof Connection) flow.end("closed here");
  }

  bind(flow: Flow, until: number): void {
    if (flow instanceof Connection) flow.bind(until);
  }

  /** Requests for `address` may go by this connection, under the names it has proved. RFC 5923 §8 */
  alias(flow: Flow, address: Address): void {
    if (flow instanceof Connection) this.#reuse.addAlias(flow, address);
  }

  /** Takes nothing new, brings on its way what was sent, and ends everything. */
  async stop(): Promise<void> {
    this.#stopping = true;
    for (const listener of this.#listeners.splice(0)) listener.close();
    if (this.#connections.size > 0) {
      const allClosed = new Promise<void>((resolve) => {
        this.#allClosed = resolve;
      });
      for (const connection of this.#connections) connection.end("the server stops");
      await allClosed;
    }
    for (const socket of this.#accepted) socket.destroy();
    await this.#datagrams.close();
  }

  async #listenStream(
    transport: "TCP" | "TLS",
    address: Address,
    options: ListenOptions,
  ): Promise<Address> {
    const { name, reusePort = false, clientAuthorities, clientRequired } = options;
    const { certificates } = this.#options;
    if (transport === "TLS" && certificates === undefined) {
      throw new RangeError(`listener ${options.url}: TLS needs a certificate`);
    }
    const handshakeMs = this.#limits.tlsHandshakeMs;
    const listener = await StreamListener.listen({
      address,
      reusePort,
      tls:
        transport === "TLS" && certificates !== undefined
          ? { certificates, clientAuthorities, clientRequired, handshakeMs }
          : undefined,
      admit: (socket) => this.#admit(socket, transport, name),
      accepted: (socket) =>
        this.#acceptStream(socket, { transport, name, peerNames: namesOf(socket) }),
      handshakeFailed: (socket, error) =>
        this.#refused("handshake", remoteOf(socket), reasonOf(error)),
    });
    this.#listeners.push(listener);
    return listener.address;
  }

  /** Takes a place for the socket, which gives it back when it closes. */
  #admit(socket: Socket, transport: Stream, listener: string | undefined): boolean {
    const remote = remoteOf(socket);
    const trusted = this.#trusts({
      transport,
      remote,
      ...(listener === undefined ? {} : { listener }),
    });
    const full = this.#stopping ? "total" : this.#admission.enter(remote.host, trusted);
    if (full !== undefined) {
      this.#refused(full, remote);
      return false;
    }
    this.#accepted.add(socket);
    socket.once("close", () => {
      this.#accepted.delete(socket);
      this.#admission.leave(remote.host);
    });
    return true;
  }

  #acceptStream(
    socket: Socket,
    known: {
      readonly transport: "TCP" | "TLS";
      readonly name: string | undefined;
      readonly peerNames: readonly string[] | undefined;
    },
  ): void {
    const connection = this.#connection(new StreamChannel(socket), socket, {
      ...known,
      incoming: true,
    });
    this.#reuse.addAccepted(connection);
    readStream(socket, connection, { opened: false, limits: this.#messageLimits });
  }

  #acceptWebSocket(
    webSocket: WebSocket,
    socket: Socket,
    transport: "WS" | "WSS",
    name: string | undefined,
  ): void {
    const channel = new WebSocketChannel(webSocket, socket);
    const known = { transport, name, peerNames: undefined, incoming: true };
    const connection = this.#connection(channel, socket, known);
    readWebSocket(webSocket, socket, connection, this.#messageLimits);
  }

  #connection(
    channel: Channel,
    socket: Socket,
    known: {
      readonly transport: Stream;
      readonly name: string | undefined;
      readonly peerNames: readonly string[] | undefined;
      readonly incoming: boolean;
    },
  ): Connection {
    const { transport, name: listener, peerNames, incoming } = known;
    const remote = remoteOf(socket);
    const peer: Peer = {
      transport,
      remote,
      ...(listener === undefined ? {} : { listener }),
      ...(peerNames === undefined ? {} : { peerNames }),
    };
    const connection = new Connection(
      {
        id: this.#nextId(transport),
        transport,
        local: { host: withoutZone(socket.localAddress), port: socket.localPort ?? 0 },
        remote,
        peerNames,
        listener,
        incoming,
        trusted: this.#trusts(peer),
      },
      channel,
      this.#host,
    );
    this.#connections.add(connection);
    this.#options.log?.({ kind: "opened", flow: connection });
    // A handshake that ended just now: nobody else would end what comes of it.
    if (this.#stopping) connection.drop("the server stops");
    return connection;
  }

  #forget(connection: Connection): void {
    this.#reuse.remove(connection);
    this.#connections.delete(connection);
    this.#options.log?.({ kind: "closed", flow: connection, reason: connection.reason });
    if (this.#connections.size === 0) this.#allClosed?.();
  }

  #openDatagram(address: Address): Flow | Promise<Flow> {
    const refusal = this.#judgeDestination("UDP", address);
    if (refusal !== undefined) return Promise.reject(refusal);
    return this.#datagrams.flowTo(address);
  }

  #datagramCommon(): DatagramCommon {
    return { events: this.#host.events, messageLimits: this.#messageLimits };
  }

  /** Those who ask while it is being opened get the same one. */
  #connectOnce(hop: Hop): Promise<Flow> {
    const key = keyOf(hop);
    const underWay = this.#connecting.get(key);
    if (underWay !== undefined) return underWay;
    const connecting = this.#connect(hop).finally(() => this.#connecting.delete(key));
    this.#connecting.set(key, connecting);
    return connecting;
  }

  async #connect(hop: Hop): Promise<Connection> {
    const { transport, address } = hop;
    const refusal = this.#judgeDestination(transport, address);
    if (refusal !== undefined) throw refusal;
    if (this.#admission.enter(address.host, true) !== undefined) {
      this.#refused("total", address);
      throw new Error("too many connections");
    }
    try {
      const connection =
        transport === "TCP" || transport === "TLS"
          ? await this.#connectStream(hop, transport)
          : await this.#connectWebSocket(hop, transport === "WS" ? "WS" : "WSS");
      this.#reuse.addOpened(connection, hop);
      return connection;
    } catch (error) {
      this.#admission.leave(address.host);
      throw error;
    }
  }

  async #connectStream(hop: Hop, transport: "TCP" | "TLS"): Promise<Connection> {
    const socket = await connectStream(hop, this.#connectOptions());
    const known = { transport, name: undefined, peerNames: namesOf(socket), incoming: false };
    const connection = this.#connection(new StreamChannel(socket), socket, known);
    readStream(socket, connection, { opened: true, limits: this.#messageLimits });
    this.#leaveWith(socket, hop);
    return connection;
  }

  async #connectWebSocket(hop: Hop, transport: "WS" | "WSS"): Promise<Connection> {
    const [webSocket, socket] = await connectWebSocket(hop, this.#connectOptions());
    const known = { transport, name: undefined, peerNames: undefined, incoming: false };
    const connection = this.#connection(new WebSocketChannel(webSocket, socket), socket, known);
    readWebSocket(webSocket, socket, connection, this.#messageLimits);
    this.#leaveWith(socket, hop);
    return connection;
  }

  #leaveWith(socket: Socket, { address }: Hop): void {
    socket.once("close", () => this.#admission.leave(address.host));
  }

  #connectOptions() {
    const { authorities, certificates } = this.#options;
    return { limits: this.#limits, authorities, identity: certificates?.fallback() };
  }

  #judgeDestination(transport: TransportName, address: Address): Error | undefined {
    if (this.#stopping) return new Error("the transports are stopped");
    const own =
      transport === "UDP"
        ? this.#datagrams.addresses
        : [...this.#listeners.map((listener) => listener.address), ...this.#avoided];
    if (this.#mayConnect(address) && !isOwnListener(address, own)) return undefined;
    this.#refused("destination", address);
    return new Error(`no connections to ${address.host} port ${address.port}`);
  }

  #trusts(peer: Peer): boolean {
    return this.#options.trusts?.(peer) === true;
  }

  #refused(
    reason: Extract<TransportEvent, { kind: "refused" }>["reason"],
    remote: Address,
    detail?: string,
  ): void {
    this.#options.log?.({
      kind: "refused",
      reason,
      remote,
      ...(detail === undefined ? {} : { detail }),
    });
  }

  #nextId(transport: TransportName): string {
    this.#serial += 1;
    return `${transport.toLowerCase()}-${this.#serial}`;
  }
}

function namesOf(socket: Socket): readonly string[] | undefined {
  return socket instanceof TLSSocket ? provenNames(socket) : undefined;
}
