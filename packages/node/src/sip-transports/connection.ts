/** One connection, incoming or outgoing: a flow with a lifetime. RFC 3261 §18, RFC 5626 §3.5.1 */
import type {
  Address,
  Flow,
  FlowEvents,
  FlowFault,
  Framed,
  SipMessage,
  TransportName,
} from "@parlance/sip";
import type { Link } from "@parlance/wire";
import type { Channel } from "../sockets/channel.ts";
import type { Watch, Watched } from "../sockets/watch.ts";
import type { WriteTurn } from "../sockets/write-turn.ts";
import { type Life, newLife, overdue } from "./life.ts";
import type { TransportLimits } from "./transport-limits.ts";

/** What all connections of the process share. */
export interface ConnectionHost {
  readonly events: FlowEvents;
  readonly limits: TransportLimits;
  readonly turn: WriteTurn;
  readonly watch: Watch;
  /** It has ended; whoever indexes connections forgets it. */
  forget(connection: Connection): void;
}

export interface ConnectionFacts {
  readonly id: string;
  readonly transport: Exclude<TransportName, "UDP">;
  readonly local: Address;
  readonly remote: Address;
  readonly peerNames: readonly string[] | undefined;
  readonly listener: string | undefined;
  readonly incoming: boolean;
  readonly trusted: boolean;
}

/** More than this is written without waiting for the end of the turn: memory has a limit too. */
const GATHERED_BYTES = 262_144;
const GATHERED_MESSAGES = 256;
const PONG = Uint8Array.of(13, 10); // RFC 5626 §4.4.1

export class Connection implements Flow {
  readonly id: string;
  readonly transport: Exclude<TransportName, "UDP">;
  readonly local: Address;
  readonly remote: Address;
  readonly peerNames?: readonly string[];
  readonly listener?: string;

  readonly #channel: Channel;
  readonly #host: ConnectionHost;
  readonly #life: Life;
  readonly #queue: { readonly bytes: number; readonly messages: number };
  readonly #trusted: boolean;
  readonly #watched: Link<Watched>;
  #state: "open" | "ending" | "closed" = "open";
  #reason: string | undefined;
  #gathered: Uint8Array[] = [];
  #gatheredBytes = 0;
  /** Messages written since the kernel last had them all. */
  #backlog = 0;
  #writtenBytes = 0;
  /** Of these, what the kernel had at the last look. */
  #takenBytes = 0;

  constructor(facts: ConnectionFacts, channel: Channel, host: ConnectionHost) {
    this.id = facts.id;
    this.transport = facts.transport;
    this.local = facts.local;
    this.remote = facts.remote;
    if (facts.peerNames !== undefined) this.peerNames = facts.peerNames;
    if (facts.listener !== undefined) this.listener = facts.listener;
    this.#channel = channel;
    this.#host = host;
    const { limits } = host;
    this.#queue = facts.trusted
      ? { bytes: limits.trustedQueueBytes, messages: limits.trustedQueueMessages }
      : { bytes: limits.queueBytes, messages: limits.queueMessages };
    this.#trusted = facts.trusted;
    this.#watched = host.watch.add(this);
    this.#life = newLife(facts.incoming, host.watch.now);
    if (facts.trusted) this.#life.boundUntil = Number.POSITIVE_INFINITY;
  }

  /** Why it has ended. */
  get reason(): string {
    return this.#reason ?? "closed";
  }

  get open(): boolean {
    return this.#state === "open";
  }

