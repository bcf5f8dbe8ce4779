/** Requests and responses over the octets they came in, read as far as somebody asks. RFC 4975 §7, §9 */
import { octetBytes, octetText, utf8TextLossy } from "@parlance/wire";
import type { Flag } from "./end-line.ts";
import { type FrameHead, type Line, TRANSACTION_AT } from "./head.ts";

/** What a request and a response have in common. Header values are as they came, without blanks before them. */
abstract class Frame {
  /**
   * The frame as it came, to the end of its end-line; of a frame that is streamed its head alone, to the end
   * of the blank line. A view of what was received.
   */
  readonly bytes: Uint8Array;
  /** Undefined while the body of a streamed frame is on its way. */
  readonly flag: Flag | undefined;
  /** Where which line stands. For those who write the frame again. */
  readonly head: FrameHead;
  readonly #bodyEnd: number;
  #text: string | undefined;
  #toPath: string | undefined;
  #fromPath: string | undefined;

  /** `bodyEnd` lies before the CRLF of the end-line. */
  constructor(bytes: Uint8Array, head: FrameHead, bodyEnd: number, flag: Flag | undefined) {
    this.bytes = bytes;
    this.head = head;
    this.flag = flag;
    this.#bodyEnd = bodyEnd;
  }

  get transactionId(): string {
    return this.text.slice(TRANSACTION_AT, this.head.transactionEnd);
  }

  /** One URI or more, blanks between them. */
  get toPath(): string {
    this.#toPath ??= this.valueOf(this.head.toPath) ?? "";
    return this.#toPath;
  }

  get fromPath(): string {
    this.#fromPath ??= this.valueOf(this.head.fromPath) ?? "";
    return this.#fromPath;
  }

  get messageId(): string | undefined {
    return this.valueOf(this.head.messageId);
  }

  get contentType(): string | undefined {
    return this.valueOf(this.head.contentType);
  }

  /**
   * A view of the body. Undefined where there is none, which is something else than an empty one, and
   * where it is streamed. RFC 4975 §7.1
   */
  get body(): Uint8Array | undefined {
    const { end, flag, contentType } = this.head;
    if (flag !== undefined || this.flag === undefined) return undefined;
    // Some end a frame without a body as if it had an empty one.
    if (this.#bodyEnd <= end && contentType === undefined) return undefined;
    return this.bytes.subarray(end, Math.max(end, this.#bodyEnd));
  }

  /** The first header of that name, without regard to case; its text is read as UTF-8. */
  header(name: string): string | undefined {
    const wanted = name.toLowerCase();
    for (const [known, value] of this.headers()) if (known.toLowerCase() === wanted) return value;
    return undefined;
  }

  /** All headers in their order, as they are spelt; each value read as UTF-8. */
  *headers(): IterableIterator<readonly [name: string, value: string]> {
    const { text } = this;
    for (let at = this.head.linesAt; ; ) {
      const end = text.indexOf("\r\n", at);
      const colon = text.indexOf(":", at);
      if (end <= at || colon === -1 || colon > end) return;
      yield [text.slice(at, colon), utf8Of(text.slice(colon + 1, end).replace(/^[ \t]+/, ""))];
      at = end + 2;
    }
  }

  /** The octets of the head, a character each; not everybody asks for them. */
  protected get text(): string {
    this.#text ??= octetText(this.bytes, 0, this.head.end);
    return this.#text;
  }

  protected valueOf(line: Line | undefined): string | undefined {
    return line === undefined ? undefined : this.text.slice(line.valueAt, line.end);
  }
}

export class MsrpRequest extends Frame {
  readonly kind = "request";
  /** In capitals, whatever it is. Those that are not known get 501. RFC 4975 §10.9 */
  readonly method: string;

  constructor(bytes: Uint8Array, head: FrameHead, bodyEnd: number, flag: Flag | undefined) {
    super(bytes, head, bodyEnd, flag);
    this.method = this.text.slice(head.transactionEnd + 1, head.whatEnd);
  }

  get byteRange(): string | undefined {
    return this.valueOf(this.head.byteRange);
  }

  get successReport(): string | undefined {
    return this.valueOf(this.head.successReport);
  }

  get failureReport(): string | undefined {
    return this.valueOf(this.head.failureReport);
  }

  /** What a REPORT says. */
  get status(): string | undefined {
    return this.valueOf(this.head.reportStatus);
  }
}

export class MsrpResponse extends Frame {
  readonly kind = "response";
  /** One that came before it on the same connection and has the same octets, but for the transaction id. */
  readonly like: MsrpResponse | undefined;

  constructor(
    bytes: Uint8Array,
    head: FrameHead,
    bodyEnd: number,
    flag: Flag | undefined,
    like?: MsrpResponse,
  ) {
    super(bytes, head, bodyEnd, flag);
    this.like = like;
  }

  override get toPath(): string {
    return this.like === undefined ? super.toPath : this.like.toPath;
  }

  override get fromPath(): string {
    return this.like === undefined ? super.fromPath : this.like.fromPath;
  }

  /** Whether the transaction id begins with these octets and has `more` behind them. */
  answers(begin: Uint8Array, more: number): boolean {
    const { transactionEnd } = this.head;
    if (transactionEnd - TRANSACTION_AT !== begin.length + more) return false;
    for (let at = 0; at < begin.length; at += 1) {
      if (this.bytes[TRANSACTION_AT + at] !== begin[at]) return false;
    }
    return true;
  }

  get status(): number {
    return this.head.status;
  }

  /** For people; empty when there is none. */
  get comment(): string {
    const { whatEnd, linesAt } = this.head;
    return utf8Of(this.text.slice(whatEnd + 1, linesAt - 2));
  }
}

export type MsrpFrame = MsrpRequest | MsrpResponse;

export function makeFrame(
  bytes: Uint8Array,
  head: FrameHead,
  bodyEnd: number,
  flag: Flag | undefined,
): MsrpFrame {
  return head.status === 0
    ? new MsrpRequest(bytes, head, bodyEnd, flag)
    : new MsrpResponse(bytes, head, bodyEnd, flag);
}

function utf8Of(octets: string): string {
  return /[\u0080-\u00ff]/.test(octets) ? utf8TextLossy(octetBytes(octets)) : octets;
}
