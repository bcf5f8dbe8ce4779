/** Messages that wait for the server: kept in the store, sent one at a time to each target, sent again after a loss. RFC 3428 §8 */
import {
  chooseMode,
  DEFERRED,
  isImServer,
  reactTo,
  readCondition,
  readWarnings,
} from "@parlance/im";
import { formatMessage, headers, type SipResponse } from "@parlance/sip";
import type { Cancel, Clock, Random } from "@parlance/wire";
import { ImError } from "../base/errors.ts";
import type { Signal } from "../base/signal.ts";
import type { Requests } from "../connection/requests.ts";
import type { ClientStore, SendingState, SentRecord } from "../store/client-store.ts";
import { pagerMessage, type Sender } from "./pager-message.ts";
import { isLater, overallState, SentMessage } from "./sent-message.ts";

export interface OutboxPorts {
  readonly clock: Clock;
  readonly random: Random;
  readonly requests: Requests;
  readonly store: ClientStore;
  readonly sender: Sender;
  /** Whether the whole way to these recipients is known to run over streams. IM-8.1-02 */
  readonly connectionOriented: (recipients: readonly string[]) => boolean;
  readonly report: (error: unknown) => void;
  readonly changed: (message: SentMessage) => void;
}

/** Our own Via, which the endpoint adds. */
const VIA_BYTES = 110;
const MAX_RETRIES = 8;
const MAX_WAIT_MS = 60_000;
/** Sent messages that an application may still hold; older ones live in the store alone. */
const MAX_LIVE = 1_000;

interface Lane {
  readonly waiting: SentMessage[];
  running: boolean;
  retry: Cancel;
}

export class Outbox {
  readonly #ports: OutboxPorts;
  readonly #lanes = new Map<string, Lane>();
  readonly #live = new Map<string, SentMessage>();
  readonly #signals = new Map<string, Signal>();
  #idle: (() => void)[] = [];
  #open = false;

  constructor(ports: OutboxPorts) {
    this.#ports = ports;
  }

  /** What an earlier process left behind goes first. */
  async restore(): Promise<void> {
    for (const record of await this.#ports.store.outbox()) this.#enqueue(this.#track(record));
  }

  /** Keeps it first, then sends it. Rejects only when the store does. */
  async add(record: SentRecord, message: SentMessage, signal: Signal | undefined): Promise<void> {
    const kept = await this.#ports.store.add(record);
    if (kept === undefined) throw new ImError("refused", { warning: "the message id is in use" });
    message.update(kept);
    this.#keepLive(message);
    if (signal !== undefined) this.#signals.set(record.id, signal);
    this.#enqueue(message);
  }

  /** There is a registered line now. */
  resume(): void {
    this.#open = true;
    for (const [target, lane] of this.#lanes) this.#run(target, lane);
  }

  /** The line is gone; what was under way is sent again later. */
  pause(): void {
    this.#open = false;
    for (const lane of this.#lanes.values()) lane.retry();
  }

  /** Resolves when nothing waits any more. */
  idle(): Promise<void> {
    if (this.#lanes.size === 0) return Promise.resolve();
    return new Promise((resolve) => this.#idle.push(resolve));
  }

  /** The same object as long as it is alive, so that its listeners hear of changes. */
  message(record: SentRecord): SentMessage {
    return this.#live.get(record.id) ?? this.#track(record);
  }

  /** A receipt or an answer moves one recipient, or all of them. */
  async advance(id: string, to: SendingState, recipient?: string): Promise<boolean> {
    const record = this.#live.get(id)?.record ?? (await this.#ports.store.sent(id));
    if (record === undefined) return false;
    await this.#save(moved(record, to, recipient));
    return true;
  }

  #track(record: SentRecord): SentMessage {
    const message = new SentMessage(record, this.#ports.report);
    this.#keepLive(message);
    return message;
  }

  #keepLive(message: SentMessage): void {
    this.#live.set(message.id, message);
    if (this.#live.size <= MAX_LIVE) return;
    for (const [id, { state }] of this.#live) {
      if (state === "queued" || state === "sent") continue;
      this.#live.delete(id);
      return;
    }
  }

  #enqueue(message: SentMessage): void {
    const target = message.record.conversation;
    const lane = this.#lanes.get(target) ?? { waiting: [], running: false, retry: () => {} };
    this.#lanes.set(target, lane);
    lane.waiting.push(message);
    this.#run(target, lane);
  }

  #run(target: string, lane: Lane): void {
    if (lane.running || !this.#open) return;
    lane.running = true;
    this.#drain(lane).then(
      () => this.#rested(target, lane),
      (error) => {
        lane.running = false; // the store failed: the next message or connection tries again
        this.#ports.report(error);
      },
    );
  }

  #rested(target: string, lane: Lane): void {
    lane.running = false;
    if (lane.waiting.length > 0) return this.#run(target, lane);
    this.#lanes.delete(target);
    if (this.#lanes.size > 0) return;
    for (const resolve of this.#idle) resolve();
    this.#idle = [];
  }

  async #drain(lane: Lane): Promise<void> {
    for (let retries = 0; this.#open; ) {
      const [message] = lane.waiting;
      if (message === undefined) return;
      const waitMs = await this.#sendOnce(message, retries);
      if (waitMs === undefined) {
        lane.waiting.shift();
        this.#signals.delete(message.id);
        retries = 0;
      } else {
        retries += 1;
        await this.#sleep(lane, waitMs);
      }
    }
  }

  /** The wait before the same message is tried again; undefined when it is settled. */
  async #sendOnce(message: SentMessage, retries: number): Promise<number | undefined> {
    const { record } = message;
    const signal = this.#signals.get(record.id);
    const { clock, random, requests, sender } = this.#ports;
    if (signal?.aborted) return this.#fail(record, new ImError("aborted"));
    if (isOver(record, clock.now())) return this.#fail(record, new ImError("expired"));
    const request = pagerMessage(record, sender, { random, now: clock.now() });
    const mode = chooseMode({
      requestBytes: formatMessage(request).length + VIA_BYTES,
      connectionOriented: this.#ports.connectionOriented(addressesOf(record)),
    });
    if (mode !== "pager") return this.#fail(record, new ImError("too large")); // todo IM-8.1-03: large message mode
    await this.#save({ ...record, state: laterOf(record.state, "sent") });
    try {
      return await this.#judge(message.record, await requests.send(request, signal), retries);
    } catch (error) {
      if (!(error instanceof ImError)) throw error;
      return this.#judgeLoss(message.record, error, retries);
    }
  }

  async #judge(
    record: SentRecord,
    response: SipResponse,
    retries: number,
  ): Promise<number | undefined> {
    const { status } = response;
    if (status < 300) {
      await this.#save(moved(record, stateAfter(record, response)));
      return undefined;
    }
    const warnings = readWarnings(response.texts("Warning"));
    const [warning] = warnings;
    const sizeRefused = readCondition(status, warnings) === "too big";
    const reaction = reactTo({ status, pager: true, sizeRefused });
    const retryAfterMs = (response.get(headers.RetryAfter)?.seconds ?? 0) * 1000;
    if (reaction.do === "retry" && retries < MAX_RETRIES) {
      return Math.max(retryAfterMs, reaction.afterMs * 2 ** Math.min(retries, 4));
    }
    const details = { status, ...(warning === undefined ? {} : { warning }) };
    if (reaction.do === "large message")
      return this.#fail(record, new ImError("too large", details));
    const reason = reaction.do === "tell" ? reaction.reason : "server trouble";
    return this.#fail(record, new ImError(reason, details));
  }

  /** No answer: the server may have it or not, so the same message goes again; the id makes it one. */
  async #judgeLoss(
    record: SentRecord,
    error: ImError,
    retries: number,
  ): Promise<number | undefined> {
    const lost = error.code === "offline" || error.code === "timeout";
    if (!lost || retries >= MAX_RETRIES) return this.#fail(record, error);
    return Math.min(MAX_WAIT_MS, 500 * 2 ** retries);
  }

