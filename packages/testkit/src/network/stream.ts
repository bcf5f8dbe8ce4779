/** A connection in memory: octets arrive in order, late, in pieces or together, until it breaks. */
import type { Address, Flow, TransportName } from "@parlance/sip";
import { type Clock, concatBytes } from "@parlance/wire";
import type { Link } from "./link.ts";

/** The program at one end. */
export interface StreamOwner {
  /** What came at once: octets of a stream, or one message of a WebSocket. */
  arrived(octets: Uint8Array, end: StreamEnd): void;
  broken(end: StreamEnd, reason: string): void;
  /** Everything that waited here has left. */
  drained?(end: StreamEnd): void;
}

export interface StreamFacts {
  readonly id: string;
  readonly transport: Exclude<TransportName, "UDP">;
  readonly client: Address;
  readonly server: Address;
  readonly listener: string;
  readonly carries: "sip" | "msrp";
}

/** What a network and the other side's system take of a program that does not read. */
const WINDOW_BYTES = 65_536;

export class Stream {
  readonly link: Link;
  readonly clock: Clock;
  readonly client: StreamEnd;
  readonly server: StreamEnd;
  readonly carries: "sip" | "msrp";
  /** The way has forgotten it: whoever sends next learns so, the other one does not. */
  stale = false;

  constructor(
    facts: StreamFacts,
    on: { readonly link: Link; readonly clock: Clock },
    owners: { readonly client: StreamOwner; readonly server: StreamOwner },
  ) {
    const { client, server, id, transport, listener } = facts;
    this.link = on.link;
    this.clock = on.clock;
    this.carries = facts.carries;
    const near = { id: `${id} out`, transport, local: client, remote: server };
    const far = { id: `${id} in`, transport, local: server, remote: client, listener };
    this.client = new StreamEnd(near, this, owners.client);
    this.server = new StreamEnd(far, this, owners.server);
    this.link.add(this);
  }

  /** What was held up on the way may go on. */
  look(): void {
    this.client.look();
    this.server.look();
  }

  other(end: StreamEnd): StreamEnd {
    return end === this.client ? this.server : this.client;
  }

  /** The client hears at once, the server when word has come through. */
  break(reason: string): void {
    this.client.break(reason, 0);
    this.server.break(reason, this.link.streamDelay());
  }
}

export class StreamEnd implements Flow {
  readonly id: string;
  readonly transport: Exclude<TransportName, "UDP">;
  readonly local: Address;
  readonly remote: Address;
  readonly listener?: string;
  readonly #stream: Stream;
  readonly #owner: StreamOwner;
  readonly #coming: { readonly at: number; readonly bytes: Uint8Array | "end" }[] = [];
  #comingBytes = 0;
  #latest = 0;
  #open = true;
  #paused = false;

  constructor(facts: Omit<Flow, "peerNames">, stream: Stream, owner: StreamOwner) {
    this.id = facts.id;
    this.transport = facts.transport === "UDP" ? "TCP" : facts.transport;
    this.local = facts.local;
    this.remote = facts.remote;
    if (facts.listener !== undefined) this.listener = facts.listener;
    this.#stream = stream;
    this.#owner = owner;
  }

  get open(): boolean {
    return this.#open;
  }

  /** What of ours does not fit on the way: it waits here. */
  get backlogBytes(): number {
    return Math.max(0, this.#stream.other(this).#comingBytes - WINDOW_BYTES);
  }

  /** Nothing is read until `resume`. */
  pause(): void {
    this.#paused = true;
  }

  resume(): void {
    if (!this.#paused) return;
    this.#paused = false;
    this.look();
  }

  /** Later, whatever is due is read. */
  look(): void {
    this.#stream.clock.schedule(0, () => this.#arrive());
  }

  /** Says whether there is hope that it arrives. */
  send(bytes: Uint8Array): boolean {
    const { link } = this.#stream;
    if (!this.#open) {
      this.#tell("closed", 0);
      return false;
    }
    if (link.silent) return false;
    if (this.#stream.stale) {
      this.break("reset by the network", link.streamDelay());
      return false;
    }
    const cut =
      this.transport === "TCP" || this.transport === "TLS" ? link.pieceOf(bytes.length) : undefined;
    const peer = this.#stream.other(this);
    if (cut === undefined) peer.#expect(bytes);
    else {
      peer.#expect(bytes.subarray(0, cut));
      peer.#expect(bytes.subarray(cut));
    }
    return true;
  }

  /** Ends it from this side, and tells the other. */
  close(): void {
    if (!this.#open) return;
    this.#open = false;
    this.#stream.link.delete(this.#stream);
    if (!this.#stream.stale && !this.#stream.link.silent) this.#stream.other(this).#expect("end");
  }

  break(reason: string, delayMs: number): void {
    if (!this.#open) return;
    this.#open = false;
    this.#stream.link.delete(this.#stream);
    this.#tell(reason, delayMs);
  }

  /** The owner hears that it is over, later. */
  tellBroken(reason: string): void {
    this.#tell(reason, 0);
  }

  #tell(reason: string, delayMs: number): void {
    this.#stream.clock.schedule(delayMs, () => this.#owner.broken(this, reason));
  }

  /** Nothing arrives before what was sent earlier. */
  #expect(bytes: Uint8Array | "end"): void {
    const { clock, link } = this.#stream;
    const at = Math.max(this.#latest, clock.now() + link.streamDelay());
    this.#latest = at;
    this.#coming.push({ at, bytes });
    if (bytes !== "end") this.#comingBytes += bytes.length;
    clock.schedule(at - clock.now(), () => this.#arrive());
  }

  /** What is due is read at once, as if it had waited in the socket. */
  #arrive(): void {
    const { clock, link, stale } = this.#stream;
    if (stale || !this.#open || this.#paused || link.stalled) return;
    const now = clock.now();
    const due = this.#coming.findLastIndex(({ at }) => at <= now) + 1;
    if (due === 0) return;
    const parts = this.#coming.splice(0, due).map(({ bytes }) => bytes);
    const octets = parts.filter((part) => part !== "end");
    const ended = octets.length < parts.length;
    this.#taken(octets.reduce((sum, { length }) => sum + length, 0));
    // A frame of a WebSocket is a message of its own.
    const chunks = this.#isWeb ? octets : octets.length > 0 ? [concatBytes(...octets)] : [];
    for (const chunk of chunks) this.#owner.arrived(chunk, this);
    if (ended) this.break("closed by the other side", 0);
  }

  #taken(bytes: number): void {
    const peer = this.#stream.other(this);
    const waited = peer.backlogBytes > 0;
    this.#comingBytes -= bytes;
    if (waited && peer.backlogBytes === 0) peer.#owner.drained?.(peer);
  }

  get #isWeb(): boolean {
    return this.transport === "WS" || this.transport === "WSS";
  }
}
