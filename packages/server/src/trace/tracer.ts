/** Who is traced, until when; and the way of everything that is seen into the ring. */
import type { FrameWatch, MsrpConnection, MsrpFrame } from "@parlance/msrp";
import {
  addressKey,
  type Flow,
  formatMessage,
  type SipMessage,
  type SipRequest,
  type TimerName,
} from "@parlance/sip";
import type { Cancel, Clock } from "@parlance/wire";
import type { Decision } from "../ports/index.ts";
import type { WebAnswer, WebRequest } from "../web/index.ts";
import { formatAnswerHead, formatRequestHead } from "./http-heads.ts";
import { Interest } from "./interest.ts";
import { formatNote, type TraceNote } from "./note.ts";
import { outlineOf } from "./outline.ts";
import { exchangeOf } from "./outline-sip.ts";
import {
  type TraceFacts,
  type TraceFlow,
  type TraceLimits,
  type TraceRecord,
  TraceRing,
} from "./ring.ts";

export interface Watched {
  /** Address key. */
  readonly user: string;
  /** Epoch ms. */
  readonly until: number;
}

export interface TracerOptions extends TraceLimits {
  /** Everybody, all the time: for a service whose users are its operator's own. */
  readonly everybody: boolean;
  /** How many may be traced at one time. */
  readonly users: number;
}

export interface TracerPorts {
  readonly clock: Clock;
  /** Somebody is traced now, or nobody any more: whoever shows us something begins, or ends. */
  readonly turned: (on: boolean) => void;
}

const NOWHERE = { host: "0.0.0.0", port: 0 };
const HERE: TraceFlow = { id: "here", transport: "", local: NOWHERE, remote: NOWHERE };

export class Tracer {
  readonly ring: TraceRing;
  /** When its ring began, epoch ms: after a restart sequences mean other records. */
  readonly began: number;
  /** For the switch. */
  readonly frames: FrameWatch = new Frames(this);
  /** Sees each record that is kept, as it is made. */
  tap: ((record: TraceRecord) => void) | undefined;
  readonly #options: TracerOptions;
  readonly #ports: TracerPorts;
  readonly #interest = new Interest();
  readonly #watched = new Map<string, { readonly until: number; readonly end: Cancel }>();
  #on = false;
  #webExchanges = 0;

  constructor(options: TracerOptions, ports: TracerPorts) {
    this.#options = options;
    this.#ports = ports;
    this.ring = new TraceRing(options);
    this.began = ports.clock.now();
  }

  /** Once, when those who are told of it are there. */
  start(): void {
    this.#turn();
  }

  stop(): void {
    for (const { end } of this.#watched.values()) end();
    this.#watched.clear();
  }

  get on(): boolean {
    return this.#on;
  }

  get everybody(): boolean {
    return this.#options.everybody && this.#options.bytes > 0;
  }

  get watched(): readonly Watched[] {
    return Array.from(this.#watched, ([user, { until }]) => ({ user, until }));
  }

  /** From now on, for so long. Why not: the trace is off, or as many as may be are traced. */
  watch(user: string, forMs: number): "watched" | "off" | "too many" {
    if (this.#options.bytes === 0) return "off";
    if (!this.#watched.has(user) && this.#watched.size >= this.#options.users) return "too many";
    this.#watched.get(user)?.end();
    const { clock } = this.#ports;
    const end = clock.schedule(forMs, () => this.unwatch(user));
    this.#watched.set(user, { until: clock.now() + forMs, end });
    this.#interest.add(user);
    this.#turn();
    return "watched";
  }

  /** What was recorded stays until it is overwritten. False: he was not traced. */
  unwatch(user: string): boolean {
    const watched = this.#watched.get(user);
    if (watched === undefined) return false;
    watched.end();
    this.#watched.delete(user);
    this.#interest.remove(user);
    this.#turn();
    return true;
  }

  /** The hook of the endpoint. */
  sip(direction: "in" | "out", message: SipMessage | Uint8Array, flow: Flow): void {
    const bytes = message instanceof Uint8Array ? message : formatMessage(message);
    this.#keep({ protocol: "sip", direction, flow, at: this.#now() }, bytes);
  }

  /** The other hook of the endpoint. RFC 3261, table 4 */
  timer(name: TimerName, request: SipRequest, branch: string, flow: Flow): void {
    const [clause, what] = TIMERS[name];
    this.#keepNote("timer", flow, {
      by: `timer ${name}`,
      said: `${request.method} ${what}`,
      clause,
      callId: request.text("Call-ID"),
      about: `${branch} ${request.method}`,
      users: [addressKey(request.from.uri), addressKey(request.to.uri)],
    });
  }

  decided({ by, said, clause, request, flow, users = [] }: Decision): void {
    this.#keepNote("decision", flow ?? HERE, {
      by,
      said,
      clause,
      callId: request.text("Call-ID"),
      about: exchangeOf(request, request.method),
      users: [addressKey(request.from.uri), addressKey(request.to.uri), ...users],
    });
  }

