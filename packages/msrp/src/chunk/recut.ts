/** A SEND that comes in pieces goes on as several, without being held as a whole. RFC 4975 §5.1, RFC 7977 §5.1 */
import {
  type ByteRange,
  type Flag,
  formatByteRange,
  type HeaderParts,
  type MsrpRequest,
  parseByteRange,
  WHOLE_RANGE,
} from "../frame/index.ts";

export interface RecutChunk {
  /** Those of the request but its paths, with the range of this chunk. Content-Type stays the last one. */
  readonly headers: HeaderParts;
  readonly body: Uint8Array;
  readonly flag: Flag;
}

const CHUNK_BYTES = 65_536; // what a receiver holds at once, and a WebSocket takes as one message

export class Recut {
  readonly #head: MsrpRequest;
  readonly #send: (chunk: RecutChunk) => void;
  readonly #range: ByteRange;
  #position: number;
  /** The flag of the last piece is known only when the end has come. */
  #last: Uint8Array | undefined;

  constructor(head: MsrpRequest, send: (chunk: RecutChunk) => void) {
    this.#head = head;
    this.#send = send;
    const { byteRange } = head;
    const range = byteRange === undefined ? undefined : parseByteRange(byteRange);
    this.#range = range?.ok === true ? range.value : WHOLE_RANGE;
    this.#position = this.#range.start;
  }

  piece(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length; at += CHUNK_BYTES) {
      if (this.#last !== undefined) this.#chunk(this.#last, "+");
      this.#last = bytes.subarray(at, at + CHUNK_BYTES);
    }
  }

  /** `+` where the connection went in the middle: what came goes on, and the rest comes by a new one. */
  end(flag: Flag): void {
    if (this.#last !== undefined) this.#chunk(this.#last, flag);
    this.#last = undefined;
  }

  #chunk(body: Uint8Array, flag: Flag): void {
    const start = this.#position;
    this.#position += body.length;
    const range = { start, end: this.#position - 1, total: this.#range.total };
    this.#send({ headers: onwardHeaders(this.#head, formatByteRange(range)), body, flag });
  }
}

/** The lines of a request that goes on: all but its paths, with another range where it is given. */
export function onwardHeaders(head: MsrpRequest, byteRange?: string): HeaderParts {
  const headers: (readonly [string, string])[] = [];
  let ranged = byteRange === undefined;
  for (const [name, value] of head.headers()) {
    switch (name.toLowerCase()) {
      case "to-path":
      case "from-path":
        break;
      case "byte-range":
        headers.push([name, byteRange ?? value]);
        ranged = true;
        break;
      default:
        headers.push([name, value]);
    }
  }
  if (!ranged && byteRange !== undefined) headers.unshift(["Byte-Range", byteRange]);
  return headers;
}
