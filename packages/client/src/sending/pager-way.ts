/** The way of a message by signalling: one MESSAGE, or an INVITE of its own where it is too large for that. OMA IM 8.1, RFC 3428 */
import {
  chooseMode,
  DEFERRED,
  isFileLink,
  isImServer,
  reactTo,
  readCondition,
  readWarnings,
} from "@parlance/im";
import { formatMessage, headers, type SipResponse } from "@parlance/sip";
import type { Clock, Random } from "@parlance/wire";
import { ImError, type ImErrorCode } from "../base/errors.ts";
import type { Signal } from "../base/signal.ts";
import type { Requests } from "../connection/requests.ts";
import type { SendingState, SentRecord } from "../store/client-store.ts";
import { pagerMessage, type Sender } from "./pager-message.ts";
import { leftOf, sendToEach, type ToEachPorts } from "./to-each.ts";

export interface PagerWayPorts extends ToEachPorts {
  readonly clock: Clock;
  readonly random: Random;
  readonly requests: Requests;
  readonly sender: Sender;
  /** Whether the whole way to these recipients is known to run over streams. IM-8.1-02 */
  readonly connectionOriented: (recipients: readonly string[]) => boolean;
}

/** What came of an attempt. */
export type Attempt =
  | { readonly do: "settle"; readonly state: SendingState }
  | { readonly do: "fail"; readonly error: ImError }
  /** The same message is tried again after this time. */
  | { readonly do: "wait"; readonly waitMs: number };

/** How often the message at hand was refused, or lost with its connection. */
export interface Trials {
  refusals: number;
  losses: number;
}

/** Our own Via, which the endpoint adds. */
const VIA_BYTES = 110;
/** What a SIP message may hold at all, with room for what is added on the way. */
const MOST_MESSAGE_BYTES = 60_000;
/** Answers that ask to try again: with growing waits a server has minutes to recover. */
const MAX_REFUSALS = 8;
/** Losses of the line in the middle of one message: more are that message's own fault. */
const MAX_LOSSES: ReadonlyMap<ImErrorCode, number> = new Map([
  ["offline", 30],
  ["timeout", 30],
  ["too large", 6], // beside UDP the server may have no stream, or it is only down
]);
const RETRY_MS = 2_000;
const MAX_WAIT_MS = 60_000;

export class PagerWay {
  readonly #ports: PagerWayPorts;

  constructor(ports: PagerWayPorts) {
    this.#ports = ports;
  }

  async send(record: SentRecord, trials: Trials, signal: Signal | undefined): Promise<Attempt> {
    const { clock, random, requests, sender } = this.#ports;
    const request = pagerMessage(record, sender, { random, now: clock.now() });
    const requestBytes = formatMessage(request).length + VIA_BYTES;
    const mode = chooseMode({
      requestBytes,
      connectionOriented:
        requestBytes < MOST_MESSAGE_BYTES && this.#ports.connectionOriented(addressesOf(record)),
    });
    try {
      if (mode !== "pager") return await this.#sendLarge(record, trials, signal); // IM-8.1-03
      const response = await requests.send(request);
      return await this.#judge(record, response, trials, signal);
    } catch (error) {
      if (!(error instanceof ImError)) throw error;
      return judgeError(error, trials);
    }
  }

  async #sendLarge(
    record: SentRecord,
    trials: Trials,
    signal: Signal | undefined,
  ): Promise<Attempt> {
    const { length: recipients } = record.recipients;
    const begun = leftOf(record).length < recipients;
    try {
      if (!begun) return { do: "settle", state: await this.#ports.large(record, signal) };
    } catch (error) {
      const noLists = error instanceof ImError && error.code === "not supported";
      if (recipients === 1 || !noLists) throw error;
    }
    return this.#sendToEach(record, trials, signal);
  }

  /** A server that copies no large messages leaves it to us. */
  async #sendToEach(
    record: SentRecord,
    trials: Trials,
    signal: Signal | undefined,
  ): Promise<Attempt> {
    const trouble = await sendToEach(record, signal, this.#ports);
    const next = trouble && judgeError(trouble.error, trials);
    if (next?.do === "wait") return next;
    for (const recipient of trouble?.with ?? []) {
      await this.#ports.reached(record.id, "failed", { recipient, error: trouble?.error });
    }
    return { do: "settle", state: "accepted" }; // of those whose fate is told it changes nothing
  }

  async #judge(
    record: SentRecord,
    response: SipResponse,
    trials: Trials,
    signal: Signal | undefined,
  ): Promise<Attempt> {
    const { status } = response;
    if (status < 300) return { do: "settle", state: stateAfter(record, response) };
    const warnings = readWarnings(response.texts("Warning"));
    const [warning] = warnings;
    const condition = readCondition(status, warnings);
    const sizeRefused = condition === "too big";
    const reaction = reactTo({ status, pager: true, sizeRefused });
    if (reaction.do === "large message") return this.#sendLarge(record, trials, signal);
    const retryAfterS = response.get(headers.RetryAfter)?.seconds;
    const details = {
      status,
      ...(warning === undefined ? {} : { warning }),
      ...(retryAfterS === undefined ? {} : { retryAfterMs: retryAfterS * 1000 }),
    };
    if (reaction.do === "retry") {
      return judgeTrouble(new ImError("server trouble", details), trials);
    }
    // Asked in another way, or later, he would not take it either.
    const noFile = condition === "files barred" && isFileLink(record.contentType);
    if (noFile) return { do: "fail", error: new ImError("refused", details) };
    const reason = reaction.do === "tell" ? reaction.reason : "server trouble";
    return { do: "fail", error: new ImError(reason, details) };
  }
}

function judgeError(error: ImError, trials: Trials): Attempt {
  return error.code === "server trouble" ? judgeTrouble(error, trials) : judgeLoss(error, trials);
}

/** The server asks to try again, or may have recovered by then. */
function judgeTrouble(error: ImError, trials: Trials): Attempt {
  if (trials.refusals >= MAX_REFUSALS) return { do: "fail", error };
  const waitMs = Math.max(error.retryAfterMs ?? 0, RETRY_MS * 2 ** Math.min(trials.refusals, 4));
  trials.refusals += 1;
  return { do: "wait", waitMs: Math.min(MAX_WAIT_MS, waitMs) };
}

/** No answer: the server may have it or not, so the same message goes again; the id makes it one. */
function judgeLoss(error: ImError, trials: Trials): Attempt {
  const { code } = error;
  if (code === "closed") return { do: "wait", waitMs: 0 }; // it stays in the store for the next time
  const most = MAX_LOSSES.get(code) ?? 0;
  if (trials.losses >= most) return { do: "fail", error };
  trials.losses += 1;
  return { do: "wait", waitMs: Math.min(MAX_WAIT_MS, 500 * 2 ** trials.losses) };
}

/**
 * 200 is the recipient's device speaking, which yet drops what comes too late and then reports so; 202 is a server that keeps the message or copies it to
 * many. An IM server says which; any other can only mean that it keeps it. RFC 3428 §7
 */
function stateAfter(record: SentRecord, response: SipResponse): SendingState {
  const { recipients, receipts, expiresAt } = record;
  if (recipients.length > 1) return "accepted";
  const maybeLate = expiresAt !== undefined && receipts.includes("delivered");
  if (response.status !== 202) return maybeLate ? "accepted" : "delivered";
  const kept = readWarnings(response.texts("Warning")).includes(DEFERRED);
  return kept || !isImServer(response.text("Server")) ? "deferred" : "accepted";
}

function addressesOf({ recipients }: SentRecord): string[] {
  return recipients.map(({ address }) => address);
}
