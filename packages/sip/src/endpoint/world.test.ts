/** A small world for the tests of the endpoint: a clock that is moved by hand, hosts, and links that lose. */
import { type Cancel, type Clock, octetBytes, type Random } from "@parlance/wire";
import { type Address, type Hop, HopFinder, type TransportName } from "../locate/index.ts";
import { parseMessage, type SipMessage, SipRequest, type SipResponse } from "../message/index.ts";
import {
  Endpoint,
  type EndpointEvent,
  type EndpointOptions,
  type Flow,
  type RequestObserver,
  type ServerTransaction,
  type TransactionUser,
  type Transports,
} from "./index.ts";

export class HandClock implements Clock {
  #now = 1_000_000;
  #order = 0;
  readonly #due: { at: number; order: number; run: () => void }[] = [];

  /** Alarms that are set. */
  get pending(): number {
    return this.#due.length;
  }

  now(): number {
    return this.#now;
  }

  schedule(delayMs: number, run: () => void): Cancel {
    const entry = { at: this.#now + delayMs, order: this.#order, run };
    this.#order += 1;
    this.#due.push(entry);
    return () => {
      const at = this.#due.indexOf(entry);
      if (at !== -1) this.#due.splice(at, 1);
    };
  }

  /** Runs all that is due on the way, each at its time. */
  pass(ms: number): void {
    const end = this.#now + ms;
    for (;;) {
      const next = this.#next();
      if (next === undefined || next.at > end) break;
      this.#due.splice(this.#due.indexOf(next), 1);
      this.#now = Math.max(this.#now, next.at);
      next.run();
    }
    this.#now = end;
  }

  #next() {
    return this.#due.toSorted((a, b) => a.at - b.at || a.order - b.order)[0];
  }
}

/** Mulberry32: the same seed, the same world. */
export class SeededRandom implements Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed;
  }

  /** From 0 up to 1. */
  fraction(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  bytes(count: number): Uint8Array {
    return Uint8Array.from({ length: count }, () => Math.floor(this.fraction() * 256));
  }

  token(bits: number): string {
    const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    return Array.from(this.bytes(Math.ceil(bits / 6)), (byte) => letters.charAt(byte % 64)).join(
      "",
    );
  }
}

/** What a link does to the datagrams on it. */
export interface Weather {
  loss: number;
  duplicates: number;
  delayMs: () => number;
}

export class World {
  readonly clock = new HandClock();
  readonly random: SeededRandom;
  readonly weather: Weather = { loss: 0, duplicates: 0, delayMs: () => 10 };
  readonly hosts = new Map<string, Host>();
  flows = 0;

  constructor(seed = 1) {
    this.random = new SeededRandom(seed);
  }

  host(address: string, options: EndpointOptions = {}): Host {
    const host = new Host(this, address, options);
    this.hosts.set(address, host);
    return host;
  }

  carry(transport: TransportName, run: () => void): void {
    const { loss, duplicates, delayMs } = this.weather;
    const fate = transport === "UDP" ? this.random.fraction() : 1;
    if (fate < loss) return;
    const copies = fate < loss + duplicates ? 2 : 1;
    for (let copy = 0; copy < copies; copy += 1) {
      this.clock.schedule(transport === "UDP" ? delayMs() : 10, run);
    }
  }
}

/** One machine with its sockets, its endpoint, and a memory of all that happened to it. */
export class Host implements Transports, TransactionUser {
  readonly endpoint: Endpoint;
  readonly served: ServerTransaction[] = [];
  readonly acks: SipRequest[] = [];
  readonly strays: SipResponse[] = [];
  readonly sent: {
    readonly message: SipMessage;
    readonly flow: Flow;
    readonly bytes: Uint8Array;
  }[] = [];
  readonly events: EndpointEvent[] = [];
  /** What this host does with a request. */
  serve: (transaction: ServerTransaction, flow: Flow) => void | Promise<void> = () => {};
  /** Transports that nobody listens on here. */
  readonly deaf = new Set<TransportName>();
  readonly address: string;
  readonly #world: World;
  readonly #flows = new Map<string, Flow>();
  readonly #peers = new Map<string, { readonly host: Host; readonly flow: Flow }>();

  constructor(world: World, address: string, options: EndpointOptions) {
    this.#world = world;
    this.address = address;
    const { clock, random } = world;
    const log = (event: EndpointEvent) => this.events.push(event);
    const finder = new HopFinder({ clock, random });
    this.endpoint = new Endpoint({ transports: this, clock, random, finder, log }, this, options);
  }

  request(_request: SipRequest, transaction: ServerTransaction, flow: Flow): void | Promise<void> {
    this.served.push(transaction);
    return this.serve(transaction, flow);
  }

