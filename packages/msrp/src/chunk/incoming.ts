/** Messages on their way in: what the owner of a session sees of one, and one that is being put together. RFC 4975 §7.3.1 */
import type { FailureReport, MsrpRequest } from "../frame/index.ts";
import type { ReceiveLimits } from "./limits.ts";

/** What the first chunk says of its message. */
export interface IncomingHead {
  readonly messageId: string;
  readonly contentType: string;
  /** As the sender states it, who may not know it, or count characters. */
  readonly sizeBytes: number | undefined;
  readonly failureReport: FailureReport;
  readonly successReport: boolean;
  /** The chunk itself, for its other headers. */
  readonly request: MsrpRequest;
}

export type AbandonReason =
  | "aborted" // by its sender. RFC 4975 §7.1
  | "idle" // no further chunk came
  | "refused" // by its receiver, or for what its sender did with it
  | "session ended";

/** Where a message goes. Its octets come in order, each once, however they were cut. */
export interface IncomingSink {
  /** At least one octet; a view that is not changed afterwards. False: nothing more is read until `resume`. */
  write(octets: Uint8Array): boolean | undefined;
  /**
   * All is there. The answer to its last chunk: 200 once it is safe, or a status that refuses it. It may take
   * its time, but the sender waits for no more than thirty seconds; a rejection is told it as 408.
   */
  end(): number | Promise<number>;
  /** It will not be completed. Not called after `end`. */
  abandon?(why: AbandonReason): void;
}

/** What its receiver may do with a message at any time. */
export interface IncomingControl {
  /** Ends what a `write` that returned false began. */
  resume(): void;
  /**
   * Not wanted any more: further chunks are answered with the status and dropped. After `end` was answered
   * with 200, a failure report says so, unless the sender wants none. RFC 4975 §7.1.4
   */
  refuse(status: number): void;
}

export class Incoming {
  readonly head: IncomingHead;
  readonly sink: IncomingSink;
  readonly #limits: ReceiveLimits;
  /** Octets from the first on that were given to the sink. */
  #delivered = 0;
  /** Pieces that wait for those before them, in order, none overlapping. */
  #ahead: { readonly from: number; readonly octets: Uint8Array }[] = [];
  #sizeBytes: number | undefined;
  #statedBytes: number | undefined;

  constructor(head: IncomingHead, sink: IncomingSink, limits: ReceiveLimits) {
    this.head = head;
    this.sink = sink;
    this.#limits = limits;
    this.#statedBytes = head.sizeBytes;
  }

  /** Octets from the first on without a hole. */
  get receivedBytes(): number {
    return this.#delivered;
  }

  /** Its end was seen, and nothing is missing. */
  get complete(): boolean {
    return this.#sizeBytes !== undefined && this.#delivered === this.#sizeBytes;
  }

  /** The status that its chunk with this total deserves, if any: a message has one size. */
  judgeTotal(total: number | undefined): number | undefined {
    if (total === undefined || total === this.#statedBytes) return undefined;
    if (this.#statedBytes !== undefined) return 400;
    this.#statedBytes = total;
    return total > this.#limits.messageBytes ? 413 : undefined;
  }

  /**
   * Octets at their place. Those that were given to the sink before stay as they were; of those that wait,
   * the last to come counts. Returns a status when they cannot be taken. `paused` when the sink wants no more.
   */
  put(from: number, octets: Uint8Array): number | "paused" | undefined {
    const to = from + octets.length;
    if (to > this.#limits.messageBytes) return 413;
    if (this.#sizeBytes !== undefined && to > this.#sizeBytes) return 400;
    if (to <= this.#delivered) return undefined;
    if (from > this.#delivered) return this.#hold(from, octets);
    let paused = this.#give(octets.subarray(this.#delivered - from));
    for (let next = this.#ahead[0]; next !== undefined; next = this.#ahead[0]) {
      if (next.from > this.#delivered) break;
      this.#ahead.shift();
      const skipped = this.#delivered - next.from;
      if (skipped < next.octets.length)
        paused = this.#give(next.octets.subarray(skipped)) || paused;
    }
    return paused ? "paused" : undefined;
  }

  /** The chunk that ends the message ends here. A status when that cannot be. */
  endAt(sizeBytes: number): number | undefined {
    const last = this.#ahead.at(-1);
    const reached = last === undefined ? this.#delivered : last.from + last.octets.length;
    if (reached > sizeBytes) return 400;
    if (this.#sizeBytes !== undefined && this.#sizeBytes !== sizeBytes) return 400;
    this.#sizeBytes = sizeBytes;
    return undefined;
  }

  #give(octets: Uint8Array): boolean {
    this.#delivered += octets.length;
    return this.sink.write(octets) === false;
  }

  #hold(from: number, octets: Uint8Array): number | undefined {
    if (octets.length === 0) return undefined;
    const to = from + octets.length;
    const kept: { readonly from: number; readonly octets: Uint8Array }[] = [];
    // A copy: a view would keep alive all that was read with it.
    const piece = { from, octets: octets.slice() };
    for (const old of this.#ahead) {
      const end = old.from + old.octets.length;
      if (old.from < from) {
        kept.push({
          from: old.from,
          octets: old.octets.subarray(0, Math.min(end, from) - old.from),
        });
      }
      if (end > to) {
        const start = Math.max(old.from, to);
        kept.push({ from: start, octets: old.octets.subarray(start - old.from) });
      }
    }
    const pieces = [...kept, piece].sort((a, b) => a.from - b.from);
    const bytes = pieces.reduce((sum, each) => sum + each.octets.length, 0);
    if (bytes > this.#limits.aheadBytes || pieces.length > this.#limits.aheadPieces) return 413;
    this.#ahead = pieces;
    return undefined;
  }
}

/** Gathers a message in memory, and gives it whole. For small ones; larger ones are refused with 413. */
export function gather(
  head: IncomingHead,
  limitBytes: number,
  whole: (content: Uint8Array) => number | Promise<number>,
): IncomingSink | number {
  if (head.sizeBytes !== undefined && head.sizeBytes > limitBytes) return 413;
  return new Gathering(limitBytes, whole);
}

class Gathering implements IncomingSink {
  readonly #limitBytes: number;
  readonly #whole: (content: Uint8Array) => number | Promise<number>;
  #room = new Uint8Array(0);
  #length = 0;
  #tooLarge = false;

  constructor(limitBytes: number, whole: (content: Uint8Array) => number | Promise<number>) {
    this.#limitBytes = limitBytes;
    this.#whole = whole;
  }

  write(octets: Uint8Array): undefined {
    const length = this.#length + octets.length;
    if (length > this.#limitBytes) this.#tooLarge = true;
    if (this.#tooLarge) return;
    if (length > this.#room.length) {
      const room = new Uint8Array(Math.min(this.#limitBytes, Math.max(length, 2 * this.#length)));
      room.set(this.#room.subarray(0, this.#length));
      this.#room = room;
    }
    this.#room.set(octets, this.#length);
    this.#length = length;
  }

  end(): number | Promise<number> {
    return this.#tooLarge ? 413 : this.#whole(this.#room.subarray(0, this.#length));
  }
}
