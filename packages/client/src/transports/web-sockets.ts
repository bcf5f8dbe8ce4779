/** SIP over WebSocket for whatever has the web's WebSocket: browsers and Node. RFC 7118 */
import { type Flow, type Hop, PONG, readFrame } from "@parlance/sip";
import {
  asciiBytes,
  type Clock,
  equalBytes,
  hex,
  type Random,
  utf8Bytes,
  utf8TextLossy,
} from "@parlance/wire";
import type { ClientTransports, SocketEvents } from "../runtime.ts";

/** The part of the web's WebSocket that is needed. */
export interface Channel {
  binaryType: string;
  readonly readyState: number;
  readonly bufferedAmount: number;
  send(data: string | Uint8Array<ArrayBuffer>): void;
  close(): void;
  addEventListener(type: "open", run: () => void): void;
  /** A browser does not say what went wrong. */
  addEventListener(type: "error", run: (event: { readonly message?: string }) => void): void;
  addEventListener(type: "close", run: (event: { readonly reason: string }) => void): void;
  addEventListener(type: "message", run: (event: { readonly data: unknown }) => void): void;
}

export interface WebSocketPorts {
  readonly clock: Clock;
  readonly random: Random;
  /** Begins to connect, with the subprotocol "sip". RFC 7118 §4.1 */
  readonly connect: (url: string) => Channel;
}

interface Live {
  readonly flow: Flow;
  readonly channel: Channel;
  /** Why we close it, or what went wrong. */
  reason: string;
}

const OPEN = 1;
const CONNECT_WAIT_MS = 10_000;
/** A server that leaves so much unread is dead. */
const MOST_UNREAD_BYTES = 4 * 2 ** 20;

export class WebSockets implements ClientTransports {
  readonly #events: SocketEvents;
  readonly #ports: WebSocketPorts;
  readonly #live = new Map<string, Live>();
  #count = 0;
  #ended = false;

  constructor(events: SocketEvents, ports: WebSocketPorts) {
    this.#events = events;
    this.#ports = ports;
  }

  /** Text where it is text: some servers read nothing else. RFC 7118 §4.2 */
  send(flow: Flow, bytes: Uint8Array): void {
    const live = this.#live.get(flow.id);
    if (live?.channel.readyState !== OPEN) return; // its end is told by "close"
    if (live.channel.bufferedAmount > MOST_UNREAD_BYTES) {
      return this.#lose(live, "the server reads nothing");
    }
    const text = utf8TextLossy(bytes);
    live.channel.send(isSame(text, bytes) ? text : new Uint8Array(bytes));
  }

  async open(hop: Hop): Promise<Flow> {
    if (this.#ended) throw new Error("closed");
    const { clock, connect } = this.#ports;
    const live: Live = { flow: this.#flow(hop), channel: connect(urlOf(hop)), reason: "" };
    const { channel, flow } = live;
    channel.binaryType = "arraybuffer";
    this.#live.set(flow.id, live);
    const { promise, resolve, reject } = Promise.withResolvers<Flow>();
    const cancel = clock.schedule(CONNECT_WAIT_MS, () => {
      live.reason = "the server does not answer";
      channel.close();
    });
    channel.addEventListener("open", () => {
      cancel();
      resolve(flow);
    });
    channel.addEventListener("error", ({ message = "" }) => {
      live.reason ||= message;
    });
    channel.addEventListener("message", ({ data }) => this.#take(data, flow));
    channel.addEventListener("close", ({ reason }) => {
      cancel();
      live.reason ||= reason || "the server closed the connection";
      reject(new Error(live.reason));
      this.#lose(live, live.reason);
    });
    return promise;
  }

  close(flow: Flow): void {
    const live = this.#live.get(flow.id);
    this.#live.delete(flow.id);
    live?.channel.close();
  }

  /** Every connection breaks, as if the network had gone. */
  cut(reason: string): void {
    for (const live of this.#live.values()) this.#lose(live, reason);
  }

  /** What is being opened fails. */
  async end(): Promise<void> {
    this.#ended = true;
    const all = [...this.#live.values()];
    this.#live.clear();
    for (const live of all) {
      live.reason = "closed";
      live.channel.close();
    }
  }

  #flow({ transport, address }: Hop): Flow {
    this.#count += 1;
    // A browser does not know its address: a name that nobody else has stands for it. RFC 7118 §5.1
    const local = { host: `${hex(this.#ports.random.bytes(8))}.invalid`, port: 0 };
    return { id: `${transport}-${this.#count}`, transport, local, remote: address };
  }

  #lose(live: Live, reason: string): void {
    live.reason = reason;
    if (!this.#live.delete(live.flow.id)) return;
    live.channel.close();
    this.#events.closed(live.flow, reason);
  }

  #take(data: unknown, flow: Flow): void {
    if (!this.#live.has(flow.id)) return;
    const bytes = typeof data === "string" ? utf8Bytes(data) : new Uint8Array(data as ArrayBuffer); // by binaryType
    const framed = readFrame(bytes);
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
}

function urlOf({ transport, address, path }: Hop): string {
  const host = address.host.includes(":") ? `[${address.host}]` : address.host;
  return `${transport.toLowerCase()}://${host}:${address.port}${path ?? "/sip"}`;
}

/** Whether the octets were UTF-8 all through. */
function isSame(text: string, bytes: Uint8Array): boolean {
  return !text.includes("\uFFFD") || equalBytes(utf8Bytes(text), bytes);
}
