/** UDP, TCP and TLS sockets of one client. RFC 3261 §18 */
import { createSocket, type Socket as DatagramSocket } from "node:dgram";
import { lookup } from "node:dns/promises";
import { connect as connectTcp, isIPv6, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import {
  type Address,
  type Flow,
  type Framed,
  type Hop,
  readDatagram,
  SipFramer,
  type TransportName,
} from "@parlance/sip";
import { asciiBytes } from "@parlance/wire";
import type { ClientTransports, SocketEvents } from "../runtime.ts";
import { WebSockets } from "../web/web-sockets.ts";

export interface SocketOptions {
  /** PEM certificates of authorities besides those of the system. */
  readonly authorities?: readonly string[];
}

const CONNECT_WAIT_MS = 10_000;
const PONG = asciiBytes("\r\n");

interface Live {
  send(bytes: Uint8Array): void;
  close(): void;
}

export class Sockets implements ClientTransports {
  readonly #events: SocketEvents;
  readonly #options: SocketOptions;
  readonly #web: WebSockets;
  readonly #live = new Map<string, Live>();
  /** Streams by where they lead, also while they are being opened. */
  readonly #streams = new Map<string, Promise<Flow>>();
  #count = 0;

  constructor(events: SocketEvents, options: SocketOptions = {}) {
    this.#events = events;
    this.#options = options;
    this.#web = new WebSockets(events);
  }

  send(flow: Flow, bytes: Uint8Array): void {
    if (isWeb(flow.transport)) this.#web.send(flow, bytes);
    else this.#live.get(flow.id)?.send(bytes);
  }

  open(hop: Hop): Promise<Flow> {
    if (isWeb(hop.transport)) return this.#web.open(hop);
    return hop.transport === "UDP" ? this.#openDatagrams(hop) : this.#stream(hop);
  }

  close(flow: Flow): void {
    if (isWeb(flow.transport)) return this.#web.close(flow);
    const live = this.#live.get(flow.id);
    this.#live.delete(flow.id);
    live?.close();
  }

  async end(): Promise<void> {
    for (const live of this.#live.values()) live.close();
    this.#live.clear();
    await this.#web.end();
  }

  /** Takes a live connection when there is one: a request too large for UDP needs a stream. RFC 5923 */
  #stream(hop: Hop): Promise<Flow> {
    const place = `${hop.transport} ${hop.serverName} ${hop.address.host}:${hop.address.port}`;
    const known = this.#streams.get(place);
    if (known !== undefined) return known;
    const forget = (): void => void this.#streams.delete(place);
    const opening = this.#openStream(hop, forget);
    opening.catch(forget);
    this.#streams.set(place, opening);
    return opening;
  }

  async #openDatagrams(hop: Hop): Promise<Flow> {
    const { address: host } = await lookup(hop.address.host);
    const socket = createSocket(isIPv6(host) ? "udp6" : "udp4");
    await connected((done, failed) => {
      socket.once("error", failed);
      socket.connect(hop.address.port, host, done);
    });
    const flow = this.#flow("UDP", boundTo(socket), { host, port: hop.address.port });
    socket.on("message", (data) => this.#take(readDatagram(data), flow));
    socket.on("error", () => {}); // an ICMP refusal of one datagram; the transaction's timer decides
    this.#live.set(flow.id, datagramLife(socket));
    return flow;
  }

  async #openStream(hop: Hop, forget: () => void): Promise<Flow> {
    const socket = this.#connect(hop);
    const ready = hop.transport === "TLS" ? "secureConnect" : "connect";
    await connected((done, failed) => {
      socket.once(ready, done);
      socket.once("error", failed);
      socket.setTimeout(CONNECT_WAIT_MS, () => failed(new Error("the server does not answer")));
    }).catch((error) => {
      socket.destroy();
      throw error;
    });
    socket.setTimeout(0);
    const remote = { host: socket.remoteAddress ?? "", port: socket.remotePort ?? 0 };
    const flow = this.#flow(hop.transport, localOf(socket), remote);
    this.#listen(socket, flow, forget);
    return flow;
  }

  #connect({ transport, address, serverName }: Hop): Socket {
    const { host, port } = address;
    if (transport !== "TLS") return connectTcp({ host, port, noDelay: true });
    const ca = this.#options.authorities;
    const socket = connectTls({
      host,
      port,
      minVersion: "TLSv1.2",
      ...(serverName === undefined || isAddress(serverName) ? {} : { servername: serverName }),
      ...(ca === undefined ? {} : { ca: [...ca] }),
    });
    return socket.setNoDelay(true);
  }

  #listen(socket: Socket, flow: Flow, forget: () => void): void {
    const framer = new SipFramer({ opened: true });
    socket.on("data", (chunk) => {
      for (const framed of framer.push(chunk)) this.#take(framed, flow);
    });
    let reason = "closed by the server";
    socket.on("error", (error) => {
      reason = error.message;
    });
    socket.on("close", () => {
      forget();
      if (this.#live.delete(flow.id)) this.#events.closed(flow, reason);
    });
    this.#live.set(flow.id, {
      send: (bytes) => void socket.write(bytes),
      close: () => {
        forget();
        socket.end();
      },
    });
  }

  #take(framed: Framed, flow: Flow): void {
    switch (framed.kind) {
      case "message":
        return this.#events.message(framed.message, flow);
      case "fault":
        return this.#events.fault(framed, flow);
      case "ping":
        return this.send(flow, PONG);
      case "pong":
        return this.#events.pong(flow);
    }
  }

  #flow(transport: TransportName, local: Address, remote: Address): Flow {
    this.#count += 1;
    return { id: `${transport}-${this.#count}`, transport, local, remote };
  }
}

function datagramLife(socket: DatagramSocket): Live {
  return {
    send: (bytes) => socket.send(bytes, () => {}), // a loss is what UDP is for
    close: () => socket.close(),
  };
}

function connected(
  start: (done: () => void, failed: (error: Error) => void) => void,
): Promise<void> {
  return new Promise((resolve, reject) => start(resolve, reject));
}

function localOf({ localAddress = "", localPort = 0 }: Socket): Address {
  return { host: localAddress, port: localPort };
}

function isAddress(name: string): boolean {
  return isIPv6(name) || /^\d{1,3}(?:\.\d{1,3}){3}$/.test(name);
}

function isWeb(transport: TransportName): boolean {
  return transport === "WS" || transport === "WSS";
}

function boundTo(socket: DatagramSocket): Address {
  const { address, port } = socket.address();
  return { host: address, port };
}
