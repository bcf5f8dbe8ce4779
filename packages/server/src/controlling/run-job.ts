/** Sends the copies of one accepted message, and remembers which are done. RFC 5365 §7 */
import { addressKey, parseMessage, parseUri, RetryAfter, SipRequest } from "@parlance/sip";
import { type Clock, parsed } from "@parlance/wire";
import type {
  Counter,
  LimitWatch,
  Log,
  Metrics,
  Originator,
  Outcome,
  Reports,
  User,
  Way,
} from "../ports/index.ts";
import type { Job, JobStore } from "../store/index.ts";
import { parseContext } from "./context.ts";
import { Copies } from "./copies.ts";
import type { Lanes } from "./lanes.ts";
import type { CopyContext } from "./model.ts";
import type { Slots } from "./slots.ts";

export interface JobPorts {
  readonly store: JobStore;
  readonly way: Pick<Way, "submit">;
  readonly reports: Reports;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly hits: LimitWatch;
  readonly userNamed: (name: string) => User | undefined;
}

/** What all jobs share. */
export interface JobSurroundings {
  readonly slots: Slots;
  readonly lanes: Lanes;
  /** Of copies, by what became of them. */
  readonly counter: Counter;
  /** The server ends: what is not done goes on in its next life. */
  readonly isOver: () => boolean;
}

const RETRIES = 2;
const RETRY_MS = 2_000; // doubled each time; what the other side asks for counts more
const MAX_RETRY_MS = 60_000;
const INTERRUPTED_MS = 15_000; // a disk that was full or slow has had time to recover
const SETTLE_TOGETHER = 16; // one commit for so many copies
const SETTLE_MS = 50; // or for all that end within this time

export class RunningJob {
  readonly #job: Job;
  readonly #ports: JobPorts;
  readonly #around: JobSurroundings;
  readonly #settled: string[] = [];
  #failed = 0;

  constructor(job: Job, ports: JobPorts, around: JobSurroundings) {
    this.#job = job;
    this.#ports = ports;
    this.#around = around;
  }

  /** What was accepted is not given up before its time is over. */
  async run(): Promise<void> {
    const { id, bytes, context: text, recipients, originator: author } = this.#job;
    const context = parseContext(text);
    const template = parseMessage(bytes);
    if (context === undefined || !template.ok || !(template.value instanceof SipRequest)) {
      this.#ports.log.error("job cannot be read", { id }); // it stays where it is
      return;
    }
    const copies = new Copies(template.value, { id, readdress: context.readdress });
    const originator = this.#originatorOf(context);
    await Promise.all(
      recipients.map(async (recipient) => {
        // A later message of this author must not overtake the copy. RFC 3428 §8
        await this.#around.lanes.take(`${author} ${recipient}`, () =>
          this.#insist(() => this.#one(copies, context, originator, recipient)),
        );
        if (!this.#around.isOver()) await this.#settle(recipient);
      }),
    );
    await this.#forget();
    if (this.#failed === 0) return;
    this.#ports.log.info("copies not delivered", { id, failed: this.#failed });
  }

  /** Tries again until nothing of ours stands in the way. */
  async #insist(work: () => Promise<void>): Promise<void> {
    while (!this.#around.isOver()) {
      const release = await this.#around.slots.take();
      try {
        return await work();
      } catch (error) {
        this.#ports.log.error("copy interrupted", { error: String(error) });
      } finally {
        release();
      }
      await this.#pause(INTERRUPTED_MS);
    }
  }

  async #one(
    copies: Copies,
    context: CopyContext,
    originator: Originator,
    recipient: string,
  ): Promise<void> {
    const number = context.recipients.indexOf(recipient);
    const copy = parsed(() => copies.copy(recipient, number));
    const expired = this.#job.expiresAt <= this.#ports.clock.now();
    const status = copy.ok && !expired ? await this.#send(copy.value, originator) : 400;
    if (status < 300) return this.#around.counter.add(1, "accepted");
    // Answers of a device are passed back or end in the store, so it is our own trouble.
    if (status >= 500 && status < 600) throw new Error(`copy not taken: ${status}`);
    this.#around.counter.add(1, "failed");
    this.#failed += 1;
    if (copies.cpim === undefined) return;
    const { uri: author } = context.originator;
    await this.#ports.reports.failed({ cpim: copies.cpim, author, recipient });
  }

  async #send(copy: SipRequest, originator: Originator): Promise<number> {
    const principal = { kind: "server", onBehalfOf: originator.address } as const;
    for (let attempt = 0; ; attempt += 1) {
      const outcome = await this.#ports.way.submit(copy, principal, originator);
      const { status } = outcome;
      if ((status < 500 && status !== 408) || status >= 600 || attempt === RETRIES) return status;
      await this.#pause(delayMs(outcome, attempt));
    }
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      this.#ports.clock.schedule(ms, resolve);
    });
  }

  async #settle(recipient: string): Promise<void> {
    this.#settled.push(recipient);
    if (this.#settled.length >= SETTLE_TOGETHER) return this.#forget();
    if (this.#settled.length > 1) return;
    // The others of the list may take long, and until then a crash would make this copy again.
    await this.#pause(SETTLE_MS);
    await this.#forget();
  }

  async #forget(): Promise<void> {
    while (this.#settled.length > 0 && !this.#around.isOver()) {
      const settled = this.#settled.splice(0);
      try {
        await this.#ports.store.settle(this.#job.id, settled);
      } catch (error) {
        this.#ports.log.error("job not settled", { error: String(error) });
        this.#settled.push(...settled);
        await this.#pause(INTERRUPTED_MS);
      }
    }
  }

  #originatorOf({ originator }: CopyContext): Originator {
    const { uri: text, anonymous, user } = originator;
    const uri = parseUri(text);
    const account = user === undefined ? undefined : this.#ports.userNamed(user);
    return { uri, address: addressKey(uri), anonymous, user: account };
  }
}

function delayMs({ response }: Outcome, attempt: number): number {
  const asked = parsed(() => response?.get(RetryAfter)?.seconds);
  const seconds = asked.ok ? asked.value : undefined;
  return Math.min(seconds === undefined ? RETRY_MS * 2 ** attempt : seconds * 1000, MAX_RETRY_MS);
}