  ack(request: SipRequest): void {
    this.acks.push(request);
  }

  strayResponse(response: SipResponse): void {
    this.strays.push(response);
  }

  send(flow: Flow, bytes: Uint8Array): void {
    this.sent.push({ message: read(bytes), flow, bytes });
    if (flow.transport === "UDP") return this.#sendDatagram(flow, bytes);
    const peer = this.#peers.get(flow.id);
    if (peer === undefined) return this.endpoint.closed(flow);
    this.#world.carry(flow.transport, () => peer.host.endpoint.message(read(bytes), peer.flow));
  }

  open({ transport, address }: Hop): Flow | Promise<Flow> {
    if (transport === "UDP") return this.datagramsTo(address);
    const known = [...this.#flows.values()].find(
      (flow) =>
        flow.transport === transport &&
        flow.remote.host === address.host &&
        flow.remote.port === address.port,
    );
    if (known !== undefined) return known;
    const host = this.#world.hosts.get(address.host);
    if (host === undefined || host.deaf.has(transport)) return Promise.reject(new Error("refused"));
    return this.connect(host, transport, address.port);
  }

  close(flow: Flow): void {
    this.cut(flow);
  }

  /** Both ends hear of it; the other one after what is still on the way to it. */
  cut(flow: Flow): void {
    const peer = this.#peers.get(flow.id);
    this.#forget(flow, 0);
    if (peer !== undefined) peer.host.#forget(peer.flow, 10);
  }

  datagramsTo(remote: Address, port = 5060): Flow {
    const id = `udp ${this.address}:${port} ${remote.host}:${remote.port}`;
    const known = this.#flows.get(id);
    if (known !== undefined) return known;
    const flow: Flow = { id, transport: "UDP", local: { host: this.address, port }, remote };
    this.#flows.set(id, flow);
    return flow;
  }

  connect(host: Host, transport: TransportName = "TCP", port = 5060): Flow {
    this.#world.flows += 1;
    const id = String(this.#world.flows);
    const near = { host: this.address, port: 40_000 + this.#world.flows };
    const far = { host: host.address, port };
    const here: Flow = { id: `${id} a`, transport, local: near, remote: far };
    const there: Flow = { id: `${id} b`, transport, local: far, remote: near };
    this.#flows.set(here.id, here);
    host.#flows.set(there.id, there);
    this.#peers.set(here.id, { host, flow: there });
    host.#peers.set(there.id, { host: this, flow: here });
    return here;
  }

  #sendDatagram({ local, remote }: Flow, bytes: Uint8Array): void {
    this.#world.carry("UDP", () => {
      const host = this.#world.hosts.get(remote.host);
      if (host === undefined || host.deaf.has("UDP")) return;
      host.endpoint.message(read(bytes), host.datagramsTo(local, remote.port));
    });
  }

  #forget(flow: Flow, delayMs: number): void {
    this.#flows.delete(flow.id);
    this.#peers.delete(flow.id);
    this.#world.clock.schedule(delayMs, () => this.endpoint.closed(flow));
  }
}

/** Writes down what an observer hears. */
export class Ear implements RequestObserver {
  readonly heard: string[] = [];
  readonly responses: SipResponse[] = [];

  response(response: SipResponse): void {
    this.heard.push(String(response.status));
    this.responses.push(response);
  }

  timeout(): void {
    this.heard.push("timeout");
  }

  failed(reason: string): void {
    this.heard.push(reason);
  }

  get ends(): number {
    return this.heard.filter((word) => !word.startsWith("1")).length;
  }
}

export function read(bytes: Uint8Array): SipMessage {
  const parsed = parseMessage(bytes);
  if (!parsed.ok) throw parsed.error;
  return parsed.value;
}

/** A request as a UAC makes it, without Via; `more` are header lines. */
export function newRequest(method: string, body = "", ...more: readonly string[]): SipRequest {
  return readRequest(method, body, ["Via: SIP/2.0/UDP unused", ...more])
    .edit()
    .remove("Via")
    .done();
}

/** A request as it comes from elsewhere, its Via and all. */
export function readRequest(method: string, body: string, lines: readonly string[]): SipRequest {
  const text = [
    `${method} sip:bob@parlance.test SIP/2.0`,
    "Max-Forwards: 70",
    "From: <sip:alice@parlance.test>;tag=a1",
    "To: <sip:bob@parlance.test>",
    "Call-ID: c1@parlance.test",
    `CSeq: 1 ${method}`,
    ...lines,
    `Content-Length: ${body.length}`,
    "",
    body,
  ].join("\r\n");
  const message = read(octetBytes(text));
  if (!(message instanceof SipRequest)) throw new TypeError("not a request");
  return message;
}

/** Lets promises come to their end. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 100; turn += 1) await Promise.resolve();
}
