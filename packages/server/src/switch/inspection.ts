/** What is looked at before a message of one leg goes on: who speaks, how much, how often. Security rules 14, 17 */
import { parseCpim } from "@parlance/formats";
import { type MsrpRequest, parseByteRange, rangeIn, WHOLE_RANGE } from "@parlance/msrp";
import { concatBytes } from "@parlance/wire";
import type { MediaRules } from "../ports/index.ts";
import type { SwitchLimits } from "./limits.ts";
import { isCpim, judgeSpeaker } from "./speaker-check.ts";

export type InspectionVerdict =
  | { readonly do: "pass" }
  /** These have waited for it. */
  | { readonly do: "pass all"; readonly held: readonly MsrpRequest[] }
  | {
      readonly do: "refuse";
      readonly status: number;
      readonly held: readonly MsrpRequest[];
      /** Some of it has gone on. */
      readonly begun: boolean;
    }
  | { readonly do: "hold" };

/** A message that has begun and not ended. */
interface Open {
  bytes: number;
  /** When a chunk of it has come last. */
  heardAt: number;
  refused: number | undefined;
  /** Chunks of an envelope whose head is not whole yet; undefined when it was judged. */
  held: MsrpRequest[] | undefined;
  /** Of an envelope that was judged, as it was: what is said over it later may not be otherwise. */
  head: Uint8Array | undefined;
  readonly wrapped: boolean;
}

/** Heads of envelopes that have ended: what comes again of them after a lost connection is known by its beginning. */
const REMEMBERED = 64;

const PASS: InspectionVerdict = { do: "pass" };
const HOLD: InspectionVerdict = { do: "hold" };

/** A message whose sender has left it unfinished: nothing is known of it any more. */
export interface LeftMessage {
  readonly messageId: string;
  /** Chunks that have had no answer. */
  readonly held: readonly MsrpRequest[];
}

export class Inspection {
  readonly #rules: MediaRules;
  readonly #limits: SwitchLimits;
  readonly #now: () => number;
  readonly #open = new Map<string, Open>();
  readonly #over = new Map<string, Uint8Array>();

  #left: LeftMessage[] = [];

  constructor(
    rules: MediaRules,
    { limits, now }: { readonly limits: SwitchLimits; readonly now: () => number },
  ) {
    this.#rules = rules;
    this.#limits = limits;
    this.#now = now;
  }

