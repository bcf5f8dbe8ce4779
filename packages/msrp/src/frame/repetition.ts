/** Whoever is sent much answers the same again and again: what differs in its transaction id alone is not read anew. RFC 4975 §7.2 */
import { ALPHANUMERIC, IDENT, isIn } from "./characters.ts";
import { MsrpResponse } from "./frame.ts";
import { TRANSACTION_AT } from "./head.ts";

const SPACE = 32;

export class Repetition {
  /** A copy: what it came in may be large. */
  #last: MsrpResponse | undefined;
  #idEnd = 0;
  /** Where the id stands in the end-line. */
  #endIdAt = 0;

  /** A response that was read. */
  remember({ bytes, head, flag }: MsrpResponse): void {
    if (head.flag === undefined) return; // with a body it is none of those
    this.#last = new MsrpResponse(bytes.slice(), head, head.end, flag);
    this.#idEnd = head.transactionEnd;
    this.#endIdAt = bytes.length - (head.transactionEnd - TRANSACTION_AT) - "$\r\n".length;
  }

  /** The response that begins at `start`, if it is whole and but for its id the one that was remembered. */
  match(bytes: Uint8Array, start: number): MsrpResponse | undefined {
    const last = this.#last;
    if (last === undefined || start + last.bytes.length > bytes.length) return undefined;
    if (!this.#isSame(bytes, start, last.bytes) || !this.#isId(bytes, start)) return undefined;
    const { head, flag } = last;
    const own = bytes.subarray(start, start + last.bytes.length);
    return new MsrpResponse(own, head, head.end, flag, last);
  }

  /** Everything but the two ids. */
  #isSame(bytes: Uint8Array, start: number, last: Uint8Array): boolean {
    const [idEnd, endIdAt] = [this.#idEnd, this.#endIdAt];
    for (let at = idEnd; at < endIdAt; at += 1) {
      if (bytes[start + at] !== last[at]) return false;
    }
    for (let at = 0; at < TRANSACTION_AT; at += 1) {
      if (bytes[start + at] !== last[at]) return false;
    }
    for (let at = endIdAt + idEnd - TRANSACTION_AT; at < last.length; at += 1) {
      if (bytes[start + at] !== last[at]) return false;
    }
    return true;
  }

  /** Twice the same, of the characters that ids are made of, and as long as the last one. */
  #isId(bytes: Uint8Array, start: number): boolean {
    const first = bytes[start + TRANSACTION_AT] ?? 0;
    if (!isIn(ALPHANUMERIC, first)) return false;
    const shift = this.#endIdAt - TRANSACTION_AT;
    for (let at = TRANSACTION_AT; at < this.#idEnd; at += 1) {
      const code = bytes[start + at] ?? SPACE;
      if (!isIn(IDENT, code) || bytes[start + at + shift] !== code) return false;
    }
    return true;
  }
}
