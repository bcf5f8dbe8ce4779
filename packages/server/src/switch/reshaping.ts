/** What one side says in another form than it comes in: out of its envelope, or in one of ours. RFC 3862, OMA IM 3.10, 9.1 */
import {
  type Cpim,
  formatCpim,
  formatDateTime,
  mimeHeader,
  type NamedUri,
  parseCpim,
  takesType,
} from "@parlance/formats";
import { CPIM } from "@parlance/im";
import {
  type ByteRange,
  type Flag,
  formatByteRange,
  type HeaderParts,
  type MsrpRequest,
  MsrpWriter,
  onwardHeaders,
  parseByteRange,
  parseMsrp,
  pathLines,
  type RecutFace,
  rangeIn,
} from "@parlance/msrp";
import { concatBytes } from "@parlance/wire";
import type { MediaTypes } from "../ports/index.ts";
import { essenceOf, type Form, formFor } from "./form.ts";
import { isCpim } from "./speaker-check.ts";

/** How one message changes. Its octets move by those of the envelope that comes or goes. */
export interface Change {
  readonly to: "wrapped" | "bare";
  readonly envelopeBytes: number;
  /** What is put before the content; empty where the envelope goes. */
  readonly before: Uint8Array;
  /** Content-Type, and what else is said of the content. */
  readonly content: HeaderParts;
  /** The envelope that goes: it may ask for notifications. */
  readonly envelope: Cpim | undefined;
  /** As its sender counts. */
  readonly totalBytes: number | undefined;
}

export interface ReshapingPorts {
  now(): number;
  /** Who says it, and to whom; without them there are no envelopes of ours. */
  readonly from: NamedUri | undefined;
  readonly to: NamedUri | undefined;
}

/** What is known of the device that it goes to. */
export interface Taker {
  readonly takes: MediaTypes | undefined;
  /** What its answers have shown of envelopes, whatever it says of them. */
  readonly envelopes: "taken" | "refused" | undefined;
}

/** Messages that are over: what comes of them again, and reports on them, change as they did. */
const REMEMBERED = 256;

export class Reshaping {
  readonly #ports: ReshapingPorts;
  /** By Message-ID; most sessions need none. */
  #known: { readonly open: Map<string, Change>; readonly over: Map<string, Change> } | undefined;

  #last:
    | { readonly contentType: string; readonly takes: MediaTypes; readonly form: Form }
    | undefined;

  constructor(ports: ReshapingPorts) {
    this.#ports = ports;
  }

  /**
   * How the message of this SEND changes, whose first octets are there as far as its envelope goes. Undefined: it
   * goes as it is. A status: it can go in no form.
   */
  judge(head: MsrpRequest, start: Uint8Array, taker: Taker): Change | number | undefined {
    const { contentType } = head;
    if (contentType === undefined) return undefined;
    const form = this.#formFor(contentType, taker);
    if (form === "as it is" && this.#known === undefined) return undefined;
    const { messageId } = head;
    const known = messageId === undefined ? undefined : this.#find(messageId);
    if (known !== undefined) return known;
    if (form === "as it is" || messageId === undefined) return undefined;
    const range = rangeIn(head);
    if (range.start !== 1) return undefined; // of one that goes as it is
    const made =
      form === "bare"
        ? bare(start, range, taker.envelopes === "refused" ? undefined : taker.takes)
        : this.#wrapped(head, range, taker.takes?.maxSize);
    if (typeof made === "object") this.#begun(messageId, made);
    return made;
  }

  /** What an envelope holds, for a device that has refused it; a status when it holds nothing for it. */
  unwrap(head: MsrpRequest, start: Uint8Array): Change | number {
    const made = bare(start, rangeIn(head), undefined);
    if (typeof made === "object" && head.messageId !== undefined) {
      this.#begun(head.messageId, made);
    }
    return made;
  }

  /** The last of the message was seen. */
  ended({ messageId = "" }: Pick<MsrpRequest, "messageId">, flag: Flag): void {
    const change = flag === "+" ? undefined : this.#known?.open.get(messageId);
    if (this.#known === undefined || change === undefined) return;
    const { open, over } = this.#known;
    open.delete(messageId);
    over.set(messageId, change);
    if (over.size <= REMEMBERED) return;
    for (const oldest of over.keys()) {
      over.delete(oldest);
      return;
    }
  }

  /** A report of the other side as the sender counts; undefined when it is on nothing that he has sent. */
  report(request: MsrpRequest): MsrpRequest | undefined {
    const change = this.#find(request.messageId ?? "");
    const said = request.byteRange === undefined ? undefined : parseByteRange(request.byteRange);
    if (change === undefined || said?.ok !== true) return request;
    const range = countedBack(said.value, change);
    return range && withRange(request, range);
  }

  #find(messageId: string): Change | undefined {
    return this.#known?.open.get(messageId) ?? this.#known?.over.get(messageId);
  }

  #begun(messageId: string, change: Change): void {
    this.#known ??= { open: new Map(), over: new Map() };
    this.#known.open.set(messageId, change);
  }