  /** It may be silent until then (epoch ms); that of a trusted peer always may. */
  bind(until: number): void {
    if (this.#trusted) return;
    const { now } = this.#host.watch;
    this.#life.boundUntil = now + Math.max(0, until - Date.now());
    this.#life.activeAt = now;
  }

  send(bytes: Uint8Array): void {
    if (this.#state !== "open") {
      // Told again: whoever sends now has not heard, or has a transaction that began later.
      this.#tellClosed();
      return;
    }
    if (!this.#life.incoming) this.#life.activeAt = this.#host.watch.now;
    this.#gathered.push(bytes);
    this.#gatheredBytes += bytes.length;
    if (this.#gathered.length === 1) this.#host.turn.add(this);
    if (this.#gatheredBytes >= GATHERED_BYTES || this.#gathered.length >= GATHERED_MESSAGES) {
      this.flush();
    }
  }

  /** Writes what this turn has gathered. */
  flush(): void {
    const messages = this.#gathered;
    if (messages.length === 0 || this.#state === "closed") return;
    this.#writtenBytes += this.#gatheredBytes;
    this.#gathered = [];
    this.#gatheredBytes = 0;
    if (this.#channel.queuedBytes === 0) this.drained();
    this.#channel.writeAll(messages);
    if (this.#channel.queuedBytes > 0) this.#judgeBacklog(messages.length);
  }

  /** The channel has brought everything that waited to the kernel. */
  drained(): void {
    this.#backlog = 0;
    if (this.#life.stalledAt === undefined) return;
    this.#life.stalledAt = undefined;
    if (this.#state === "open") this.#channel.resume();
  }

  /** What came in by one read, and what it left unfinished. */
  take(arrivals: readonly Framed[], lacks: Life["lacks"]): void {
    const life = this.#life;
    const { now } = this.#host.watch;
    life.readAt = now;
    if (arrivals.length > 0 || lacks !== life.lacks) life.lacksSince = now;
    life.lacks = lacks;
    let pinged = false;
    for (const arrival of arrivals) {
      if (this.#state !== "open") return;
      if (arrival.kind === "message") this.#takeMessage(arrival.message, now);
      else if (arrival.kind === "fault") this.#takeFault(arrival);
      else if (arrival.kind === "ping") pinged = true;
    }
    // One answer for however many came at once: a flood of them must not make us write as much.
    if (pinged && this.#state === "open") this.send(PONG);
  }

  /** Brings what was sent on its way, then ends. */
  end(reason: string): void {
    if (this.#state !== "open") return;
    this.flush();
    if (!this.open) return;
    this.#state = "ending";
    this.#reason ??= reason;
    this.#life.endedAt = this.#host.watch.now;
    this.#channel.end();
  }

  /** Ends at once. */
  drop(reason: string): void {
    if (this.#state === "closed") return;
    this.#reason ??= reason;
    this.#channel.destroy();
    this.closed(reason);
  }

  /** The channel is gone, for whatever reason. */
  closed(reason: string): void {
    if (this.#state === "closed") return;
    this.#state = "closed";
    this.#reason ??= reason;
    this.#gathered = [];
    this.#host.watch.remove(this.#watched);
    this.#host.forget(this);
    this.#tellClosed();
  }

  look(now: number): void {
    this.#noteProgress(now);
    const reason = overdue(this.#life, now, this.#host.limits);
    if (reason !== undefined) this.drop(reason);
  }

  #takeMessage(message: SipMessage, now: number): void {
    this.#life.heard = true;
    this.#life.activeAt = now;
    this.#host.events.message(message, this);
  }

  /** The stack answers if it can; after that the octets that follow mean nothing any more. */
  #takeFault(fault: FlowFault): void {
    this.#host.events.fault(fault, this);
    if (fault.close) this.end(`${fault.status} ${fault.reason}`);
  }

  /** A peer that does not read what we say is not read either, and in the end is let go. */
  #judgeBacklog(written: number): void {
    this.#backlog += written;
    const { queuedBytes } = this.#channel;
    if (queuedBytes > this.#queue.bytes || this.#backlog > this.#queue.messages) {
      this.drop("the peer does not read");
      return;
    }
    this.#life.stalledAt ??= this.#host.watch.now;
    // Two servers that each wait for the other to read would wait for ever.
    if (!this.#trusted && this.#channel.full) this.#channel.pause();
  }

  /** A slow reader is not one that has stopped. */
  #noteProgress(now: number): void {
    if (this.#life.stalledAt === undefined) return;
    const { queuedBytes } = this.#channel;
    const taken = this.#writtenBytes - queuedBytes;
    if (queuedBytes === 0) this.drained();
    else if (taken > this.#takenBytes) this.#life.stalledAt = now;
    this.#takenBytes = taken;
  }

  /** Later, so that nobody hears of it in the middle of a `send` of his own. */
  #tellClosed(): void {
    queueMicrotask(() => this.#host.events.closed(this, this.reason));
  }
}
