/** MSRP connections in memory under a virtual clock: with latency, narrow pipes, cuts, and everything that passed. */
import type {
  DialFailure,
  DialTarget,
  Fingerprint,
  MsrpConnection,
  MsrpConnectionEvents,
  MsrpDialer,
  MsrpTransport,
  PeerProof,
} from "@parlance/msrp";
import { type Cancel, type Clock, concatBytes } from "@parlance/wire";

export interface NetworkOptions {
  readonly latencyMs?: number;
  /** Octets that pass in a millisecond; unbounded by default. */
  readonly bytesPerMs?: number;
  /** How what a stream carries is cut for its reader. */
  readonly cut?: (bytes: Uint8Array) => readonly Uint8Array[];
}

/** What the far end takes while it does not read. */
const WINDOW_BYTES = 65_536;
const PACKET_BYTES = 4096;

/** Whoever listens at `host:port`, or at a URL. */
export type Listener = (connection: MsrpConnection) => void;

export class MsrpNetwork {
  readonly clock: Clock;
  readonly options: NetworkOptions;
  readonly #listeners = new Map<string, Listener>();
  readonly pipes: Pipe[] = [];
  /** What a dialled connection shows of its far end, and the other way round. */
  fingerprints: readonly Fingerprint[] = [];
  /** Set while nobody can be reached. */
  failure: DialFailure | undefined;
  dials = 0;

  constructor(clock: Clock, options: NetworkOptions = {}) {
    this.clock = clock;
    this.options = options;
  }

  listen(address: string, listener: Listener): void {
    this.#listeners.set(address, listener);
  }

  get dialer(): MsrpDialer {
    return { dial: (target, done) => this.#dial(target, done) };
  }

  /** Breaks every connection, in both directions at once. */
  cutAll(): void {
    for (const pipe of this.pipes) pipe.cut("cut");
  }

  #dial(target: DialTarget, done: Parameters<MsrpDialer["dial"]>[1]): Cancel {
    this.dials += 1;
    return this.clock.schedule(this.options.latencyMs ?? 0, () => {
      const address = "url" in target ? target.url : `${target.host}:${target.port}`;
      const listener = this.#listeners.get(address);
      if (this.failure !== undefined || listener === undefined) {
        const failure = this.failure ?? { why: "no answer", detail: `nobody at ${address}` };
        return done({ ok: false, failure });
      }
      const pipe = new Pipe(this, target.transport, this.fingerprints);
      this.pipes.push(pipe);
      listener(pipe.ends[1]);
      done({ ok: true, connection: pipe.ends[0] });
    });
  }
}

/** One connection: two ends that hear what the other has written. */
export class Pipe {
  readonly ends: readonly [PipeEnd, PipeEnd];
  /** What was written from either end, frame after frame as it was written. */
  readonly written: string[] = [];
  open = true;

  constructor(
    network: MsrpNetwork,
    transport: MsrpTransport,
    fingerprints: readonly Fingerprint[],
  ) {
    const proof = { names: [], fingerprints };
    const id = network.pipes.length + 1;
    this.ends = [
      new PipeEnd(this, network, {
        id: `dialled-${id}`,
        transport,
        peer: proof,
        listener: undefined,
      }),
      new PipeEnd(this, network, { id: `taken-${id}`, transport, peer: proof, listener: "test" }),
    ];
  }

  cut(reason: string): void {
    if (!this.open) return;
    this.open = false;
    for (const end of this.ends) end.ended(reason);
  }

  other(end: PipeEnd): PipeEnd {
    return this.ends[0] === end ? this.ends[1] : this.ends[0];
  }
}

export class PipeEnd implements MsrpConnection {
  readonly id: string;
  readonly transport: MsrpTransport;
  readonly local = { host: "192.0.2.1", port: 2855 };
  readonly remote = { host: "192.0.2.2", port: 40_000 };
  readonly peer: PeerProof;
  readonly listener: string | undefined;
  readonly #pipe: Pipe;
  readonly #network: MsrpNetwork;
  #events: MsrpConnectionEvents | undefined;
  /** Written, and not at the other end yet. */
  readonly #leaving: Uint8Array[] = [];
  #backlog = 0;
  #moving = false;
  /** At this end, and not read. */
  readonly #unread: Uint8Array[] = [];
  #unreadBytes = 0;
  #paused = true;
  #closing = false;

  constructor(
    pipe: Pipe,
    network: MsrpNetwork,
    of: Pick<MsrpConnection, "id" | "transport" | "peer" | "listener">,
  ) {
    this.#pipe = pipe;
    this.#network = network;
    this.id = of.id;
    this.transport = of.transport;
    this.peer = of.peer;
    this.listener = of.listener;
  }

  get backlogBytes(): number {
    return this.#backlog;
  }

  attach(events: MsrpConnectionEvents): void {
    this.#events = events;
    this.resume();
  }

  write(bytes: Uint8Array): void {
    if (!this.#pipe.open || this.#closing) return;
    this.#pipe.written.push(Buffer.from(bytes).toString("latin1"));
    this.#leaving.push(bytes);
    this.#backlog += bytes.length;
    this.#move();
  }

  pause(): void {
    this.#paused = true;
  }

  resume(): void {
    this.#paused = false;
    this.#network.clock.schedule(0, () => this.#read());
  }

  close(): void {
    this.#closing = true;
    if (this.#leaving.length === 0) this.#network.clock.schedule(0, () => this.#pipe.cut("closed"));
  }

  ended(reason: string): void {
    this.#leaving.length = 0;
    this.#events?.closed(reason);
  }

  /** What waits leaves in one piece a time, as a socket would write it, as far as the other end takes it. */
  #move(): void {
    if (this.#moving || this.#leaving.length === 0) return;
    if (this.#pipe.other(this).#unreadBytes > WINDOW_BYTES) return;
    this.#moving = true;
    const { latencyMs = 0, bytesPerMs = Number.POSITIVE_INFINITY } = this.#network.options;
    this.#network.clock.schedule(latencyMs, () => {
      const bytes = this.#nextToLeave();
      this.#network.clock.schedule(Math.ceil(bytes.length / bytesPerMs), () =>
        this.#arrived(bytes),
      );
    });
  }

  /** One message of a WebSocket; of a stream as much as goes into a few packets. */
  #nextToLeave(): Uint8Array {
    const first = this.#leaving.shift() ?? new Uint8Array(0);
    if (this.transport !== "tcp" && this.transport !== "tls") return first;
    const pieces = [first];
    for (let bytes = first.length; bytes < PACKET_BYTES; ) {
      const next = this.#leaving.shift();
      if (next === undefined) break;
      pieces.push(next);
      bytes += next.length;
    }
    return concatBytes(...pieces);
  }

  #arrived(bytes: Uint8Array): void {
    this.#moving = false;
    if (!this.#pipe.open) return;
    this.#backlog -= bytes.length;
    this.#pipe.other(this).#arrive(bytes);
    if (this.#leaving.length > 0) this.#move();
    else if (this.#closing) this.#pipe.cut("closed");
    else this.#events?.drained();
  }

  #arrive(bytes: Uint8Array): void {
    const framed = this.transport === "ws" || this.transport === "wss";
    this.#unread.push(...(framed ? [bytes] : (this.#network.options.cut?.(bytes) ?? [bytes])));
    this.#unreadBytes += bytes.length;
    this.#read();
  }

  #read(): void {
    while (!this.#paused && this.#pipe.open) {
      const next = this.#unread.shift();
      if (next === undefined) return;
      this.#unreadBytes -= next.length;
      this.#events?.received(next);
      this.#pipe.other(this).#move();
    }
  }
}
