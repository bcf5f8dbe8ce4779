/** The MSRP connections of one running program on one host. They die with it. RFC 4975 §5.4, RFC 7977 */
import type {
  DialOutcome,
  DialTarget,
  MsrpAddress,
  MsrpConnection,
  MsrpConnectionEvents,
  MsrpDialer,
  MsrpTransport,
  PeerProof,
} from "@parlance/msrp";
import type { Flow, TransportName } from "@parlance/sip";
import type { Cancel, Clock } from "@parlance/wire";
import type { Life } from "../machine/life.ts";
import type { Host } from "./host.ts";
import type { Note } from "./sockets.ts";
import { Stream, type StreamEnd, type StreamOwner } from "./stream.ts";

export interface MsrpSocketsOptions {
  readonly host: Host;
  readonly life: Life;
}

/** The network, as these sockets see it. */
export interface MsrpMedium {
  readonly clock: Clock;
  nextId(transport: string): string;
  note(note: Note): void;
  passes(flow: Flow, bytes: Uint8Array): void;
  msrpListenerAt(address: string): MsrpSockets | undefined;
  reach<T>(from: Host, find: () => T | undefined): Promise<T>;
}

export class MsrpSockets implements MsrpDialer, StreamOwner {
  readonly #network: MsrpMedium;
  readonly #options: MsrpSocketsOptions;
  readonly #connections = new Map<string, MemoryConnection>();
  #taken: ((connection: MsrpConnection) => void) | undefined;

  constructor(network: MsrpMedium, options: MsrpSocketsOptions) {
    this.#network = network;
    this.#options = options;
  }

  get host(): Host {
    return this.#options.host;
  }

  /** From now on others may connect. */
  listen(taken: (connection: MsrpConnection) => void): void {
    this.#taken = taken;
  }

  get listening(): boolean {
    return this.#taken !== undefined && !this.#options.life.over;
  }

  dial(target: DialTarget, done: (outcome: DialOutcome) => void): Cancel {
    let given = false;
    const tell = (outcome: DialOutcome): void => {
      if (given || this.#options.life.over) {
        if (outcome.ok) outcome.connection.close();
      } else done(outcome);
    };
    this.#open(target).then(
      (connection) => tell({ ok: true, connection }),
      (error: unknown) => tell({ ok: false, failure: { why: "no answer", detail: String(error) } }),
    );
    return () => {
      given = true;
    };
  }

  /** The program has ended: the system closes what it left open. */
  end(): void {
    for (const connection of this.#connections.values()) connection.end.close();
    this.#connections.clear();
  }

  accepted(end: StreamEnd): void {
    this.#taken?.(this.#connection(end));
  }

  arrived(octets: Uint8Array, end: StreamEnd): void {
    if (!this.#options.life.over) this.#connections.get(end.id)?.events?.received(octets);
  }

  drained(end: StreamEnd): void {
    if (!this.#options.life.over) this.#connections.get(end.id)?.events?.drained();
  }

  broken(end: StreamEnd, reason: string): void {
    const connection = this.#connections.get(end.id);
    this.#connections.delete(end.id);
    if (!this.#options.life.over) connection?.closed(reason);
  }

  async #open(target: DialTarget): Promise<MsrpConnection> {
    const { transport } = target;
    const place = "url" in target ? placeOf(target.url) : target;
    const server = await this.#network.reach(this.host, () =>
      this.#network.msrpListenerAt(place.host),
    );
    const facts = {
      id: this.#network.nextId(`msrp ${transport}`),
      transport: STREAMS[transport],
      client: { host: this.host.address, port: this.host.nextPort() },
      server: { host: place.host, port: place.port },
      listener: `msrp ${transport}`,
      carries: "msrp" as const,
    };
    const on = { link: this.host.link, clock: this.#network.clock };
    const stream = new Stream(facts, on, { client: this, server });
    const connection = this.#connection(stream.client);
    server.accepted(stream.server);
    return connection;
  }

  #connection(end: StreamEnd): MemoryConnection {
    end.pause(); // until somebody takes it
    const made = new MemoryConnection(end, (bytes, hopeful) => {
      this.#network.passes(end, bytes);
      if (!startsFrame(bytes)) return; // the rest of one that was written in pieces
      const fate = hopeful ? undefined : "lost";
      this.#network.note({ from: this.host, flow: end, bytes: bytes.slice(0, NOTED_BYTES), fate });
    });
    this.#connections.set(end.id, made);
    return made;
  }
}

type StreamName = Exclude<TransportName, "UDP">;

const STREAMS: Readonly<Record<MsrpTransport, StreamName>> = {
  tcp: "TCP",
  tls: "TLS",
  ws: "WS",
  wss: "WSS",
};
const NAMES: Readonly<Record<StreamName, MsrpTransport>> = {
  TCP: "tcp",
  TLS: "tls",
  WS: "ws",
  WSS: "wss",
};
const NO_PROOF: PeerProof = { names: [], fingerprints: [] };
/** What a ladder shows of a frame stands at its beginning. */
const NOTED_BYTES = 1_024;

class MemoryConnection implements MsrpConnection {
  readonly id: string;
  readonly transport: MsrpTransport;
  readonly local: MsrpAddress;
  readonly remote: MsrpAddress;
  readonly peer = NO_PROOF;
  readonly listener: string | undefined;
  readonly end: StreamEnd;
  events: MsrpConnectionEvents | undefined;
  readonly #noted: (bytes: Uint8Array, hopeful: boolean) => void;

  constructor(end: StreamEnd, noted: (bytes: Uint8Array, hopeful: boolean) => void) {
    this.end = end;
    this.id = end.id;
    this.transport = NAMES[end.transport];
    this.local = end.local;
    this.remote = end.remote;
    this.listener = end.listener;
    this.#noted = noted;
  }

  get backlogBytes(): number {
    return this.end.backlogBytes;
  }

  attach(events: MsrpConnectionEvents): void {
    this.events = events;
    this.end.resume();
  }

  write(bytes: Uint8Array): void {
    if (this.end.open) this.#noted(bytes, this.end.send(bytes));
  }

  pause(): void {
    this.end.pause();
  }

  resume(): void {
    this.end.resume();
  }

  /** The other side gets what was written, and then the end. */
  close(): void {
    if (!this.end.open) return;
    this.end.close();
    this.end.tellBroken("closed here");
  }

  closed(reason: string): void {
    this.events?.closed(reason);
  }
}

function placeOf(url: string): MsrpAddress {
  const [, host = "", port] = /^wss?:\/\/\[?([^\]/:]+)\]?(?::(\d+))?/.exec(url) ?? [];
  return { host, port: Number(port ?? (url.startsWith("wss:") ? 443 : 80)) };
}

function startsFrame(bytes: Uint8Array): boolean {
  return bytes[0] === 77 && bytes[1] === 83 && bytes[2] === 82 && bytes[3] === 80; // MSRP
}
