/** SIP messages: header lines over the text as received, typed values when asked. RFC 3261 §7 */
import { FormatError } from "@parlance/wire";
import { RequestEdit, type RequestStart, ResponseEdit, type ResponseStart } from "./edit.ts";
import {
  firstLine,
  type HeaderLine,
  type HeaderRef,
  type MessageParts,
  refKey,
  valueIn,
} from "./header-line.ts";
import type { HeaderType } from "./header-type.ts";
import { CallId, CSeq, type CSeqValue, From, To, Via } from "./headers.ts";
import type { NameAddr } from "./name-addr.ts";
import { parseUri, type Uri } from "./uri.ts";
import type { ViaValue } from "./via.ts";

const NOTHING: readonly never[] = [];

export abstract class SipMessage {
  readonly body: Uint8Array;
  readonly #lines: readonly HeaderLine[];
  readonly #octets: boolean;

  constructor({ lines, body, octets }: MessageParts) {
    this.#lines = lines;
    this.body = body;
    this.#octets = octets;
  }

  /** The line before the headers, without its end. */
  abstract readonly startLine: string;

  /** A builder over the lines of this message, which itself never changes. */
  abstract edit(): RequestEdit<SipRequest> | ResponseEdit<SipResponse>;

  /**
   * Parsed when first asked and then kept; `undefined` when absent. Throws `FormatError` when
   * malformed, or when a header that stands once is repeated.
   */
  get<T>(type: HeaderType<T>): T | undefined {
    return valueIn(this.#lines, type);
  }

  has(header: HeaderRef): boolean {
    return firstLine(this.#lines, refKey(header)) !== undefined;
  }

  /** The value of the first such line as text, folds undone. */
  text(header: HeaderRef): string | undefined {
    return firstLine(this.#lines, refKey(header))?.text;
  }

  texts(header: HeaderRef): readonly string[] {
    const key = refKey(header);
    let found: string[] | undefined;
    for (const line of this.#lines) if (line.key === key) (found ??= []).push(line.text);
    return found ?? NOTHING;
  }

  *lines(): IterableIterator<{ readonly name: string; readonly value: string }> {
    for (const line of this.#lines) yield { name: line.name, value: line.text };
  }

  /** As received or made, in order: key, spelling and text of each. */
  get headerLines(): readonly HeaderLine[] {
    return this.#lines;
  }

  /** What an edit or the writer starts from. */
  get parts(): MessageParts {
    return { lines: this.#lines, body: this.body, octets: this.#octets };
  }

  /** The topmost Via value; only its own line is read. Throws `FormatError`, as the next four do. */
  get via(): ViaValue {
    const [via] = firstLine(this.#lines, Via.key)?.value(Via) ?? [];
    return via ?? missing("Via");
  }

  get from(): NameAddr {
    return this.get(From) ?? missing("From");
  }

  get to(): NameAddr {
    return this.get(To) ?? missing("To");
  }

  get callId(): string {
    return this.get(CallId) ?? missing("Call-ID");
  }

  get cseq(): CSeqValue {
    return this.get(CSeq) ?? missing("CSeq");
  }
}

export class SipRequest extends SipMessage {
  readonly method: string;
  /** As received. */
  readonly uriText: string;
  /** "SIP/2.0" in all but requests that are to be refused. */
  readonly version: string;
  #uri: Uri | undefined;

  constructor(start: RequestStart, parts: MessageParts) {
    super(parts);
    this.method = start.method;
    this.uriText = start.uriText;
    this.version = start.version;
    this.#uri = start.uri;
  }

  get startLine(): string {
    return `${this.method} ${this.uriText} ${this.version}`;
  }

  /** Throws `FormatError`. */
  get uri(): Uri {
    this.#uri ??= parseUri(this.uriText);
    return this.#uri;
  }

  edit(): RequestEdit<SipRequest> {
    const { method, uriText, version } = this;
    return new RequestEdit(
      { method, uriText, version, uri: this.#uri },
      this.parts,
      (start, parts) => new SipRequest(start, parts),
    );
  }
}

export class SipResponse extends SipMessage {
  readonly status: number;
  readonly reason: string;

  constructor({ status, reason }: ResponseStart, parts: MessageParts) {
    super(parts);
    this.status = status;
    this.reason = reason;
  }

  get startLine(): string {
    return `SIP/2.0 ${this.status} ${this.reason}`;
  }

  edit(): ResponseEdit<SipResponse> {
    const { status, reason } = this;
    return new ResponseEdit(
      { status, reason },
      this.parts,
      (start, parts) => new SipResponse(start, parts),
    );
  }
}

function missing(name: string): never {
  throw new FormatError(name, 0, "is missing");
}
