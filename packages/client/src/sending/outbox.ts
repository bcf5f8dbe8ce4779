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
import type { Clock, Random } from "@parlance/wire";
import { ImError, type ImErrorCode } from "../base/errors.ts";
import { onAbort, type Signal } from "../base/signal.ts";
import { Turns } from "../base/turns.ts";
import type { Requests } from "../connection/requests.ts";
import type { ClientStore, SendingState, SentRecord } from "../store/client-store.ts";
import { pagerMessage, type Sender } from "./pager-message.ts";
import { isLater, isSettled, overallState, SentMessage } from "./sent-message.ts";

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
/** Answers that ask to try again: with growing waits a server has minutes to recover. */
const MAX_REFUSALS = 8;
/** Losses of the line in the middle of one message: more are that message's own fault. */
const MAX_LOSSES: ReadonlyMap<ImErrorCode, number> = new Map([
  ["offline", 30],
  ["timeout", 30],
  ["too large", 6], // beside UDP the server may have no stream, or it is only down
]);
const MAX_WAIT_MS = 60_000;
/** Sent messages that an application may still hold; older ones live in the store alone. */
const MAX_LIVE = 1_000;

/** The messages of one conversation. */
interface Lane {
  readonly waiting: SentMessage[];
  running: boolean;
  /** Of the first one that waits. */
  refusals: number;
  losses: number;
  /** Ends the wait before the next attempt. */
  wake: () => void;
}

interface Abortable {
  readonly signal: Signal;
  readonly letGo: () => void;
}

export class Outbox {
  readonly #ports: OutboxPorts;
  readonly #lanes = new Map<string, Lane>();
  readonly #live = new Map<string, SentMessage>();
  readonly #abortable = new Map<string, Abortable>();
  readonly #turns = new Turns();
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
    if (kept === undefined) throw new Error("the message id is in use");
    message.update(kept);
    this.#keepLive(message);
    this.#enqueue(message);
    if (signal === undefined) return;
    const letGo = onAbort(signal, () => this.#takeBack(message));
    this.#abortable.set(record.id, { signal, letGo });
  }

  /** There is a registered line now. */
  resume(): void {
    this.#open = true;
    for (const [target, lane] of this.#lanes) {
      lane.wake();
      this.#run(target, lane);
    }
  }

