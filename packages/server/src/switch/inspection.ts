/** What is looked at before a message of one leg goes on: who speaks, how much, how often. Security rules 14, 17 */
import { type MsrpRequest, parseByteRange, rangeIn, WHOLE_RANGE } from "@parlance/msrp";
import { concatBytes } from "@parlance/wire";
import type { MediaRules } from "../ports/index.ts";
import type { SwitchLimits } from "./limits.ts";
import { judgeSpeaker } from "./speaker-check.ts";

export type InspectionVerdict =
  | { readonly do: "pass" }
  /** These have waited for it. */
  | { readonly do: "pass all"; readonly held: readonly MsrpRequest[] }
  | { readonly do: "refuse"; readonly status: number; readonly held: readonly MsrpRequest[] }
  | { readonly do: "hold" };

/** A message that has begun and not ended. */
interface Open {
  bytes: number;
  refused: number | undefined;
  /** Chunks of an envelope whose head is not whole yet; undefined when it was judged. */
  held: MsrpRequest[] | undefined;
}

const PASS: InspectionVerdict = { do: "pass" };
const HOLD: InspectionVerdict = { do: "hold" };

export class Inspection {
  readonly #rules: MediaRules;
  readonly #limits: SwitchLimits;
  readonly #open = new Map<string, Open>();

  constructor(rules: MediaRules, limits: SwitchLimits) {
    this.#rules = rules;
    this.#limits = limits;
  }

  /** A SEND with content; of one that comes in pieces the head, and the first piece as its body. */
  judge(request: MsrpRequest, body: Uint8Array = request.body ?? NOTHING): InspectionVerdict {
    const { messageId, byteRange } = request;
    const range = byteRange === undefined ? undefined : parseByteRange(byteRange);
    if (messageId === undefined || range?.ok === false) return refuse(400); // RFC 4975 §7.1
    const { start, total } = range?.value ?? WHOLE_RANGE;
    const open = this.#open.get(messageId);
    if (open === undefined) {
      if (start === 1) return this.#first(request, messageId, total, body);
      // Its beginning was judged over a connection that is gone, or it never had one.
      return this.#resumed(request, messageId, total, body);
    }
    if (request.flag === "$" || request.flag === "#") this.#open.delete(messageId);
    return this.#next(open, request, body);
  }

  /** More of what comes in pieces is needed to see who speaks in it. */
  isCut(request: MsrpRequest, first: Uint8Array): boolean {
    if (first.length >= this.#limits.cpimHeadBytes || rangeIn(request).start !== 1) return false;
    return judgeSpeaker(request.contentType, first, this.#rules.admits) === "incomplete";
  }

  /** More of a message that comes in pieces; a status when it has grown too large. */
  piece(request: MsrpRequest, bytes: number): number | undefined {
    const open = this.#open.get(request.messageId ?? "");
    if (open === undefined) return undefined;
    return this.#grow(open, bytes);
  }

  /** The pieces are over. */
  ended(request: MsrpRequest, flag: "$" | "+" | "#"): void {
    if (flag !== "+") this.#open.delete(request.messageId ?? "");
  }

  #first(
    request: MsrpRequest,
    messageId: string,
    total: number | undefined,
    body: Uint8Array,
  ): InspectionVerdict {
    const { maxBytes, mayBegin, admits } = this.#rules;
    if (!mayBegin()) return this.#refused(request, messageId, 413);
    if ((total ?? body.length) > maxBytes) return this.#refused(request, messageId, 413);
    const speaker = judgeSpeaker(request.contentType, body, admits);
    const last = request.flag === "$" || request.flag === "#";
    if (speaker === 400 || speaker === 403) return this.#refused(request, messageId, speaker);
    if (last) return speaker === "true" ? PASS : refuse(400);
    if (this.#open.size >= this.#limits.openMessages) return refuse(413);
    const held = speaker === "incomplete" ? [request] : undefined;
    this.#open.set(messageId, { bytes: body.length, refused: undefined, held });
    return held === undefined ? PASS : HOLD;
  }

  /** After a cut it goes on where the other side had it: what was judged then is not shown again. */
  #resumed(
    request: MsrpRequest,
    messageId: string,
    total: number | undefined,
    body: Uint8Array,
  ): InspectionVerdict {
    if ((total ?? 0) > this.#rules.maxBytes) return this.#refused(request, messageId, 413);
    if (this.#open.size >= this.#limits.openMessages) return refuse(413);
    const last = request.flag === "$" || request.flag === "#";
    if (!last)
      this.#open.set(messageId, { bytes: body.length, refused: undefined, held: undefined });
    return PASS;
  }

  #next(open: Open, request: MsrpRequest, body: Uint8Array): InspectionVerdict {
    if (open.refused !== undefined) return refuse(open.refused);
    const tooLarge = this.#grow(open, body.length);
    if (tooLarge !== undefined) return refuse(tooLarge, open.held);
    const { held } = open;
    if (held === undefined) return PASS;
    const bodies = [...held.map((one) => one.body ?? NOTHING), body];
    const start = concatBytes(...bodies);
    const speaker = judgeSpeaker(request.contentType, start, this.#rules.admits);
    const over = request.flag === "$" || start.length > this.#limits.cpimHeadBytes;
    if (speaker === "true") {
      open.held = undefined;
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

  #grow(open: Open, bytes: number): number | undefined {
    open.bytes += bytes;
    if (open.bytes <= this.#rules.maxBytes) return undefined;
    open.refused = 413;
    return 413;
  }

  /** What follows of it is refused likewise. */
  #refused(request: MsrpRequest, messageId: string, status: number): InspectionVerdict {
    const goesOn = request.flag === "+" || request.flag === undefined;
    if (goesOn && this.#open.size < this.#limits.openMessages) {
      this.#open.set(messageId, { bytes: 0, refused: status, held: undefined });
    }
    return refuse(status);
  }
}

const NOTHING = new Uint8Array(0);

function refuse(status: number, held: readonly MsrpRequest[] = []): InspectionVerdict {
  return { do: "refuse", status, held };
}
