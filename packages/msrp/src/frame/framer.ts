/** Frames out of a stream, however it is cut. RFC 4975 §7.1, §7.3.1 */
import { concatBytes } from "@parlance/wire";
import { answerable } from "./answer.ts";
import { BodyStream } from "./body-stream.ts";
import { AFTER_ID, endLineBytes, type Flag, findEndLine, flagOf, HYPHENS } from "./end-line.ts";
import { type MsrpFrame, MsrpRequest, makeFrame } from "./frame.ts";
import { FrameFault } from "./frame-fault.ts";
import { FrameHead, TRANSACTION_AT } from "./head.ts";
import { type FrameLimits, frameLimits } from "./limits.ts";
import { Repetition } from "./repetition.ts";

/** Hears what comes out of a stream. Bodies are views of what was pushed. */
export interface FrameSink {
  /** A frame that is whole. */
  frame(frame: MsrpFrame): void;
  /** A SEND too large to be held: its head. Pieces of its body follow, and then its end. */
  head(request: MsrpRequest): void;
  /** At least one octet. */
  body(piece: Uint8Array): void;
  /** No other frame begins before it. */
  end(flag: Flag): void;
  /** Nothing more comes out. Write the answer of the fault, if it has one, and close. */
  broken(fault: FrameFault): void;
}

const NOTHING = new Uint8Array(0);
const FIRST_ROOM = 4096;

/** One for each connection. What comes out is the same however the stream is cut, pieces of bodies aside. */
export class MsrpFramer {
  readonly #sink: FrameSink;
  readonly #limits: FrameLimits;
  /** Octets of a frame that is not whole yet; only the first `#heldLength` count. */
  #held: Uint8Array = NOTHING;
  #heldLength = 0;
  /** The head of the frame that has begun, and whether it is whole. */
  #head = new FrameHead();
  #headIsWhole = false;
  /** From where on the end-line may begin, counted from the first octet of the frame. */
  #searched = 0;
  #stream: BodyStream | undefined;
  readonly #repetition = new Repetition();
  #closed = false;
  readonly #giveBody: (piece: Uint8Array) => void;

  constructor(sink: FrameSink, limits: FrameLimits = frameLimits) {
    this.#sink = sink;
    this.#limits = limits;
    this.#giveBody = (piece) => {
      if (!this.#closed) sink.body(piece);
    };
  }

  /** Octets that wait for more: never above the limit of a whole frame and one chunk of the stream. */
  get heldBytes(): number {
    return this.#heldLength;
  }

