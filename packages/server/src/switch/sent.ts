/** What was sent to a device and is not answered, and what waits for it to come: kept within bounds. RFC 4975 §5.4, §7.1.1 */
import type { Flag, HeaderParts, MsrpRequest, MsrpResponse, PathLines } from "@parlance/msrp";
import type { SwitchLimits } from "./limits.ts";

/** Who waits for the answer to a frame. */
export interface Awaiting {
  answered(tag: string, status: number, lines: PathLines): void;
}

/** How a frame goes. */
export interface Sending {
  readonly awaiting: Awaiting | undefined;
  /** The lines of the answer to it. */
  readonly lines: PathLines;
  /** A device that never answers is no failure: only errors are wanted. RFC 4975 §7.1.2 */
  readonly onlyErrors: boolean;
  readonly answers: boolean;
}

/** What is written, for whatever path the device has when it is written. */
export type Content = MsrpRequest | Chunk;

/** One of our own making. */
export interface Chunk {
  readonly kind: "chunk";
  readonly id: string;
  readonly headers: HeaderParts;
  readonly body: Uint8Array;
  readonly flag: Flag;
}

/** A frame that was written, or waits to be. */
interface Sent extends Sending {
  /** What the one who waits knows it by. */
  readonly tag: string;
  /** Undefined when there was no room to keep it: it can be sent only once. */
  readonly content: Content | undefined;
  readonly bytes: number;
  at: number;
}

/** What the lines of a chunk come to, about. */
const CHUNK_HEAD_BYTES = 400;

export class SentFrames {
  readonly #limits: SwitchLimits;
  readonly #now: () => number;
  readonly #sent = new Map<string, Sent>();
  #keptBytes = 0;
  #serial = 0;

  constructor(limits: SwitchLimits, now: () => number) {
    this.#limits = limits;
    this.#now = now;
  }

  /** What is not answered, or not written yet. */
  get waiting(): { readonly frames: number; readonly bytes: number } {
    return { frames: this.#sent.size, bytes: this.#keptBytes };
  }

  /** More is kept than should: whoever sends is not to be read. */
  get congested(): boolean {
    return this.#keptBytes > this.#limits.keptBytes / 2;
  }

  /** `waits`: it was not written yet. False when there was no room for what waits. */
  add(tag: string, content: Content, how: Sending, waits: boolean): boolean {
    const bytes = sizeOf(content);
    const { keptBytes, keptFrames } = this.#limits;
    const room = this.#keptBytes + bytes <= keptBytes && this.#sent.size < keptFrames;
    if (waits && !room) return false;
    this.#serial += 1;
    const key = how.answers ? tag : `unanswered ${this.#serial}`;
    if (room) this.#keptBytes += bytes;
    this.#sent.set(key, {
      ...how,
      tag,
      content: room ? content : undefined,
      bytes,
      at: this.#now(),
    });
    return true;
  }

  /** False when nobody waits for it. */
  answered(response: MsrpResponse): boolean {
    if (this.#sent.size === 0) return false;
    const { transactionId, status } = response;
    const sent = this.#sent.get(transactionId);
    if (sent === undefined) return false;
    this.#settle(transactionId, sent);
    sent.awaiting?.answered(sent.tag, status, sent.lines);
    return true;
  }

  /** What was not answered goes again, and what has waited goes: the device knows doubles by their ids. */
  sendAgain(write: (content: Content) => void): void {
    const now = this.#now();
    for (const [id, sent] of this.#sent) {
      if (sent.content === undefined || !sent.answers) this.#settle(id, sent);
      sent.at = now;
      if (sent.content !== undefined) write(sent.content);
      else sent.awaiting?.answered(sent.tag, 408, sent.lines);
    }
  }

  refuseAll(status: number): void {
    for (const [id, sent] of this.#sent) {
      this.#settle(id, sent);
      if (sent.answers) sent.awaiting?.answered(sent.tag, status, sent.lines);
    }
  }

  /** Gives up what has waited too long for its answer. */
  look(now: number): void {
    for (const [id, sent] of this.#sent) {
      if (now - sent.at <= this.#limits.answerMs) break;
      this.#settle(id, sent);
      if (sent.answers && !sent.onlyErrors) sent.awaiting?.answered(sent.tag, 408, sent.lines);
    }
  }

  #settle(id: string, sent: Sent): void {
    this.#sent.delete(id);
    if (sent.content !== undefined) this.#keptBytes -= sent.bytes;
  }
}

export function sizeOf(content: Content): number {
  return content.kind === "request" ? content.bytes.length : content.body.length + CHUNK_HEAD_BYTES;
}
