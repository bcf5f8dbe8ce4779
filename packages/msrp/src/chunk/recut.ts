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
import { UNINTERRUPTED_BYTES } from "./limits.ts";

export interface RecutChunk {
  /** Those of the request but its paths, with the range of this chunk. Content-Type stays the last one. */
  readonly headers: HeaderParts;
  readonly body: Uint8Array;
  readonly flag: Flag;
}

/** How the chunks are described. */
export interface RecutFace {
  /** Where the first octet that is given lies, and of how many. */
  readonly range: Pick<ByteRange, "start" | "total">;
  /** All lines but the paths; Content-Type stands last. */
  headers(byteRange: string): HeaderParts;
}

const CHUNK_BYTES = 65_536; // what a receiver holds at once, and a WebSocket takes as one message
const NOTHING = new Uint8Array(0);

export class Recut {
  readonly #face: RecutFace;
  readonly #send: (chunk: RecutChunk) => void;
  #position: number;
  /** The flag of the last piece is known only when the end has come. */
  #last: Uint8Array | undefined;
  #sent = false;

  /** `face`: of chunks that do not say of themselves what the request says. */
  constructor(
    head: MsrpRequest,
    send: (chunk: RecutChunk) => void,
    face: RecutFace = {
      range: rangeIn(head),
      headers: (byteRange) => onwardHeaders(head, byteRange),
    },
  ) {
    this.#face = face;
    this.#send = send;
    this.#position = face.range.start;
  }

  piece(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length; at += CHUNK_BYTES) {
      if (this.#last !== undefined) this.#chunk(this.#last, "+");
      this.#last = bytes.subarray(at, at + CHUNK_BYTES);
    }
  }

  /** What was given goes now; more has to follow. */
  flush(): void {
    const last = this.#last;
    this.#last = undefined;
    if (last !== undefined) this.#chunk(last, "+");
  }

  /** Nothing more goes on; where something has, that is said. RFC 4975 §7.1 */
  abort(): void {
    this.#last = undefined;
    if (this.#position === 1) return;
    const rest = { start: this.#position, end: undefined, total: this.#face.range.total };
    const headers = this.#face.headers(formatByteRange(rest));
    this.#send({ headers, body: NOTHING, flag: "#" });
  }

  /** `+` where the connection went in the middle: what came goes on, and the rest comes by a new one. */
  end(flag: Flag): void {
    // That a message ends is said even if nothing is left of it.
    if (this.#last !== undefined || (flag !== "+" && !this.#sent)) {
      this.#chunk(this.#last ?? NOTHING, flag);
    }
    this.#last = undefined;
  }

  #chunk(body: Uint8Array, flag: Flag): void {
    const start = this.#position;
    this.#position += body.length;
    this.#sent = true;
    // RFC 4975 §7.1.1: what is longer may be interrupted, and says so.
    const end = body.length > UNINTERRUPTED_BYTES ? undefined : this.#position - 1;
    const range = { start, end, total: this.#face.range.total };
    this.#send({ headers: this.#face.headers(formatByteRange(range)), body, flag });
  }
}

/** The part of its message that a SEND brings, as it says itself. */
export function rangeIn({ byteRange }: MsrpRequest): ByteRange {
  const range = byteRange === undefined ? undefined : parseByteRange(byteRange);
  return range?.ok === true ? range.value : WHOLE_RANGE;
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