  /** Most messages are of the type of the one before. */
  #formFor(contentType: string, { takes, envelopes }: Taker): Form {
    if (envelopes === "refused" && isCpim(contentType)) return "bare";
    if (takes === undefined) return "as it is";
    if (this.#last?.contentType !== contentType || this.#last.takes !== takes) {
      this.#last = { contentType, takes, form: formFor(essenceOf(contentType), takes) };
    }
    return this.#last.form;
  }

  #wrapped(
    head: MsrpRequest,
    range: ByteRange,
    maxSize: number | undefined,
  ): Change | number | undefined {
    const { from, to } = this.#ports;
    if (from === undefined || to === undefined) return undefined;
    const contentHeaders = ofContent(head);
    if (!contentHeaders.some(isType)) return 400; // no line of an envelope
    const before = formatCpim({
      from,
      to: [to],
      cc: [],
      dateTime: formatDateTime(this.#ports.now()),
      subjects: [],
      require: [],
      extensions: [],
      contentHeaders,
      content: NOTHING,
    });
    if (maxSize !== undefined && (range.total ?? 0) + before.length > maxSize) return 413;
    return {
      to: "wrapped",
      envelopeBytes: before.length,
      before,
      content: [["Content-Type", CPIM]],
      envelope: undefined,
      totalBytes: range.total,
    };
  }
}

/** One SEND of a message that changes, as it goes on. */
export class ChangedSend implements RecutFace {
  readonly range: Pick<ByteRange, "start" | "total">;
  readonly #head: MsrpRequest;
  readonly #change: Change;
  /** Place of the next octet, as the sender counts. */
  #at: number;

  constructor(head: MsrpRequest, change: Change) {
    const { start, total } = rangeIn(head);
    const { envelopeBytes, to } = change;
    const by = to === "bare" ? -envelopeBytes : envelopeBytes;
    this.#head = head;
    this.#change = change;
    this.#at = start;
    this.range = {
      start: start === 1 ? 1 : Math.max(1, start + by),
      total: total === undefined ? undefined : Math.max(0, total + by),
    };
  }

  headers(byteRange: string): HeaderParts {
    const lines = onwardHeaders(this.#head, byteRange).filter(([name]) => !isOfContent(name));
    return [...lines, ...this.#change.content];
  }

  /** What goes on of these octets. */
  octets(bytes: Uint8Array): Uint8Array {
    const { to, envelopeBytes, before } = this.#change;
    const at = this.#at;
    if (bytes.length === 0) return bytes;
    this.#at += bytes.length;
    if (to === "wrapped") return at === 1 ? concatBytes(before, bytes) : bytes;
    return bytes.subarray(Math.min(bytes.length, Math.max(0, envelopeBytes - (at - 1))));
  }

  /** What goes on behind them: the envelope of a message with nothing in it. */
  rest(flag: Flag): Uint8Array {
    const { to, before } = this.#change;
    return to === "wrapped" && flag === "$" && this.#at === 1 ? before : NOTHING;
  }
}

const NOTHING = new Uint8Array(0);

function bare(start: Uint8Array, range: ByteRange, takes: MediaTypes | undefined): Change | number {
  const read = parseCpim(start);
  if (!read.ok) return 400;
  const { content, contentHeaders, require } = read.value;
  if (require.length > 0) return 415; // nobody would be left to heed it. RFC 3862 §4.7
  const coding = mimeHeader(contentHeaders, "Content-Transfer-Encoding")?.trim().toLowerCase();
  if (coding !== undefined && !PLAIN_CODINGS.has(coding)) return 415;
  const type = mimeHeader(contentHeaders, "Content-Type") ?? "text/plain";
  if (takes !== undefined && !takesType(takes.acceptTypes, essenceOf(type))) return 415;
  const kept = contentHeaders.filter(
    ([name, value]) =>
      isOfContent(name) && !OF_THE_ENVELOPE.has(name.toLowerCase()) && isText(value),
  );
  return {
    to: "bare",
    envelopeBytes: start.length - content.length,
    before: NOTHING,
    content: [...kept, ["Content-Type", type]],
    envelope: read.value,
    totalBytes: range.total,
  };
}

/** MSRP carries octets as they are. */
const PLAIN_CODINGS: ReadonlySet<string> = new Set(["7bit", "8bit", "binary"]);
/** Content-Type has its own place. */
const OF_THE_ENVELOPE: ReadonlySet<string> = new Set([
  "content-type",
  "content-length",
  "content-transfer-encoding",
  "mime-version",
]);

/** What is said of the content goes into the envelope with it; its type stands last. */
export function ofContent(head: MsrpRequest): HeaderParts {
  const said = [...head.headers()].filter(([name, value]) => isOfContent(name) && isText(value));
  const [types, others] = [said.filter(isType), said.filter((one) => !isType(one))];
  return [...others, ...types.slice(0, 1)];
}

function isType([name]: readonly [name: string, value: string]): boolean {
  return name.toLowerCase() === "content-type";
}

function isText(value: string): boolean {
  return !/[^\P{Cc}\t]/u.test(value);
}

function isOfContent(name: string): boolean {
  return /^content-[a-z0-9-]+$/i.test(name);
}

function countedBack(
  { start, end, total }: ByteRange,
  { to, envelopeBytes, totalBytes }: Change,
): ByteRange | undefined {
  // Peers are known to count characters: all of theirs is all of ours.
  const whole = start === 1 && end !== undefined && end === total;
  if (whole && totalBytes !== undefined) return { start: 1, end: totalBytes, total: totalBytes };
  const by = to === "bare" ? envelopeBytes : -envelopeBytes;
  const moved = {
    start: start === 1 ? 1 : Math.max(1, start + by),
    end: end === undefined ? undefined : end + by,
    total: total === undefined ? undefined : Math.max(0, total + by),
  };
  return moved.end !== undefined && moved.end < moved.start ? undefined : moved;
}

function withRange(request: MsrpRequest, range: ByteRange): MsrpRequest | undefined {
  const { transactionId, method, toPath, fromPath } = request;
  const headers = onwardHeaders(request, formatByteRange(range));
  const paths = pathLines(toPath, fromPath);
  const read = parseMsrp(new MsrpWriter().request({ transactionId, method, paths, headers }));
  return read.ok && read.value.kind === "request" ? read.value : undefined;
}
