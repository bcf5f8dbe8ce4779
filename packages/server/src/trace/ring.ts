/** The last SIP messages that went in and out, within a fixed amount of memory. */
import { type Flow, formatMessage, type SipMessage } from "@parlance/sip";
import { workLimits } from "../limits.ts";

export interface TraceRecord {
  /** Rises by one with each message seen, so that a gap shows what was overwritten. */
  readonly sequence: number;
  /** Epoch ms. */
  readonly at: number;
  readonly direction: "in" | "out";
  readonly flow: Flow;
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
  readonly at: number;
  readonly direction: "in" | "out";
  readonly flow: Flow;
  readonly start: number;
  readonly end: number;
}

/**
 * One block of memory, written round and round: recording a message copies it and makes no garbage
 * to collect beside one small entry. Fits as the trace hook of the endpoint.
 */
export class TraceRing {
  readonly #memory: Uint8Array;
  readonly #slots: (Slot | undefined)[];
  /** Sequence number of the oldest message still here. */
  #oldest = 0;
  #next = 0;
  #writeAt = 0;

  constructor(limits: TraceLimits = DEFAULT_TRACE_LIMITS) {
    this.#memory = new Uint8Array(limits.bytes);
    this.#slots = Array.from({ length: limits.records });
  }

  /** How many messages can be shown, and how many were ever seen. */
  get counts(): { readonly kept: number; readonly seen: number } {
    return { kept: this.#next - this.#oldest, seen: this.#next };
  }

  record(direction: "in" | "out", message: SipMessage | Uint8Array, flow: Flow, now: number): void {
    const bytes = message instanceof Uint8Array ? message : formatMessage(message);
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
      at: now,
      direction,
      flow,
      start,
      end: start + bytes.length,
    };
  }

  /** Oldest first. The bytes are copies: later traffic does not change what was handed out. */
  *records(): IterableIterator<TraceRecord> {
    for (let sequence = this.#oldest; sequence < this.#next; sequence += 1) {
      const slot = this.#slots[sequence % this.#slots.length];
      if (slot === undefined || slot.sequence !== sequence) continue;
      const { at, direction, flow, start, end } = slot;
      yield { sequence, at, direction, flow, bytes: this.#memory.slice(start, end) };
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
