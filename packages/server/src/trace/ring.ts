/** What was last seen of the wire, and what was decided about it, within a fixed amount of memory. */
import type { Address } from "@parlance/sip";
import { workLimits } from "../limits.ts";

/** What the octets of a record are: a message or frame as it went, the head of an HTTP message, or a note of ours. */
export type TraceProtocol = "sip" | "msrp" | "http" | "timer" | "decision";

/** A connection, or a pair of datagram addresses. */
export interface TraceFlow {
  readonly id: string;
  /** In capitals: UDP, TCP, TLS, WS, WSS, HTTP … */
  readonly transport: string;
  readonly local: Address;
  readonly remote: Address;
}

export interface TraceFacts {
  readonly protocol: TraceProtocol;
  /** `here`: nothing went over the wire. */
  readonly direction: "in" | "out" | "here";
  /** Of a note, the flow of the request that it is about. */
  readonly flow: TraceFlow;
  /** Epoch ms, with a fraction where the clock has one. */
  readonly at: number;
  /** Of HTTP, which its octets do not tell: what joins a request and its answer, and whose it is (address key). */
  readonly exchange?: string;
  readonly user?: string | undefined;
}

export interface TraceRecord extends TraceFacts {
  /** Rises by one with each record, so that a gap shows what was overwritten. */
  readonly sequence: number;
  readonly bytes: Uint8Array;
}

export interface TraceLimits {
  readonly bytes: number;
  readonly records: number;
}

export const DEFAULT_TRACE_LIMITS: TraceLimits = {
  bytes: workLimits.traceBytes,
  records: workLimits.traceRecords,
};

interface Slot {
  readonly sequence: number;
  readonly facts: TraceFacts;
  readonly start: number;
  readonly end: number;
}

/** One block of memory, written round and round: recording copies the octets, and makes one small entry beside. */
export class TraceRing {
  readonly #bytes: number;
  /** Made when something is recorded: who never traces pays for nothing. */
  #memory = new Uint8Array(0);
  readonly #slots: (Slot | undefined)[];
  /** Sequence number of the oldest message still here. */
  #oldest = 0;
  #next = 0;
  #writeAt = 0;

  constructor(limits: TraceLimits = DEFAULT_TRACE_LIMITS) {
    this.#bytes = limits.bytes;
    this.#slots = Array.from({ length: limits.records });
  }

  /** How many records can be shown, and how many were ever made. */
  get counts(): { readonly kept: number; readonly seen: number } {
    return { kept: this.#next - this.#oldest, seen: this.#next };
  }

  /** The octets are copied. */
  record(facts: TraceFacts, bytes: Uint8Array): void {
    if (this.#memory.length === 0) this.#memory = new Uint8Array(this.#bytes);
    const sequence = this.#next;
    if (sequence - this.#oldest === this.#slots.length) this.#forgetOldest();
    const start = this.#makeRoom(bytes.length);
    this.#next += 1;
    if (start === undefined) {
      this.#oldest = this.#next; // longer than the whole ring: nothing before it is left either
      return;
    }
    this.#memory.set(bytes, start);
    this.#writeAt = start + bytes.length;
    this.#slots[sequence % this.#slots.length] = {
      sequence,
      facts,
      start,
      end: start + bytes.length,
    };
  }

  /** The sequence of the oldest record still here, and of the next one to be made. */
  get span(): { readonly oldest: number; readonly next: number } {
    return { oldest: this.#oldest, next: this.#next };
  }

  /** Oldest first, from `from` on. The bytes are copies: later traffic does not change what was handed out. */
  *records(from = 0): IterableIterator<TraceRecord> {
    for (let sequence = Math.max(this.#oldest, from); sequence < this.#next; sequence += 1) {
      const slot = this.#slots[sequence % this.#slots.length];
      if (slot === undefined || slot.sequence !== sequence) continue;
      yield { sequence, ...slot.facts, bytes: this.#memory.slice(slot.start, slot.end) };
    }
  }

  /** Where `length` bytes fit in one piece, at the cost of the oldest messages. */
  #makeRoom(length: number): number | undefined {
    if (length > this.#memory.length) return undefined;
    const wraps = this.#writeAt + length > this.#memory.length;
    // The rest of the block stays unused, so what lies there is older than all that follows.
    if (wraps) this.#forgetWithin(this.#writeAt, this.#memory.length);
    const start = wraps ? 0 : this.#writeAt;
    this.#forgetWithin(start, start + length);
    return start;
  }

  #forgetWithin(start: number, end: number): void {
    while (this.#oldest < this.#next) {
      const slot = this.#slots[this.#oldest % this.#slots.length];
      if (slot !== undefined && (slot.start >= end || slot.end <= start)) return;
      this.#forgetOldest();
    }
  }

  #forgetOldest(): void {
    this.#slots[this.#oldest % this.#slots.length] = undefined;
    this.#oldest += 1;
  }
}