  /** The line is gone; what was under way is sent again later. */
  pause(): void {
    this.#open = false;
    for (const lane of this.#lanes.values()) lane.wake();
  }

  /** Sends nothing any more; what waits stays in the store. */
  end(): void {
    this.pause();
    for (const { letGo } of this.#abortable.values()) letGo();
    for (const message of this.#live.values()) message.abandon();
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

  /** A receipt moves the recipient who sent it. False: no such message. IM-8.1.1-N3 */
  async advance(id: string, to: SendingState, recipient: string): Promise<boolean> {
    return this.#change(id, (record) => moved(record, to, { recipient, failure: UNDELIVERED }));
  }

  #track(record: SentRecord): SentMessage {
    const message = new SentMessage(record, this.#ports.report);
    this.#keepLive(message);
    return message;
  }

  #keepLive(message: SentMessage): void {
    this.#live.set(message.id, message);
    if (this.#live.size <= MAX_LIVE) return;
    for (const [id, { record }] of this.#live) {
      if (!isSettled(record)) continue;
      this.#live.delete(id);
      return;
    }
  }

  #enqueue(message: SentMessage): void {
    const target = message.record.conversation;
    const lane = this.#lanes.get(target) ?? newLane();
    this.#lanes.set(target, lane);
    lane.waiting.push(message);
    this.#run(target, lane);
  }

  /** What was not sent yet never will be; what is under way cannot be called back. */
  #takeBack(message: SentMessage): void {
    const target = message.record.conversation;
    const lane = this.#lanes.get(target);
    const at = lane?.waiting.indexOf(message) ?? -1;
    if (lane === undefined || at === -1) return;
    if (at === 0 && lane.running) return lane.wake();
    lane.waiting.splice(at, 1);
    if (at === 0) startAfresh(lane);
    this.#fail(message.id, new ImError("aborted")).catch(this.#ports.report);
    if (!lane.running) this.#rested(target, lane);
  }

  #run(target: string, lane: Lane): void {
    if (lane.running || !this.#open) return;
    lane.running = true;
    this.#drain(lane)
      .catch(this.#ports.report) // the store failed: the next message or connection tries again
      .finally(() => {
        lane.running = false;
        this.#rested(target, lane);
      });
  }

  #rested(target: string, lane: Lane): void {
    if (lane.waiting.length > 0) return;
    this.#lanes.delete(target);
    if (this.#lanes.size > 0) return;
    for (const resolve of this.#idle) resolve();
    this.#idle = [];
  }

  async #drain(lane: Lane): Promise<void> {
    while (this.#open) {
      const [message] = lane.waiting;
      if (message === undefined) return;
      const waitMs = await this.#sendOnce(message, lane);
      if (waitMs !== undefined) {
        await this.#sleep(lane, waitMs);
        continue;
      }
      lane.waiting.shift();
      startAfresh(lane);
      this.#abortable.get(message.id)?.letGo();
      this.#abortable.delete(message.id);
    }
  }

  /** The wait before the same message is tried again; undefined when it is settled. */
  async #sendOnce(message: SentMessage, lane: Lane): Promise<number | undefined> {
    const { id, record } = message;
    const { clock, random, requests, sender } = this.#ports;
    if (isSettled(record)) return undefined; // a receipt has come before the answer
    if (this.#abortable.get(id)?.signal.aborted) return this.#fail(id, new ImError("aborted"));
    if (isOver(record, clock.now())) return this.#fail(id, new ImError("expired"));
    const request = pagerMessage(record, sender, { random, now: clock.now() });
    const mode = chooseMode({
      requestBytes: formatMessage(request).length + VIA_BYTES,
      connectionOriented: this.#ports.connectionOriented(addressesOf(record)),
    });
    if (mode !== "pager") return this.#fail(id, new ImError("too large")); // todo IM-8.1-03: large message mode
    await this.#change(id, (now) => moved(now, "sent"));
    if (!this.#open) return 0;
    try {
      return await this.#judge(id, await requests.send(request), lane);
    } catch (error) {
      if (!(error instanceof ImError)) throw error;
      return this.#judgeLoss(id, error, lane);
    }
  }

  async #judge(id: string, response: SipResponse, lane: Lane): Promise<number | undefined> {
    const { status } = response;
    if (status < 300) {
      await this.#change(id, (record) => moved(record, stateAfter(record, response)));
      return undefined;
    }
    const warnings = readWarnings(response.texts("Warning"));
    const [warning] = warnings;
    const sizeRefused = readCondition(status, warnings) === "too big";
    const reaction = reactTo({ status, pager: true, sizeRefused });
    if (reaction.do === "retry" && lane.refusals < MAX_REFUSALS) {
      const retryAfterMs = (response.get(headers.RetryAfter)?.seconds ?? 0) * 1000;
      const waitMs = reaction.afterMs * 2 ** Math.min(lane.refusals, 4);
      lane.refusals += 1;
      return Math.min(MAX_WAIT_MS, Math.max(retryAfterMs, waitMs));
    }
    const details = { status, ...(warning === undefined ? {} : { warning }) };
    if (reaction.do === "large message") return this.#fail(id, new ImError("too large", details));
    const reason = reaction.do === "tell" ? reaction.reason : "server trouble";
    return this.#fail(id, new ImError(reason, details));
  }

  /** No answer: the server may have it or not, so the same message goes again; the id makes it one. */
  async #judgeLoss(id: string, error: ImError, lane: Lane): Promise<number | undefined> {
    const { code } = error;
    if (code === "closed") return 0; // it stays in the store for the next time
    const most = MAX_LOSSES.get(code) ?? 0;
    if (lane.losses >= most) return this.#fail(id, error);
    lane.losses += 1;
    return Math.min(MAX_WAIT_MS, 500 * 2 ** lane.losses);
  }

  async #fail(id: string, error: ImError): Promise<undefined> {
    const failure = { code: error.code, status: error.status };
    await this.#change(id, (record) => moved(record, "failed", { failure }));
    return undefined;
  }

  /** Each change starts from what the one before has left. False: no such message. */
  #change(id: string, change: (record: SentRecord) => SentRecord): Promise<boolean> {
    return this.#turns.take(id, async () => {
      const message = this.#live.get(id);
      const record = message?.record ?? (await this.#ports.store.sent(id));
      if (record === undefined) return false;
      const changed = change(record);
      await this.#ports.store.change(changed);
      if (message === undefined || isSame(record, changed)) return true;
      message.update(changed);
      this.#ports.changed(message);
      return true;
    });
  }

  #sleep(lane: Lane, waitMs: number): Promise<void> {
    if (!this.#open) return Promise.resolve();
    return new Promise((resolve) => {
      const cancel = this.#ports.clock.schedule(waitMs, resolve);
      lane.wake = () => {
        cancel();
        resolve();
      };
    });
  }
}

function newLane(): Lane {
  return { waiting: [], running: false, refusals: 0, losses: 0, wake: () => {} };
}

function startAfresh(lane: Lane): void {
  lane.refusals = 0;
  lane.losses = 0;
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

function isOver({ expiresAt }: SentRecord, now: number): boolean {
  return expiresAt !== undefined && now >= expiresAt;
}

type Failure = SentRecord["failure"];

/** What a negative receipt tells. */
const UNDELIVERED: Failure = { code: "not reachable", status: undefined };

/** Every recipient, or the one named, and with them the message. */
function moved(
  record: SentRecord,
  to: SendingState,
  by: { readonly recipient?: string; readonly failure?: Failure } = {},
): SentRecord {
  const all = by.recipient === undefined || record.recipients.length === 1;
  const recipients = record.recipients.map((each) =>
    (all || each.address === by.recipient) && isLater(each.state, to)
      ? { ...each, state: to }
      : each,
  );
  const state = overallState(recipients);
  const failure = state === "failed" ? (record.failure ?? by.failure) : undefined;
  return { ...record, recipients, state, failure };
}

function isSame(one: SentRecord, other: SentRecord): boolean {
  return (
    one.state === other.state &&
    one.recipients.every(({ state }, at) => state === other.recipients[at]?.state)
  );
}