  /** Those that were left since this was asked for last. */
  takeLeft(): readonly LeftMessage[] {
    if (this.#left.length === 0) return NONE;
    const left = this.#left;
    this.#left = [];
    return left;
  }

  /** Gives up what has been left unfinished; `unread`: their sender was not read, the silence was ours. */
  look(now: number, unread: boolean): void {
    for (const [id, open] of this.#open) {
      if (unread) open.heardAt = now;
      else if (now - open.heardAt > this.#limits.messageIdleMs) this.#leave(id, open);
    }
  }

  /** A SEND with content; of one that comes in pieces the head, and the first piece as its body. */
  judge(request: MsrpRequest, body: Uint8Array = request.body ?? NOTHING): InspectionVerdict {
    const { messageId, byteRange } = request;
    const range = byteRange === undefined ? undefined : parseByteRange(byteRange);
    if (messageId === undefined || range?.ok === false) return refuse(400); // RFC 4975 §7.1
    const { start, total } = range?.value ?? WHOLE_RANGE;
    const open = this.#open.get(messageId);
    // From its start once more: what was judged then is not what is said now.
    const anew = start === 1 && open?.refused === undefined && open?.wrapped !== false;
    if (open === undefined || anew) {
      if (open !== undefined) this.#open.delete(messageId);
      if (start === 1) return this.#first(request, messageId, total, body);
      return this.#resumed(request, messageId, { start, total }, body);
    }
    const verdict = this.#next(open, request, start, body);
    if (request.flag === "$" || request.flag === "#") this.#end(messageId, open);
    return verdict;
  }

  /** More of what comes in pieces is needed to see who speaks in it. */
  isCut(request: MsrpRequest, first: Uint8Array): boolean {
    if (first.length >= this.#limits.cpimHeadBytes || rangeIn(request).start !== 1) return false;
    return judgeSpeaker(request.contentType, first, this.#rules) === "incomplete";
  }

  /** More of a message that comes in pieces; a status when it has grown too large. */
  piece(request: MsrpRequest, bytes: number): number | undefined {
    const open = this.#open.get(request.messageId ?? "");
    if (open === undefined) return undefined;
    return this.#grow(open, bytes);
  }

  /** The pieces are over. */
  ended(request: MsrpRequest, flag: "$" | "+" | "#"): void {
    const { messageId = "" } = request;
    const open = flag === "+" ? undefined : this.#open.get(messageId);
    if (open !== undefined) this.#end(messageId, open);
  }

  #first(
    request: MsrpRequest,
    messageId: string,
    total: number | undefined,
    body: Uint8Array,
  ): InspectionVerdict {
    const { maxBytes, mayBegin } = this.#rules;
    if (!mayBegin()) return this.#refused(request, messageId, 413);
    if ((total ?? body.length) > maxBytes) return this.#refused(request, messageId, 413);
    const speaker = judgeSpeaker(request.contentType, body, this.#rules);
    const last = request.flag === "$" || request.flag === "#";
    if (speaker === 400 || speaker === 403) return this.#refused(request, messageId, speaker);
    if (last) return speaker === "true" ? PASS : refuse(400);
    if (!this.#hasRoom(messageId)) return refuse(413);
    const held = speaker === "incomplete" ? [request] : undefined;
    this.#open.set(messageId, {
      bytes: body.length,
      heardAt: this.#now(),
      refused: undefined,
      held,
      head: held === undefined ? headOf(request, body) : undefined,
      wrapped: isCpim(request.contentType ?? ""),
    });
    return held === undefined ? PASS : HOLD;
  }

  /** After a cut it goes on where the other side had it: of an envelope that is so only where its head was judged. */
  #resumed(
    request: MsrpRequest,
    messageId: string,
    { start, total }: { readonly start: number; readonly total: number | undefined },
    body: Uint8Array,
  ): InspectionVerdict {
    if ((total ?? 0) > this.#rules.maxBytes) return this.#refused(request, messageId, 413);
    const wrapped = isCpim(request.contentType ?? "");
    const head = this.#over.get(messageId);
    if (wrapped && head === undefined) return this.#refused(request, messageId, 400);
    if (!agrees(head, request, start, body)) return this.#refused(request, messageId, 403);
    if (!this.#hasRoom(messageId)) return refuse(413);
    const last = request.flag === "$" || request.flag === "#";
    const [refused, held] = [undefined, undefined];
    const open = { bytes: body.length, heardAt: this.#now(), refused, held, head, wrapped };
    if (!last) this.#open.set(messageId, open);
    return PASS;
  }

  #next(open: Open, request: MsrpRequest, start: number, body: Uint8Array): InspectionVerdict {
    open.heardAt = this.#now();
    if (open.refused !== undefined) return refuse(open.refused);
    const tooLarge = this.#grow(open, body.length);
    if (tooLarge !== undefined) return refuse(tooLarge, open.held, open.held === undefined);
    const { held } = open;
    const other = isCpim(request.contentType ?? "") !== open.wrapped;
    if (other || (held === undefined && !agrees(open.head, request, start, body))) {
      open.refused = other ? 400 : 403;
      return refuse(open.refused, held, held === undefined);
    }
    return held === undefined ? PASS : this.#more(open, held, request, start, body);
  }

  /** Of an envelope whose head was not whole: it goes on where it stopped, or not at all. */
  #more(
    open: Open,
    held: MsrpRequest[],
    request: MsrpRequest,
    at: number,
    body: Uint8Array,
  ): InspectionVerdict {
    const start = concatBytes(...held.map((one) => one.body ?? NOTHING), body);
    const follows = at === start.length - body.length + 1;
    const speaker = follows ? judgeSpeaker(request.contentType, start, this.#rules) : 400;
    const over = request.flag === "$" || start.length > this.#limits.cpimHeadBytes;
    if (speaker === "true") {
      open.held = undefined;
      open.head = headOf(request, start);
      return { do: "pass all", held };
    }
    if (speaker === "incomplete" && !over) {
      held.push(request);
      return HOLD;
    }
    open.refused = speaker === 403 ? 403 : 400;
    open.held = undefined;
    return refuse(open.refused, held);
  }

  /** Those that were refused give way: their senders were told, and may have stopped. So does who is silent longest. */
  #hasRoom(messageId: string): boolean {
    if (this.#open.size < this.#limits.openMessages || this.#open.has(messageId)) return true;
    let silent: readonly [id: string, open: Open] | undefined;
    for (const [id, open] of this.#open) {
      if (open.refused !== undefined) return this.#open.delete(id);
      if (silent === undefined || open.heardAt < silent[1].heardAt) silent = [id, open];
    }
    if (silent === undefined) return false;
    if (this.#now() - silent[1].heardAt < this.#limits.messageSilentMs) return false;
    this.#leave(...silent);
    return true;
  }

  /** Should it go on after all, it is known by its beginning. */
  #leave(messageId: string, open: Open): void {
    this.#end(messageId, open);
    if (open.refused === undefined) this.#left.push({ messageId, held: open.held ?? NONE });
  }

  #end(messageId: string, { head }: Open): void {
    this.#open.delete(messageId);
    if (head === undefined) return;
    this.#over.delete(messageId);
    this.#over.set(messageId, head);
    if (this.#over.size <= REMEMBERED) return;
    for (const oldest of this.#over.keys()) {
      this.#over.delete(oldest);
      return;
    }
  }

  #grow(open: Open, bytes: number): number | undefined {
    open.bytes += bytes;
    open.heardAt = this.#now();
    if (open.bytes <= this.#rules.maxBytes) return undefined;
    open.refused = 413;
    return 413;
  }

  /** What follows of it is refused likewise. */
  #refused(request: MsrpRequest, messageId: string, status: number): InspectionVerdict {
    const goesOn = request.flag === "+" || request.flag === undefined;
    if (goesOn && this.#hasRoom(messageId)) {
      const [held, head] = [undefined, undefined];
      const wrapped = isCpim(request.contentType ?? "");
      const heardAt = this.#now();
      this.#open.set(messageId, { bytes: 0, heardAt, refused: status, held, head, wrapped });
    }
    return refuse(status);
  }
}

const NOTHING = new Uint8Array(0);
const NONE: readonly never[] = [];

function refuse(
  status: number,
  held: readonly MsrpRequest[] = [],
  begun = false,
): InspectionVerdict {
  return { do: "refuse", status, held, begun };
}

/** A copy: a view would keep alive all that was read with it. */
function headOf({ contentType }: MsrpRequest, start: Uint8Array): Uint8Array | undefined {
  if (!isCpim(contentType ?? "")) return undefined;
  const read = parseCpim(start);
  return read.ok ? start.slice(0, start.length - read.value.content.length) : undefined;
}

/** Whether what comes once more of the head of an envelope is what was judged; receivers may take the last. RFC 4975 §7.3.1 */
function agrees(
  head: Uint8Array | undefined,
  { flag }: MsrpRequest,
  start: number,
  body: Uint8Array,
): boolean {
  if (head === undefined || start > head.length) return true;
  const known = head.subarray(start - 1);
  if (body.length < known.length && flag === undefined) return false; // more of it comes unseen
  return body.subarray(0, known.length).every((octet, at) => octet === known[at]);
}
