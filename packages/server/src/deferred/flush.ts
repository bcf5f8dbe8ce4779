/** Brings one returned user what waits for him: in order, one at a time. OMA IM 12, push */
import type { User } from "../ports/index.ts";
import type { DeferredMessage } from "../store/index.ts";
import type { Counters } from "./counters.ts";
import { forget } from "./forget.ts";
import type { DeferredOptions } from "./options.ts";
import { isPoison, retryDelayMs, stepsAside } from "./patience.ts";
import type { DeferredPorts } from "./ports.ts";
import { push } from "./push.ts";
import { subjectOf, tellArrived, tellRefused, tellWaits } from "./report.ts";

export type FlushResult =
  /** Nothing waits any more that could be pushed. */
  | "empty"
  /** Something waits, and the user cannot be reached. */
  | "away"
  /** Something waits, because the client would not take it now. */
  | "failed"
  /** What waits is for other devices, or other ways, than those that are there. */
  | "parked";

/** Lets the flush see messages that are stored while it runs. */
export interface Arrivals {
  /** Rises with every message that is given to the store. */
  readonly count: number;
  /** How many of them there were when nothing was left. */
  served: number;
  /** Ids of what is brought otherwise. */
  readonly underWay: ReadonlySet<string>;
}

export class Flush {
  readonly #user: User;
  readonly #ports: DeferredPorts;
  readonly #options: DeferredOptions;
  readonly #counters: Counters;
  readonly #removals: DeferredMessage[] = [];
  #removing: Promise<unknown> = Promise.resolve();
  /** Messages of this round that stay in the store: they stepped aside, or are in quarantine. */
  readonly #tried = new Set<string>();
  /** Messages that failed and stepped aside in this round. */
  readonly #aside: DeferredMessage[] = [];
  /** The next one: files are offered when no message waits, for their user may take his time with each. */
  #file: DeferredMessage | undefined;
  #failuresInARow = 0;
  /** Something stays for a contact that is not there. */
  #unfit = false;

  constructor(user: User, ports: DeferredPorts, options: DeferredOptions, counters: Counters) {
    this.#user = user;
    this.#ports = ports;
    this.#options = options;
    this.#counters = counters;
  }

  async run(arrivals: Arrivals, round: number): Promise<FlushResult> {
    const { pageSize } = this.#options;
    let after: string | undefined;
    let known = arrivals.count;
    for (;;) {
      const page = await this.#ports.store.page(this.#user.name, after, pageSize);
      for (const message of page) {
        if (this.#tried.has(message.id) || arrivals.underWay.has(message.id)) continue;
        if (message.mode === "file") {
          this.#file ??= message;
          continue;
        }
        const stop = await this.#one(message, round);
        if (stop === undefined) continue;
        await this.#settle();
        return stop;
      }
      after = page.at(-1)?.id;
      if (after !== undefined) continue;
      await this.#settle();
      const file = this.#file;
      this.#file = undefined;
      if (file !== undefined && known === arrivals.count) {
        const stop = await this.#one(file, round);
        this.#tried.add(file.id);
        await this.#settle();
        if (stop !== undefined) return stop;
        known = arrivals.count;
        continue; // what has come meanwhile goes before the next file
      }
      arrivals.served = known;
      if (known === arrivals.count) return this.#left();
      // Once more from the start: ids of a clock that was set back lie before those already read.
      known = arrivals.count;
    }
  }

  #left(): FlushResult {
    if (this.#aside.length > 0) return "failed";
    return this.#unfit ? "parked" : "empty";
  }

  async #one(message: DeferredMessage, round: number): Promise<FlushResult | undefined> {
    if (message.poisoned || message.expiresAt <= this.#ports.clock.now()) return undefined;
    const result = await this.#tryPush(message);
    if (result === "away") return "away";
    if (result === "unfit") {
      this.#tried.add(message.id);
      this.#unfit = true;
      return undefined;
    }
    if (result === "later" || result === "silence") return this.#later(message, round, result);
    if (result === "delivered") await this.#delivered(message);
    else if (result === "unwelcome") this.#remove(message);
    else if (result === "refused" || result === "declined") await this.#refused(message, result);
    else await this.#quarantine(message);
    return undefined;
  }

  async #tryPush(message: DeferredMessage): ReturnType<typeof push> {
    try {
      return await push(message, this.#user, this.#ports, this.#options);
    } catch (error) {
      // Our own fault, brought out by this one record: it must not stop the others.
      this.#ports.log.error("push failed", { id: message.id, error: String(error) });
      return "unreadable";
    }
  }

  /** Who failed before it in this round failed by his own fault, not by the client's. */
  async #delivered(message: DeferredMessage): Promise<void> {
    this.#counters.pushed.add();
    this.#failuresInARow = 0;
    await tellArrived(message, this.#ports);
    this.#remove(message);
    const { patience } = this.#options;
    const guilty = this.#aside.filter((one) => isPoison(one.attempts + 1, patience));
    for (const one of guilty) {
      this.#aside.splice(this.#aside.indexOf(one), 1);
      await this.#tellAuthor(one);
      await this.#quarantine(one);
    }
  }

  async #refused(message: DeferredMessage, how: "refused" | "declined"): Promise<void> {
    this.#counters.failed.add();
    await tellRefused(message, how, this.#ports);
    this.#remove(message);
  }

  async #later(
    message: DeferredMessage,
    round: number,
    result: "later" | "silence",
  ): Promise<FlushResult | undefined> {
    const { patience } = this.#options;
    const attempts = message.attempts + 1;
    const nextAttemptAt = this.#ports.clock.now() + (retryDelayMs(round, patience) ?? 0);
    const attempt = { attempts, nextAttemptAt, poisoned: false };
    await this.#ports.store.markAttempt(this.#user.name, message.id, attempt);
    // Of a copy whose bringing the end of the server has cut off nobody knows that it waits.
    if (attempts === 1 && message.group !== undefined) tellWaits(message, this.#ports);
    this.#failuresInARow += 1;
    // A user who does not want one file now may want the next.
    const aside = message.mode === "file" || stepsAside(attempts, result, patience);
    if (!aside || this.#failuresInARow > 1) return "failed";
    this.#aside.push(message);
    this.#tried.add(message.id);
    return undefined;
  }

  async #quarantine(message: DeferredMessage): Promise<void> {
    this.#tried.add(message.id);
    this.#counters.quarantined.add();
    this.#ports.security.report("quarantined: deferred message", this.#user.address, {
      id: message.id,
    });
    const attempt = { attempts: message.attempts + 1, nextAttemptAt: 0, poisoned: true };
    await this.#ports.store.markAttempt(this.#user.name, message.id, attempt);
  }

  async #tellAuthor(message: DeferredMessage): Promise<void> {
    const subject = subjectOf(message, this.#ports);
    if (subject !== undefined) await this.#ports.reports.failed(subject);
  }

  /** Not awaited: a crash before the commit only means that the client sees a message again. */
  #remove(message: DeferredMessage): void {
    this.#removals.push(message);
    if (this.#removals.length >= this.#options.removeTogether) this.#forget();
  }

  #forget(): void {
    const removal = forget(this.#user.name, this.#removals.splice(0), this.#ports);
    this.#removing = Promise.all([this.#removing, removal]);
    // It is awaited at the end; until then a failure must not count as unhandled.
    this.#removing.catch(() => undefined);
  }

  async #settle(): Promise<void> {
    if (this.#removals.length > 0) this.#forget();
    await this.#removing;
  }
}
