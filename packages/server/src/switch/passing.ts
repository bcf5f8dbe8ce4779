/** A frame too large to be held passes in pieces, each a chunk of its own. RFC 4975 §5.1, RFC 7977 §5.1 */
import {
  type ByteRange,
  type Flag,
  formatByteRange,
  type MsrpRequest,
  parseByteRange,
  WHOLE_RANGE,
} from "@parlance/msrp";
import type { Inspection } from "./inspection.ts";
import type { Awaiting, Leg } from "./leg.ts";
import type { StreamedSend } from "./line.ts";

export interface PassingPorts {
  readonly inspection: Inspection;
  newId(): string;
  /** Called after each piece: whoever sends too fast is not read. */
  readonly paced: () => void;
}

const CHUNK_BYTES = 65_536; // what a receiver holds at once, and a WebSocket takes as one message

export class Passing implements StreamedSend, Awaiting {
  readonly #head: MsrpRequest;
  readonly #from: Leg;
  readonly #to: Leg;
  readonly #ports: PassingPorts;
  readonly #range: ByteRange;
  #position: number;
  /** The flag of the last piece is known only when the end has come. */
  #last: Uint8Array | undefined;
  #judged = false;
  #unanswered = 0;
  #status = 200;
  #over = false;
  #told = false;

  constructor(head: MsrpRequest, from: Leg, to: Leg, ports: PassingPorts) {
    this.#head = head;
    this.#from = from;
    this.#to = to;
    this.#ports = ports;
    const { byteRange } = head;
    const range = byteRange === undefined ? undefined : parseByteRange(byteRange);
    this.#range = range?.ok === true ? range.value : WHOLE_RANGE;
    this.#position = this.#range.start;
  }

  piece(bytes: Uint8Array): void {
    if (!this.#admits(bytes)) return;
    for (let at = 0; at < bytes.length; at += CHUNK_BYTES) {
      if (this.#last !== undefined) this.#send(this.#last, "+");
      this.#last = bytes.subarray(at, at + CHUNK_BYTES);
    }
    this.#ports.paced();
  }

  end(flag: Flag): void {
    this.#over = true;
    this.#ports.inspection.ended(this.#head, flag);
    this.#finish(flag);
  }

  /** The connection went in the middle: what came goes on, and the rest comes by a new one. */
  broken(): void {
    this.#over = true;
    this.#finish("+");
  }

  answered(_: string, status: number): void {
    this.#unanswered -= 1;
    if (status !== 200 && this.#status === 200) this.#status = status;
    this.#tell();
  }

  #admits(bytes: Uint8Array): boolean {
    if (this.#status !== 200) return false;
    const { inspection } = this.#ports;
    if (this.#judged) {
      this.#status = inspection.piece(this.#head, bytes.length) ?? 200;
    } else {
      this.#judged = true;
      const verdict = inspection.judge(this.#head, bytes);
      if (verdict.do === "refuse") this.#status = verdict.status;
      // More than the longest head has come, and it is not whole.
      if (verdict.do === "hold") this.#status = 400;
    }
    if (this.#status === 200) return true;
    this.#tell(); // at once: the sender is to stop
    return false;
  }

  #finish(flag: Flag): void {
    if (this.#last !== undefined && this.#status === 200) this.#send(this.#last, flag);
    this.#last = undefined;
    this.#tell();
  }

  #send(body: Uint8Array, flag: Flag): void {
    const { failureReport } = this.#head;
    const answers = failureReport !== "no";
    const start = this.#position;
    this.#position += body.length;
    const range = { start, end: this.#position - 1, total: this.#range.total };
    if (answers) this.#unanswered += 1;
    this.#to.sendChunk(
      {
        id: this.#ports.newId(),
        headers: headersWith(this.#head, formatByteRange(range)),
        body,
        flag,
      },
      { awaiting: this, answers, onlyErrors: failureReport === "partial" },
    );
  }

  /** Once: an error at once, a yes when all pieces have arrived. */
  #tell(): void {
    if (this.#told) return;
    const arrived = this.#over && this.#unanswered === 0;
    if (this.#status === 200 && !arrived) return;
    this.#told = true;
    this.#from.answer(this.#head, this.#status);
  }
}

/** The lines of the head but its paths, with another range. Content-Type stays the last one. */
function headersWith(head: MsrpRequest, byteRange: string): (readonly [string, string])[] {
  const headers: (readonly [string, string])[] = [];
  let ranged = false;
  for (const [name, value] of head.headers()) {
    switch (name.toLowerCase()) {
      case "to-path":
      case "from-path":
        break;
      case "byte-range":
        headers.push([name, byteRange]);
        ranged = true;
        break;
      default:
        headers.push([name, value]);
    }
  }
  if (!ranged) headers.unshift(["Byte-Range", byteRange]);
  return headers;
}
