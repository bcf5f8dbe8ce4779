/** UDP, TCP, TLS and WebSocket connections of one client. RFC 3261 §18 */
import { createSocket, type Socket as DatagramSocket } from "node:dgram";
import { lookup } from "node:dns/promises";
import { isIPv6, type Socket } from "node:net";
import {
  type Address,
  type Flow,
  type Framed,
  type Hop,
  PONG,
  readDatagram,
  SipFramer,
  type TransportName,
} from "@parlance/sip";
import { asciiBytes } from "@parlance/wire";
import type { ClientTransports, SocketEvents } from "../runtime.ts";
import { isWebSocket } from "../transports/is-web-socket.ts";
import { WebSockets } from "../transports/web-sockets.ts";
import { dial } from "./dial.ts";
import { clock, random } from "./machine.ts";
import { webSocketTo } from "./web-socket.ts";

export interface SocketOptions {
  /** PEM certificates of authorities besides those of the system. */
  readonly authorities?: readonly string[];
}

interface Live {
  send(bytes: Uint8Array): void;
  close(): void;
}

/** A server that leaves so much unread is dead. */
const MOST_UNREAD_BYTES = 4 * 2 ** 20;
/** What the other side may still need to take the last octets and say goodbye. */
const LINGER_MS = 1_000;

export class Sockets implements ClientTransports {
  readonly #events: SocketEvents;
  readonly #authorities: readonly string[];
  readonly #web: WebSockets;
  readonly #live = new Map<string, Live>();
  /** Streams by where they lead, also while they are being opened. */
  readonly #streams = new Map<string, Promise<Flow>>();
  readonly #ended = new AbortController();
  #count = 0;

  constructor(events: SocketEvents, { authorities = [] }: SocketOptions = {}) {
    this.#events = events;
    this.#authorities = authorities;
    const connect = webSocketTo("sip", authorities);
    this.#web = new WebSockets(events, { clock, random, connect });
  }

  send(flow: Flow, bytes: Uint8Array): void {
    if (isWebSocket(flow.transport)) this.#web.send(flow, bytes);
    else this.#live.get(flow.id)?.send(bytes);
  }

  open(hop: Hop): Promise<Flow> {
    if (isWebSocket(hop.transport)) return this.#web.open(hop);
    return hop.transport === "UDP" ? this.#openDatagrams(hop) : this.#stream(hop);
  }

  close(flow: Flow): void {
    if (isWebSocket(flow.transport)) return this.#web.close(flow);
    const live = this.#live.get(flow.id);
    this.#live.delete(flow.id);
    live?.close();
  }

  /** What is being opened fails. */
  async end(): Promise<void> {
    this.#ended.abort();
    for (const live of this.#live.values()) live.close();
    this.#live.clear();
    await this.#web.end();
  }

  /** Takes a live connection when there is one: a request too large for UDP needs a stream. RFC 5923 */
  #stream(hop: Hop): Promise<Flow> {
    const { transport, serverName = "", address } = hop;
    const place = `${transport} ${serverName} ${address.host}:${address.port}`;
    const known = this.#streams.get(place);
    if (known !== undefined) return known;
    const opening: Promise<Flow> = this.#openStream(hop, () => forget());
    const forget = (): void => {
      if (this.#streams.get(place) === opening) this.#streams.delete(place);
    };
    opening.catch(forget);
    this.#streams.set(place, opening);
    return opening;
  }

  async #openDatagrams({ address: { host: name, port } }: Hop): Promise<Flow> {
    // Nothing tells which address of a name answers datagrams; nearly every server has an IPv4 one.
    const { address: host } = await lookup(name, { order: "ipv4first" });
    if (this.#ended.signal.aborted) throw new Error("closed");
    const socket = createSocket(isIPv6(host) ? "udp6" : "udp4");
    await bound(socket, host, port);
    const flow = this.#flow("UDP", boundTo(socket), { host, port });
    socket.on("message", (data) => this.#take(readDatagram(data), flow));
    socket.on("error", (error) => this.#gone(flow, error.message)); // an ICMP refusal. RFC 3261 §18.4
    this.#live.set(flow.id, {
      send: (bytes) => socket.send(bytes, () => {}), // a loss is what UDP is for
      close: () => socket.close(),
    });
    return flow;
  }

  async #openStream(hop: Hop, forget: () => void): Promise<Flow> {
    const dialing = { authorities: this.#authorities, signal: this.#ended.signal };
    const socket = await dial(hop, dialing);
    const { remoteAddress: host = "", remotePort: port = 0 } = socket;
    const flow = this.#flow(hop.transport, localOf(socket), { host, port });
    this.#listen(socket, flow, forget);
    return flow;
  }

  #listen(socket: Socket, flow: Flow, forget: () => void): void {
    const framer = new SipFramer({ opened: true });
    socket.on("data", (chunk) => {
      for (const framed of framer.push(chunk)) this.#take(framed, flow);
    });
    let reason = "the server closed the connection";
    socket.on("error", (error) => {
      reason = error.message;
    });
    socket.on("close", () => {
      forget();
      this.#gone(flow, reason);
    });
    this.#live.set(flow.id, {
      send(bytes) {
        if (socket.writableLength <= MOST_UNREAD_BYTES) socket.write(bytes);
        else socket.destroy(new Error("the server reads nothing"));
      },
      close() {
        forget();
        socket.end();
        socket.setTimeout(LINGER_MS, () => socket.destroy());
      },
    });
  }

  #gone(flow: Flow, reason: string): void {
    const live = this.#live.get(flow.id);
    if (live === undefined) return;
    this.#live.delete(flow.id);
    live.close();
    this.#events.closed(flow, reason);
  }

  #take(framed: Framed, flow: Flow): void {
    if (!this.#live.has(flow.id)) return;
    switch (framed.kind) {
      case "message":
        return this.#events.message(framed.message, flow);
      case "fault":
        return this.#events.fault(framed, flow);
      case "ping":
        return this.send(flow, asciiBytes(PONG));
      case "pong":
        return this.#events.pong(flow);
    }
  }

  #flow(transport: TransportName, local: Address, remote: Address): Flow {
    this.#count += 1;
    return { id: `${transport}-${this.#count}`, transport, local, remote };
  }
}

/** Connected, so that nobody but the server is heard. */
function bound(socket: DatagramSocket, host: string, port: number): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  socket.once("error", reject);
  socket.connect(port, host, resolve);
  return promise.finally(() => socket.removeListener("error", reject));
}

function localOf({ localAddress = "", localPort = 0 }: Socket): Address {
  return { host: localAddress, port: localPort };
}

function boundTo(socket: DatagramSocket): Address {
  const { address, port } = socket.address();
  return { host: address, port };
}