  /** What the frame that has begun still lacks: who waits for it has a limit for each. */
  get lacks(): "nothing" | "header" | "body" {
    if (this.#headIsWhole || this.#stream !== undefined) return "body";
    return this.#heldLength === 0 ? "nothing" : "header";
  }

  /** The octets are kept by reference and must not be changed afterwards. */
  push(chunk: Uint8Array): void {
    if (this.#closed) return;
    const bytes = this.#heldLength === 0 ? chunk : this.#append(chunk);
    let used = 0;
    try {
      used = this.#readAll(bytes);
    } catch (error) {
      if (!(error instanceof FrameFault)) throw error;
      this.close();
      this.#sink.broken(error);
    }
    if (!this.#closed) this.#hold(bytes, used);
  }

  /** Nothing more comes out; may be called from within the sink. */
  close(): void {
    this.#closed = true;
    this.#held = NOTHING;
    this.#heldLength = 0;
    this.#stream = undefined;
  }

  /** How many octets are done with. */
  #readAll(bytes: Uint8Array): number {
    let at = 0;
    while (at < bytes.length && !this.#closed) {
      const next =
        this.#stream === undefined ? this.#readFrame(bytes, at) : this.#readBody(bytes, at);
      if (next === undefined) return at;
      at = next;
    }
    return at;
  }

  /** Where reading goes on; `undefined` when what begins at `start` has to wait for more. */
  #readFrame(bytes: Uint8Array, start: number): number | undefined {
    const head = this.#head;
    if (!this.#headIsWhole) {
      const again = head.begun ? undefined : this.#repetition.match(bytes, start);
      if (again !== undefined) {
        this.#sink.frame(again);
        return start + again.bytes.length;
      }
      if (!this.#readHead(bytes, start)) return undefined;
    }
    if (head.flag !== undefined) {
      const end = head.end + endLineBytes(head.transactionEnd - TRANSACTION_AT) - 2;
      return this.#give(bytes, start, { bodyEnd: head.end, end, flag: head.flag });
    }
    const limit = start + this.#limits.wholeFrameBytes;
    const id = { in: bytes, at: start + TRANSACTION_AT, end: start + head.transactionEnd };
    const to = Math.min(bytes.length, limit);
    const hyphens = findEndLine(bytes, start + this.#searched, to, id);
    if (hyphens !== -1) {
      const flagAt = hyphens + HYPHENS + id.end - id.at;
      const end = flagAt + AFTER_ID - start;
      const flag = flagOf(bytes[flagAt] ?? 0);
      return this.#give(bytes, start, { bodyEnd: hyphens - 2 - start, end, flag });
    }
    if (bytes.length >= limit) return this.#beginStream(bytes, start);
    this.#searched = Math.max(this.#searched, to - start - endLineBytes(id.end - id.at) + 1);
    return undefined;
  }

  #readHead(bytes: Uint8Array, start: number): boolean {
    const head = this.#head;
    try {
      if (!head.read(bytes, start, this.#limits)) return false;
    } catch (error) {
      if (error instanceof FrameFault) throw answerable(error, bytes.subarray(start), head);
      throw error;
    }
    this.#headIsWhole = true;
    // The blank line may be the CRLF before the end-line, where a body is empty or missing.
    this.#searched = head.end - 2;
    return true;
  }

  #give(
    bytes: Uint8Array,
    start: number,
    of: { readonly bodyEnd: number; readonly end: number; readonly flag: Flag | undefined },
  ): number {
    const end = start + of.end;
    const head = this.#nextHead();
    const frame = makeFrame(bytes.subarray(start, end), head, of.bodyEnd, of.flag);
    if (frame.kind === "response") this.#repetition.remember(frame);
    this.#sink.frame(frame);
    return end;
  }

  #beginStream(bytes: Uint8Array, start: number): number {
    const head = this.#nextHead();
    const frame = makeFrame(bytes.subarray(start, start + head.end), head, head.end, undefined);
    if (!(frame instanceof MsrpRequest) || frame.method !== "SEND") {
      const reason = "body is too long for what is no SEND"; // RFC 4975 §7.1
      throw answerable(
        new FrameFault(head.end, reason, { limit: "otherBodyBytes" }),
        frame.bytes,
        head,
      );
    }
    this.#stream = new BodyStream(bytes.slice(start + TRANSACTION_AT, start + head.transactionEnd));
    this.#sink.head(frame);
    return start + head.end;
  }

  #readBody(bytes: Uint8Array, at: number): number {
    const stream = this.#stream;
    if (stream === undefined) return at;
    const next = stream.read(bytes, at, this.#giveBody);
    if (stream.flag !== undefined && !this.#closed) {
      this.#stream = undefined;
      this.#sink.end(stream.flag);
    }
    return next;
  }

  /** The head that was read; the next frame gets one of its own. */
  #nextHead(): FrameHead {
    const head = this.#head;
    this.#head = new FrameHead();
    this.#headIsWhole = false;
    return head;
  }

  /** Room doubles, so that a frame that drips in is copied a bounded number of times. */
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

  /** What is left is copied to room of its own: what went out is views of the old one. */
  #hold(bytes: Uint8Array, used: number): void {
    const left = bytes.length - used;
    if (used === 0 && this.#heldLength > 0) return;
    this.#held = left === 0 ? NOTHING : concatBytes(bytes.subarray(used));
    this.#heldLength = left;
  }
}
