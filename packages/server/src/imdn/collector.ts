/** Gathers the reports about messages that went out in copies, and passes them on together. RFC 5438 §8.3 */
import { findImdns, type ReceivedImdn } from "@parlance/formats";
import { refuse } from "@parlance/im";
import { addressKey, parseUri, type SipUri } from "@parlance/sip";
import { type Cancel, type Clock, parsed, type Random } from "@parlance/wire";
import type {
  CopiedMessage,
  Log,
  Originator,
  Owner,
  Passage,
  ReportCollection,
  Verdict,
  Way,
} from "../ports/index.ts";
import { type ImdnStore, StoreError } from "../store/index.ts";
import { AggregateSender, type Sending } from "./aggregate-sender.ts";
import { collectedReport } from "./collected-report.ts";

export interface CollectorPorts {
  readonly store: ImdnStore;
  readonly way: Pick<Way, "submit">;
  /** Can this author be brought a message now that is too long for a datagram? Of others we cannot know: true. */
  readonly takesLong: (author: string) => boolean;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
}

export interface CollectorOptions {
  /** Service address that the reports come to. */
  readonly address: string;
  readonly userAgent: string;
  /** How long reports are gathered before they are passed on. */
  readonly aggregateMs: number;
  /** How long reports about one message are taken. */
  readonly lifeMs: number;
}

/** A receipt that takes longer than some seconds is no longer felt as one. */
export const DEFAULT_COLLECTOR_TIMES = { aggregateMs: 10_000, lifeMs: 7 * 86_400_000 };

const TICK_MS = 1_000;
const TICKS_TO_EXPIRE = 60; // what lives for days may die a minute late
const DUE_A_TICK = 20;
const EXPIRED_A_TICK = 500;
const OK: Verdict = { do: "answer", status: 200 };

export class ReportCollector implements Owner, ReportCollection {
  readonly name = "collector of reports";
  readonly route: string;
  readonly #ports: CollectorPorts;
  readonly #options: CollectorOptions;
  readonly #sender: AggregateSender;
  /** Messages whose next aggregate is due soon, with how many recipients have still to report. */
  readonly #armed = new Map<string, number>();
  readonly #sending = new Set<string>();
  /** Messages about which something came while their aggregate was sent: the sender laid them to rest. */
  readonly #late = new Map<string, Sending["message"]>();
  #tick: Cancel | undefined;
  #ticks = 0;

  constructor(ports: CollectorPorts, options: CollectorOptions) {
    this.#ports = ports;
    this.#options = options;
    this.route = options.address;
    this.#sender = new AggregateSender(ports, options);
  }

  start(): void {
    this.#tick = this.#ports.clock.schedule(TICK_MS, () => void this.#onTick());
  }

  stop(): void {
    this.#tick?.();
    this.#tick = undefined;
  }

  owns(uri: SipUri): boolean {
    return addressKey(uri) === this.#options.address;
  }