  /** Of a request over HTTP: the answer is to be told by what comes back. Octets of bodies are not kept. */
  web(request: WebRequest, user: string | undefined): (answer: WebAnswer) => void {
    this.#webExchanges += 1;
    const exchange = `http ${this.#webExchanges}`;
    const { host, secure } = request.source;
    const flow = {
      id: `http ${host}`,
      transport: secure ? "HTTPS" : "HTTP",
      local: NOWHERE,
      remote: { host, port: 0 },
    };
    const facts = { protocol: "http", flow, exchange, user } as const;
    this.#keep({ ...facts, direction: "in", at: this.#now() }, formatRequestHead(request));
    return (answer) =>
      this.#keep({ ...facts, direction: "out", at: this.#now() }, formatAnswerHead(answer));
  }

  msrp(direction: "in" | "out", frame: MsrpFrame, connection: MsrpConnection): void {
    const { id, transport, local, remote } = connection;
    const flow = { id, transport: transport.toUpperCase(), local, remote };
    this.#keep({ protocol: "msrp", direction, flow, at: this.#now() }, frame.bytes);
  }

  #keepNote(protocol: "timer" | "decision", flow: TraceFlow, note: TraceNote): void {
    this.#keep({ protocol, direction: "here", flow, at: this.#now() }, formatNote(note));
  }

  #keep(facts: TraceFacts, bytes: Uint8Array): void {
    if (!this.#on) return;
    if (!this.#options.everybody && !this.#isWanted(facts, bytes)) return;
    this.ring.record(facts, bytes);
    this.tap?.({ ...facts, bytes, sequence: this.ring.span.next - 1 });
  }

  #isWanted(facts: TraceFacts, bytes: Uint8Array): boolean {
    return this.#interest.takes(outlineOf({ ...facts, bytes, sequence: 0 }));
  }

  #now(): number {
    const { clock } = this.#ports;
    return clock.fine?.() ?? clock.now();
  }

  #turn(): void {
    const on = this.everybody || this.#watched.size > 0;
    if (on === this.#on) return;
    this.#on = on;
    this.#ports.turned(on);
  }
}

class Frames implements FrameWatch {
  readonly #tracer: Tracer;

  constructor(tracer: Tracer) {
    this.#tracer = tracer;
  }

  get on(): boolean {
    return this.#tracer.on;
  }

  frame(...[direction, frame, connection]: Parameters<FrameWatch["frame"]>): void {
    this.#tracer.msrp(direction, frame, connection);
  }
}

/** RFC 3261, table 4 */
const TIMERS: { readonly [name in TimerName]: readonly [clause: string, what: string] } = {
  A: ["RFC 3261 §17.1.1.2", "goes out again"],
  B: ["RFC 3261 §17.1.1.2", "is given up: no answer"],
  E: ["RFC 3261 §17.1.2.2", "goes out again"],
  F: ["RFC 3261 §17.1.2.2", "is given up: no answer"],
  H: ["RFC 3261 §17.2.1", "was answered and no ACK came"],
};
