/** A SEND that goes to many: written once, but for what differs from device to device. RFC 4975 §7.1 */
import { type ByteRange, type Flag, formatByteRange, type MsrpResponse } from "@parlance/msrp";
import { concatBytes, octetBytes } from "@parlance/wire";

export interface ParcelParts {
  /** What its transaction ids begin with; not in the body behind seven hyphens. */
  readonly base: string;
  readonly messageId: string;
  readonly range: ByteRange;
  readonly successReport: boolean;
  readonly failureReport: "yes" | "no";
  readonly contentType: string;
  readonly body: Uint8Array;
  readonly flag: Flag;
}

/** Of a mark: what ends the transaction ids of one device, so that no two transactions share one. */
export const MARK_BYTES = 4;
/** Behind the mark of the end-line: the flag and the CRLF. */
const AFTER_MARK = 3;

export class Parcel {
  /** It is to be answered. */
  readonly answered: boolean;
  readonly #base: Uint8Array;
  readonly #start: Uint8Array;
  /** Everything behind the paths. */
  readonly #rest: Uint8Array;
  readonly #markAt: number;

  constructor(parts: ParcelParts) {
    const { base, messageId, range, successReport, failureReport, contentType, body, flag } = parts;
    const noMark = "0".repeat(MARK_BYTES);
    this.#base = octetBytes(base);
    this.answered = failureReport === "yes";
    this.#start = octetBytes(`MSRP ${base}${noMark} SEND\r\n`);
    this.#markAt = "MSRP ".length + base.length;
    const head =
      `Message-ID: ${messageId}\r\nByte-Range: ${formatByteRange(range)}\r\n` +
      `${successReport ? "Success-Report: yes\r\n" : ""}Failure-Report: ${failureReport}\r\n` +
      `Content-Type: ${contentType}\r\n\r\n`;
    this.#rest = concatBytes(
      octetBytes(head),
      body,
      octetBytes(`\r\n-------${base}${noMark}${flag}\r\n`),
    );
  }

  /** Without the paths. */
  get bytes(): number {
    return this.#start.length + this.#rest.length;
  }

  isAnsweredBy(response: MsrpResponse): boolean {
    return response.answers(this.#base, MARK_BYTES);
  }

  /** Returns where it ends. */
  writeInto(out: Uint8Array, at: number, paths: Uint8Array, mark: Uint8Array): number {
    const [start, rest] = [this.#start, this.#rest];
    const pathsAt = at + start.length;
    const restAt = pathsAt + paths.length;
    const end = restAt + rest.length;
    out.set(start, at);
    out.set(paths, pathsAt);
    out.set(rest, restAt);
    put(mark, out, at + this.#markAt);
    put(mark, out, end - AFTER_MARK - MARK_BYTES);
    return end;
  }
}

/** Of so few octets each by itself is quicker than a call. */
function put(mark: Uint8Array, out: Uint8Array, at: number): void {
  for (let index = 0; index < MARK_BYTES; index += 1) out[at + index] = mark[index] ?? 0;
}

const DIGITS = 36;
const MARKS = DIGITS ** MARK_BYTES;

/** The mark of the device that came as this one. */
export function markOf(serial: number): Uint8Array {
  return octetBytes((serial % MARKS).toString(DIGITS).padStart(MARK_BYTES, "0"));
}
