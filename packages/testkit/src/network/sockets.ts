/** The sockets of one running program on one host. They die with it. */
import {
  type Address,
  defaultPort,
  type Flow,
  type FlowEvents,
  type Framed,
  type Hop,
  readDatagram,
  readFrame,
  SipFramer,
} from "@parlance/sip";
import { asciiBytes, type Clock } from "@parlance/wire";
import type { Life } from "../machine/life.ts";
import type { Host } from "./host.ts";
import { Stream, type StreamEnd, type StreamOwner } from "./stream.ts";

/** What a program hears from its sockets. */
export interface SocketEvents extends FlowEvents {
  pong?(flow: Flow): void;
}

export interface SocketOptions {
  readonly host: Host;
  readonly life: Life;
  /** Others may connect, and datagrams come to the known port. */
  readonly listening: boolean;
}

interface DatagramFlow extends Flow {
  readonly transport: "UDP";
}

const PONG = asciiBytes("\r\n"); // RFC 5626 §4.4.1

export interface Note {
  readonly from: Host;
  readonly flow: Flow;
  readonly bytes: Uint8Array;
  readonly fate: string | undefined;
}

/** The network, as the sockets of one program see it. */
export interface Medium {
  readonly clock: Clock;
  nextId(transport: string): string;
  note(note: Note): void;
  passes(flow: Flow, bytes: Uint8Array): void;
  sendDatagram(from: Host, flow: Flow, bytes: Uint8Array): void;
  listenerAt(address: Address): Sockets | undefined;
  /** Takes the time that connecting takes. Rejects when nobody is there, or nobody answers. */
  reach<T>(from: Host, find: () => T | undefined): Promise<T>;
}

export class Sockets implements StreamOwner {
  readonly #network: Medium;
  readonly #clock: Clock;
  readonly #options: SocketOptions;
  readonly #streams = new Map<string, StreamEnd>();
  readonly #readers = new Map<string, (octets: Uint8Array) => readonly Framed[]>();
  readonly #datagrams = new Map<string, DatagramFlow>();
  /** Streams that we have opened, or are opening. */
  readonly #opened = new Map<string, Promise<Flow>>();
  /** What to do when one of those is gone. */
  readonly #forget = new Map<string, () => void>();
  #events: SocketEvents | undefined;

  constructor(network: Medium, options: SocketOptions) {
    this.#network = network;
    this.#clock = network.clock;
    this.#options = options;
  }

  get host(): Host {
    return this.#options.host;
  }

  /** Before it nothing is heard, and nobody is let in. */
  hear(events: SocketEvents): void {
    this.#events = events;
  }

  send(flow: Flow, bytes: Uint8Array): void {
    if (this.#options.life.over) return;
    if (flow.transport === "UDP") return this.#network.sendDatagram(this.host, flow, bytes);
    const end = this.#streams.get(flow.id);
    const hopeful = end?.send(bytes) ?? false;
    this.#network.note({ from: this.host, flow, bytes, fate: hopeful ? undefined : "lost" });
    this.#network.passes(flow, bytes);
    if (end === undefined) this.#later(() => this.#events?.closed(flow, "closed"));
  }

  open(hop: Hop): Flow | Promise<Flow> {
    if (hop.transport === "UDP") return this.#datagramTo(hop.address, this.#ownPort());
    const place = `${hop.transport} ${hop.address.host}:${hop.address.port}`;
    const known = this.#opened.get(place);
    if (known !== undefined) return known; // RFC 5923
    const opening = this.#openStream(hop, hop.transport, () => this.#opened.delete(place));
    this.#opened.set(place, opening);
    opening.catch(() => this.#opened.delete(place));
    return opening;
  }

  close(flow: Flow): void {
    this.#streams.get(flow.id)?.close();
    this.#gone(flow);
    if (!this.#options.listening) this.#datagrams.delete(flow.id);
  }

  /** The program has ended: the system closes what it left open. */
  async end(): Promise<void> {
    for (const end of this.#streams.values()) end.close();
    this.#streams.clear();
    this.#readers.clear();
    this.#opened.clear();
    this.#datagrams.clear();
    this.#events = undefined;
  }

  /** Whether somebody may connect. */
  get listening(): boolean {
    return this.#options.listening && this.#events !== undefined && !this.#options.life.over;
  }

  accepted(end: StreamEnd): void {
    this.#streams.set(end.id, end);
    this.#readers.set(end.id, readerOf(end));
  }

  datagram(bytes: Uint8Array, from: Address, port: number): void {
    const { listening } = this.#options;
    const id = this.#datagramId(from, port);
    const flow = listening ? this.#datagramTo(from, port) : this.#datagrams.get(id);
    if (flow !== undefined) this.#take(readDatagram(bytes), flow);
  }

  arrived(octets: Uint8Array, end: StreamEnd): void {
    for (const framed of this.#readers.get(end.id)?.(octets) ?? []) {
      if (framed.kind === "ping") end.send(PONG);
      else if (this.#streams.has(end.id)) this.#take(framed, end);
    }
  }

  broken(end: StreamEnd, reason: string): void {
    this.#gone(end);
    if (!this.#options.life.over) this.#events?.closed(end, reason);
  }

  #take(framed: Framed, flow: Flow): void {
    const events = this.#options.life.over ? undefined : this.#events;
    if (events === undefined) return;
    switch (framed.kind) {
      case "message":
        return events.message(framed.message, flow);
      case "fault":
        events.fault(framed, flow);
        if (framed.close) this.close(flow);
        return;
      case "pong":
        return events.pong?.(flow);
      case "ping": // keeps a binding of a NAT; nobody answers it on UDP
    }
  }

  #gone({ id }: Flow): void {
    this.#streams.delete(id);
    this.#readers.delete(id);
    this.#forget.get(id)?.();
    this.#forget.delete(id);
  }

  async #openStream(
    hop: Hop,
    transport: StreamEnd["transport"],
    forget: () => void,
  ): Promise<Flow> {
    const server = await this.#network.reach(this.host, () =>
      this.#network.listenerAt(hop.address),
    );
    const facts = {
      id: this.#network.nextId(transport),
      transport,
      client: { host: this.host.address, port: this.host.nextPort() },
      server: hop.address,
      listener: transport.toLowerCase(),
      carries: "sip" as const,
    };
    const on = { link: this.host.link, clock: this.#clock };
    const stream = new Stream(facts, on, { client: this, server });
    this.accepted(stream.client);
    this.#forget.set(stream.client.id, forget);
    server.accepted(stream.server);
    return stream.client;
  }

  #datagramTo(remote: Address, port: number): DatagramFlow {
    const id = this.#datagramId(remote, port);
    const known = this.#datagrams.get(id);
    if (known !== undefined) return known;
    const local = { host: this.host.address, port };
    const listener = this.#options.listening ? { listener: "udp" } : {};
    const flow = { id, transport: "UDP", local, remote, ...listener } as const;
    this.#datagrams.set(id, flow);
    return flow;
  }

  #datagramId({ host, port }: Address, own: number): string {
    return `${this.host.name} UDP ${own} ${host}:${port}`;
  }

  #ownPort(): number {
    return this.#options.listening ? defaultPort("UDP") : this.host.nextPort();
  }

  #later(run: () => void): void {
    this.#clock.schedule(0, () => this.#options.life.over || run());
  }
}

function readerOf(end: StreamEnd): (octets: Uint8Array) => readonly Framed[] {
  if (end.transport === "WS" || end.transport === "WSS") return (octets) => [readFrame(octets)];
  const framer = new SipFramer({ opened: end.listener === undefined });
  return (octets) => framer.push(octets);
}
