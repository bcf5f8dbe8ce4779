/** Messages out of a stream, however it is cut. RFC 3261 §18.3, keep-alives of RFC 5626 §4.4.1 */
import { concatBytes } from "@parlance/wire";
import { isIn, TOKEN } from "./characters.ts";
import { brokenOff, tooLargeBody } from "./datagram.ts";
import { bad, contentLengthOf, endOfHead, type Head, readHead } from "./head.ts";
import { type MessageLimits, messageLimits } from "./limits.ts";
import { type Framed, type FramedFault, framedFault, framedMessage } from "./reading.ts";

export interface SipFramerOptions {
  readonly limits?: MessageLimits;
  /**
   * Who opened the connection sends pings, CRLF twice, and gets pongs, CRLF once: a line end means
   * "ping" where it came in, "pong" where we opened it. RFC 5626 §3.5.1
   */
  readonly opened?: boolean;
}

const CR = 13;
const LF = 10;
const NOTHING = new Uint8Array(0);
const FIRST_ROOM = 4096;

/** One for each connection. After a fault that closes, nothing more comes out of it. */
export class SipFramer {
  readonly #limits: MessageLimits;
  readonly #opened: boolean;
  /** Octets of a message that is not whole yet; only the first `#heldLength` count. */
  #held: Uint8Array = NOTHING;
  #heldLength = 0;
  /** How far the held octets were searched for the end of the head. */
  #searched = 0;
  /** The head of the held message once it is read, and where its body begins. */
  #head: { readonly head: Head; readonly end: number; readonly length: number } | undefined;
  #lineEnds = 0;
  #closed = false;

  constructor(options: SipFramerOptions = {}) {
    this.#limits = options.limits ?? messageLimits;
    this.#opened = options.opened ?? false;
  }

  /** Octets that wait for more: never above one head, one body and one chunk. */
  get heldBytes(): number {
    return this.#heldLength;
  }

  /** What the message that has begun still lacks: who waits for it has a limit for each. */
  get lacks(): "nothing" | "header" | "body" {
    if (this.#head !== undefined) return "body";
    return this.#heldLength === 0 ? "nothing" : "header";
  }

  /** Bodies are views of the chunk, which must not be changed afterwards. */
  push(chunk: Uint8Array): readonly Framed[] {
    const out: Framed[] = [];
    if (this.#closed) return out;
    const bytes = this.#heldLength === 0 ? chunk : this.#append(chunk);
    const used = this.#readAll(bytes, out);
    if (!this.#closed) this.#hold(bytes, used);
    return out;
  }

  /** How many octets are done with. */
  #readAll(bytes: Uint8Array, out: Framed[]): number {
    let at = 0;
    while (at < bytes.length) {
      const next = this.#readOne(bytes, at, out);
      if (next === undefined) return at;
      at = next;
    }
    return at;
  }

  /** Where the next message begins; `undefined` when this one is not whole. */
  #readOne(bytes: Uint8Array, start: number, out: Framed[]): number | undefined {
    if (this.#head === undefined) {
      const first = bytes[start];
      if (first === CR) return this.#readLineEnd(bytes, start, out);
      this.#lineEnds = 0;
      if (!isIn(TOKEN, first ?? 0)) return this.#fail(framedFault(bad("not SIP"), undefined), out);
      const fault = this.#readHead(bytes, start);
      if (fault !== undefined) return this.#fail(fault, out);
      if (this.#head === undefined) return undefined;
    }
    const { head, end, length } = this.#head;
    if (bytes.length < start + end + length) return undefined;
    const bodyStart = start + end;
    this.#head = undefined;
    this.#searched = 0;
    const body = length === 0 ? NOTHING : bytes.subarray(bodyStart, bodyStart + length);
    out.push(framedMessage(head, body));
    return bodyStart + length;
  }

  #readLineEnd(bytes: Uint8Array, start: number, out: Framed[]): number | undefined {
    if (start + 1 === bytes.length) return undefined;
    if (bytes[start + 1] !== LF) return this.#fail(framedFault(bad("bare CR"), undefined), out);
    this.#lineEnds += 1;
    if (this.#opened) out.push({ kind: "pong" });
    else if (this.#lineEnds % 2 === 0) out.push({ kind: "ping" });
    return start + 2;
  }

  /** Sets `#head` when the head is whole and good. */
  #readHead(bytes: Uint8Array, start: number): FramedFault | undefined {
    const limits = this.#limits;
    const end = endOfHead(bytes, start + Math.max(0, this.#searched - 3));
    const seen = (end === -1 ? bytes.length : end) - start;
    if (seen > limits.headerSectionBytes) {
      return brokenOff(bytes.subarray(start), true, limits);
    }
    if (end === -1) {
      this.#searched = seen;
      return undefined;
    }
    const head = readHead(bytes.subarray(start, end), limits);
    if (head.fault !== undefined) return framedFault(head.fault, head);
    const length = contentLengthOf(head.lines);
    // RFC 3261 §20.14: without a length nobody knows where the message ends.
    if (length === undefined) return framedFault(bad("Content-Length is missing"), head);
    if (typeof length !== "number") return framedFault(length, head);
    if (length > limits.streamBodyBytes) {
      return framedFault(tooLargeBody("streamBodyBytes"), head);
    }
    this.#head = { head, end: seen, length };
    return undefined;
  }

  #fail(fault: FramedFault, out: Framed[]): undefined {
    out.push(fault);
    this.#closed = true;
    this.#held = NOTHING;
    this.#heldLength = 0;
    this.#head = undefined;
  }

  /** Room doubles, so that a message that drips in is copied a bounded number of times. */
  #append(chunk: Uint8Array): Uint8Array {
    const length = this.#heldLength + chunk.length;
    if (length > this.#held.length) {
      const room = new Uint8Array(Math.max(length, this.#held.length * 2, FIRST_ROOM));
      room.set(this.#held.subarray(0, this.#heldLength));
      this.#held = room;
    }
    this.#held.set(chunk, this.#heldLength);
    this.#heldLength = length;
    return this.#held.subarray(0, length);
  }

  /** What is left is copied to room of its own: bodies that went out are views of the old one. */
  #hold(bytes: Uint8Array, used: number): void {
    const left = bytes.length - used;
    if (used === 0 && this.#heldLength > 0) return;
    this.#held = left === 0 ? NOTHING : concatBytes(bytes.subarray(used));
    this.#heldLength = left;
  }
}