  async open(message: CopiedMessage): Promise<void> {
    const sentAt = this.#ports.clock.now();
    const author = addressKey(parseUri(message.shownAuthor));
    const opened = await this.#ports.store.open({
      messageId: message.messageId, // IM-8.1.1-N3: what a report finds its message by
      author,
      recipients: message.recipients,
      context: message.author,
      sentAt,
      deadline: sentAt + this.#options.aggregateMs,
      expiresAt: sentAt + this.#options.lifeMs,
    });
    // Sent again because its answer was lost: some may have reported, so the next report arms it.
    if (opened === "known") return;
    this.#armed.set(keyOf(message.messageId, author), message.recipients.length);
  }

  async serve({ request, originator, content, receivedAt }: Passage): Promise<Verdict> {
    if (request.method !== "MESSAGE") return no("unknown method", [["Allow", "MESSAGE"]]);
    if (originator === undefined) return no("not authenticated");
    if (!content.bytes.ok) return { do: "refuse", refusal: content.bytes.refusal };
    const type = request.text("Content-Type") ?? "";
    const found = findImdns({
      headers: [["Content-Type", type]],
      content: content.bytes.value,
    });
    if (!found.ok || found.value.length === 0) return no("bad body");
    try {
      for (const one of found.value) await this.#take(one, originator, receivedAt);
      return OK; // RFC 5438 §8: also for one that nobody waits for, it must not come back
    } catch (error) {
      if (!(error instanceof StoreError)) throw error;
      this.#ports.log.warn("report not stored", { fault: error.fault });
      return error.fault === "busy" ? no("overload", [["Retry-After", "5"]]) : no("failure");
    }
  }

  async #take(
    { imdn, envelope }: ReceivedImdn,
    reporter: Originator,
    receivedAt: number,
  ): Promise<void> {
    const to = parsed(() => addressKey(parseUri(envelope?.to[0]?.uri ?? "")));
    if (!to.ok) return; // without an envelope nobody knows whose message it is about
    const key = keyOf(imdn.messageId, to.value);
    if (!this.#armed.has(key) && !(await this.#arm(imdn.messageId, to.value))) return;
    const reported = { imdn, reporter, author: to.value, receivedAt };
    const report = collectedReport(reported, this.#ports.random);
    // A recipient may have been addressed by any of his identities.
    const names = new Set([reporter.address, ...(reporter.user?.identities ?? [])]);
    for (const recipient of names) {
      const named = { ...report, recipient };
      const result = await this.#ports.store.report(imdn.messageId, to.value, named);
      if (result === "unknown") continue;
      if (result === "recorded" && imdn.notification.kind === "delivery") this.#countDown(key);
      return;
    }
  }

  /** The next aggregate is due after the usual time. False when there is no such message. */
  async #arm(messageId: string, author: string): Promise<boolean> {
    const state = await this.#ports.store.find(messageId, author);
    if (state === undefined) return false;
    const deadline = this.#ports.clock.now() + this.#options.aggregateMs;
    if (state.message.deadline > deadline) {
      await this.#ports.store.passedOn(messageId, author, [], deadline);
    }
    const missing = state.message.recipients.length - state.delivered;
    this.#armed.set(keyOf(messageId, author), missing);
    return true;
  }

  /** When everybody has reported there is nothing to wait for. */
  #countDown(key: string): void {
    const missing = (this.#armed.get(key) ?? 0) - 1;
    this.#armed.set(key, missing);
    if (missing !== 0) return;
    const [messageId = "", author = ""] = key.split(SEPARATOR);
    this.#sendNow(messageId, author).catch((error: unknown) => this.#failed(error));
  }

  async #sendNow(messageId: string, author: string): Promise<void> {
    const state = await this.#ports.store.find(messageId, author);
    if (state !== undefined) await this.#send(state);
  }

  async #onTick(): Promise<void> {
    try {
      const now = this.#ports.clock.now();
      this.#ticks = (this.#ticks + 1) % TICKS_TO_EXPIRE;
      if (this.#ticks === 0) await this.#ports.store.expire(now, EXPIRED_A_TICK);
      const due = await this.#ports.store.due(now, DUE_A_TICK);
      await Promise.all(due.map((state) => this.#send(state)));
      await this.#rearm(now);
    } catch (error) {
      this.#failed(error);
    }
    if (this.#tick !== undefined) this.start();
  }

  async #send(state: Sending): Promise<void> {
    const { messageId, author } = state.message;
    const key = keyOf(messageId, author);
    if (this.#sending.has(key)) return;
    this.#sending.add(key);
    try {
      // Reports that come meanwhile arm it anew.
      this.#armed.delete(key);
      await this.#sender.send(state);
    } finally {
      this.#sending.delete(key);
      if (this.#armed.has(key)) this.#late.set(key, state.message);
    }
  }

  async #rearm(now: number): Promise<void> {
    for (const [key, { messageId, author }] of this.#late) {
      await this.#ports.store.passedOn(messageId, author, [], now + this.#options.aggregateMs);
      this.#late.delete(key);
    }
  }

  #failed(error: unknown): void {
    this.#ports.log.error("passing reports on failed", { error: String(error) });
  }
}

const SEPARATOR = " "; // in neither part

function keyOf(messageId: string, author: string): string {
  return messageId + SEPARATOR + author;
}

function no(...[condition, headers]: Parameters<typeof refuse>): Verdict {
  return { do: "refuse", refusal: refuse(condition, headers) };
}