  async #fail(record: SentRecord, error: ImError): Promise<undefined> {
    const failure = { code: error.code, status: error.status };
    await this.#save({ ...moved(record, "failed"), failure });
    return undefined;
  }

  async #save(record: SentRecord): Promise<void> {
    await this.#ports.store.change(record);
    const message = this.#live.get(record.id);
    if (message === undefined || message.record === record) return;
    message.update(record);
    this.#ports.changed(message);
  }

  #sleep(lane: Lane, waitMs: number): Promise<void> {
    return new Promise((resolve) => {
      const cancel = this.#ports.clock.schedule(waitMs, resolve);
      lane.retry = () => {
        cancel();
        resolve();
      };
    });
  }
}

/**
 * 200 is the recipient's device speaking; 202 is a server that keeps the message or copies it to
 * many. An IM server says which; any other can only mean that it keeps it. RFC 3428 §7
 */
function stateAfter({ recipients }: SentRecord, response: SipResponse): SendingState {
  if (recipients.length > 1) return "accepted";
  if (response.status !== 202) return "delivered";
  const kept = readWarnings(response.texts("Warning")).includes(DEFERRED);
  return kept || !isImServer(response.text("Server")) ? "deferred" : "accepted";
}

function addressesOf({ recipients }: SentRecord): string[] {
  return recipients.map(({ address }) => address);
}

function isOver({ expiresAt }: SentRecord, now: number): boolean {
  return expiresAt !== undefined && now >= expiresAt;
}

function laterOf(from: SendingState, to: SendingState): SendingState {
  return isLater(from, to) ? to : from;
}

/** Every recipient, or the one named, and with them the message. */
function moved(record: SentRecord, to: SendingState, recipient?: string): SentRecord {
  const alone = record.recipients.length === 1;
  const recipients = record.recipients.map((each) =>
    recipient === undefined || each.address === recipient || alone
      ? { ...each, state: laterOf(each.state, to) }
      : each,
  );
  return { ...record, recipients, state: overallState(recipients) };
}
