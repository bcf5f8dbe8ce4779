/** The body of a request as it comes: one piece at a time, and no slower than a bound. */
import type { IncomingMessage } from "node:http";
import { BodyEnded } from "@parlance/server";

export interface Pace {
  /** So many octets at least are to come … */
  readonly bytes: number;
  /** … in so much time spent waiting for them. Our own time, and that of the disk, does not count. */
  readonly ms: number;
}

const END: IteratorReturnResult<undefined> = { done: true, value: undefined };

interface Waiting {
  resolve(result: IteratorResult<Uint8Array, undefined>): void;
  reject(error: BodyEnded): void;
}

export class PacedBody implements AsyncIterable<Uint8Array>, AsyncIterator<Uint8Array> {
  readonly #request: IncomingMessage;
  readonly #pace: Pace;
  readonly #asked: () => void;
  readonly #pieces: Uint8Array[] = [];
  #state: "new" | "flowing" | "ended" | "gone" = "new";
  #waiting: Waiting | undefined;
  #waitedMs = 0;
  #waitedBytes = 0;
  #since = 0;
  #timer: NodeJS.Timeout | undefined;

  /** `asked` is told once, when somebody wants the body: a peer that waits for leave gets it then. RFC 9110 §10.1.1 */
  constructor(request: IncomingMessage, pace: Pace, asked: () => void) {
    this.#request = request;
    this.#pace = pace;
    this.#asked = asked;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  next(): Promise<IteratorResult<Uint8Array, undefined>> {
    if (this.#state === "new") this.#start();
    const piece = this.#pieces.shift();
    if (piece !== undefined) return Promise.resolve({ done: false, value: piece });
    if (this.#state === "ended") return Promise.resolve(END);
    if (this.#state === "gone") return Promise.reject(new BodyEnded("gone"));
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject };
      this.#wait();
      this.#request.resume();
    });
  }

  /** The rest is not wanted. */
  return(): Promise<IteratorResult<Uint8Array, undefined>> {
    this.#pieces.length = 0;
    this.#finish("ended", undefined);
    return Promise.resolve(END);
  }

  #start(): void {
    const request = this.#request;
    this.#state = "flowing";
    this.#asked();
    request.on("data", (piece: Buffer) => this.#take(piece));
    request.on("end", () => this.#finish("ended", undefined));
    request.on("error", () => this.#finish("gone", "gone"));
    request.on("close", () => this.#finish("gone", "gone"));
    if (request.destroyed && !request.complete) this.#state = "gone";
  }

  #take(piece: Buffer): void {
    if (this.#state !== "flowing") return;
    const waiting = this.#stopWaiting(piece.length);
    if (waiting === undefined) this.#pieces.push(piece);
    else waiting.resolve({ done: false, value: piece });
    this.#request.pause();
  }

  #finish(state: "ended" | "gone", why: "gone" | "slow" | undefined): void {
    if (this.#state === "ended" || this.#state === "gone") return;
    this.#state = state;
    const waiting = this.#stopWaiting(0);
    if (why === undefined) waiting?.resolve(END);
    else waiting?.reject(new BodyEnded(why));
  }

  #wait(): void {
    this.#since = performance.now();
    const leftMs = Math.max(0, this.#pace.ms - this.#waitedMs);
    this.#timer = setTimeout(() => this.#judgePace(), leftMs);
  }

  #stopWaiting(bytes: number): Waiting | undefined {
    clearTimeout(this.#timer);
    const waiting = this.#waiting;
    this.#waiting = undefined;
    if (waiting !== undefined) this.#waitedMs += performance.now() - this.#since;
    this.#waitedBytes += bytes;
    if (this.#waitedBytes >= this.#pace.bytes) this.#beginAnew();
    return waiting;
  }

  #judgePace(): void {
    if (this.#waiting === undefined) return;
    this.#finish("gone", "slow"); // fewer octets than the bound, or they had begun it anew
  }

  #beginAnew(): void {
    this.#waitedMs = 0;
    this.#waitedBytes = 0;
  }
}
