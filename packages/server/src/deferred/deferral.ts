/** Deferred messaging: keeps what cannot be delivered, and brings it later. OMA IM 12 */
import { type FileOffer, mimeHeader } from "@parlance/formats";
import { bodyKind, CPIM, isRefusal, type Refusal, refuse } from "@parlance/im";
import { type Body, DateHeader, Expires } from "@parlance/sip";
import { saidBy } from "../media/index.ts";
import type { Deferral, Passage, TakeOver, User, Verdict } from "../ports/index.ts";
import { type DeferredMessage, StoreError, TimeOrderedIds } from "../store/index.ts";
import { bringCopy } from "./bring-copy.ts";
import { type Counters, countersOf } from "./counters.ts";
import { formatKeptFile, keptFile, type Wrapping } from "./files/kept-invitation.ts";
import { Flush, type FlushResult } from "./flush.ts";
import { judgeStoring } from "./judge-storing.ts";
import type { Kept } from "./large/content-sink.ts";
import { DEFAULT_DEFERRED_OPTIONS, type DeferredOptions } from "./options.ts";
import { retryDelayMs } from "./patience.ts";
import type { DeferredPorts } from "./ports.ts";
import { goesOnlyBySession, isUnfit, objectionTo } from "./push.ts";
import { newQueue, type Queue } from "./queue.ts";
import { subjectIn, tellStored, tellWaits } from "./report.ts";
import { Sweeper } from "./sweeper.ts";
import { cameIn, readWaiting, recordOf } from "./waiting-request.ts";

/** What comes in a session for somebody who is away. */
interface Came {
  readonly invitation: Passage;
  readonly user: User;
  readonly expiresAt: number;
}

/** Of a message that is to be kept, to the contacts that its user has now. */
type Ways =
  /** None of them can take it. */
  | "none"
  /** It is too long for a request, and waits for a session. */
  | "untried"
  /** They did not take it, or others wait before it, or there are none. */
  | "tried";

const RECIPIENTS_A_PAGE = 1_000;
const BOUNDARY_BITS = 128;
const RETRY_AFTER_SECONDS = "5"; // longer than an ordinary burst of writes

export class DeferredMessages implements Deferral {
  readonly #ports: DeferredPorts;
  readonly #options: DeferredOptions;
  readonly #ids: TimeOrderedIds;
  readonly #counters: Counters;
  readonly #sweeper: Sweeper;
  readonly #queues = new Map<string, Queue>();
  readonly #runnable = new Set<Queue>();
  /** Ids of what is brought beside what waits. */
  readonly #underWay = new Set<string>();
  #running = 0;
  #stopped = false;

  constructor(ports: DeferredPorts, options: Partial<DeferredOptions> = {}) {
    this.#ports = ports;
    this.#options = { ...DEFAULT_DEFERRED_OPTIONS, ...options };
    this.#ids = new TimeOrderedIds(ports.random);
    this.#counters = countersOf(ports.metrics);
    this.#sweeper = new Sweeper(ports, this.#options, this.#counters);
    const help = "Users for whom messages wait";
    ports.metrics.gauge("deferred_users", help, () => this.#queues.size);
  }

  /** Before the first request is taken: learns for whom messages wait. */
  async start(): Promise<void> {
    await this.#ports.large?.start();
    let after: string | undefined;
    for (;;) {
      const names = await this.#ports.store.recipients(after, RECIPIENTS_A_PAGE);
      for (const name of names) this.#resume(name);
      after = names.at(-1);
      if (after === undefined) break;
    }
    this.#sweeper.start();
  }

  stop(): void {
    this.#stopped = true;
    this.#ports.large?.stop();
    this.#ports.files?.stop();
    this.#sweeper.stop();
    this.#runnable.clear();
    for (const queue of this.#queues.values()) queue.retry?.();
  }

  /** A message for this user has to wait behind others; not where those are not brought to him now. */
  isWaiting(user: User): boolean {
    if (this.#queues.get(user.name)?.parked !== false) return false;
    return this.#ports.settings.pushes(user) && this.#ports.settings.visible(user);
  }

  async store(passage: Passage, user: User): Promise<Refusal | { readonly expiresAt: number }> {
    const kind = kindOf(passage);
    const judgement = judgeStoring({
      kind,
      receivedAt: passage.receivedAt,
      sentAt: passage.request.get(DateHeader),
      expiresSeconds: passage.request.get(Expires),
      maxSeconds: this.#options.maxSeconds,
      maxReportSeconds: this.#options.maxReportSeconds,
    });
    if (judgement.kind === "refusal") return this.#refused(judgement);
    const { expiresAt } = judgement;
    const id = this.#ids.next(passage.receivedAt);
    const record = recordOf({
      passage,
      user,
      id,
      kind: kind === "receipt" ? "imdn" : "message",
      expiresAt,
    });
    const result = await this.#add(record, user, this.#waysFor(passage, user));
    if (isRefusal(result)) return this.#refused(result);
    this.#counters.stored.add();
    if (kind === "message") tellStored(subjectIn(passage, user), this.#ports);
    return { expiresAt };
  }

  receive(passage: Passage, user: User, instead?: TakeOver): Verdict {
    const { large, files } = this.#ports;
    const isFile = saidBy(passage.request).kind === "file";
    if ((isFile ? files : large) === undefined) {
      return { do: "refuse", refusal: refuse("unreachable") };
    }
    const judgement = judgeStoring({
      kind: "message",
      receivedAt: passage.receivedAt,
      sentAt: passage.request.get(DateHeader),
      // Of a file it says how long its sender waits for an answer. RFC 3261 §20.19
      expiresSeconds: isFile ? undefined : passage.request.get(Expires),
      maxSeconds: this.#options.maxSeconds,
      maxReportSeconds: this.#options.maxReportSeconds,
    });
    if (judgement.kind === "refusal") {
      return { do: "refuse", refusal: this.#refused(judgement) };
    }
    const { expiresAt } = judgement;
    const came: Came = { invitation: passage, user, expiresAt };
    const verdict = isFile
      ? files?.receive(passage, (...of) => this.#keepFile(came, ...of), instead)
      : large?.receive(passage, (kept) => this.#keepMessage(came, kept), { instead });
    return verdict ?? { do: "refuse", refusal: refuse("unreachable") };
  }

  #keepMessage(came: Came, kept: Kept): Promise<number> {
    return this.#keep("large", came, kept, { type: CPIM, bytes: kept.start });
  }

  #keepFile(to: Came, file: FileOffer, kept: Kept, came: Wrapping): Promise<number> {
    const boundary = this.#ports.random.token(BOUNDARY_BITS);
    const body = formatKeptFile(keptFile(to.invitation.request, file, came), boundary);
    return this.#keep("file", to, kept, body);
  }

  /** The octets are durable; the row makes a message of them. */
  async #keep(
    mode: "large" | "file",
    { invitation, user, expiresAt }: Came,
    kept: Kept,
    body: Body,
  ): Promise<number> {
    const passage = cameIn(invitation, body, this.#ports.readContent);
    const id = this.#ids.next(this.#ports.clock.now());
    const record: DeferredMessage = {
      ...recordOf({ passage, user, id, kind: "message", expiresAt }),
      mode,
      content: kept.content,
      sizeBytes: kept.sizeBytes,
    };
    const result = await this.#add(record, user, "tried");
    if (isRefusal(result)) {
      this.#counters.refused.add();
      return result.condition === "store full" ? 413 : 408;
    }
    this.#counters.stored.add();
    const { originator: author, request } = passage;
    tellWaits(record, this.#ports);
    if (mode === "large" && author?.user !== undefined) {
      await this.#ports.large?.keepSent({ user: author.user, request, author }, kept);
    }
    return 200;
  }

  /** One of many: brought at once to whoever is there, also if he fetches what waits himself. IM-5.2.4-08d */
  async keepCopy(copy: DeferredMessage, user: User): Promise<Refusal | "stored"> {
    const objection = objectionTo(copy, readWaiting(copy), user, this.#ports);
    if (objection === "unwelcome" || objection === "refused") {
      return this.#refused(refuse("access denied")); // as a message of its own would be
    }
    const isThere = objection === undefined && this.#ports.isReachable(user);
    // Nothing waits behind a file about which somebody is asked.
    const apart = isThere && (copy.mode === "file" || !this.#ports.settings.pushes(user));
    const result = apart
      ? await this.#write(copy, copy.sizeBytes)
      : await this.#add(copy, user, isThere ? "untried" : "tried");
    if (isRefusal(result)) return this.#refused(result);
    this.#counters.stored.add();
    if (apart) void this.#bringNow(copy, user);
    else if (!isThere) tellWaits(copy, this.#ports);
    return result;
  }

  userReachable(user: User): void {
    const queue = this.#queues.get(user.name);
    if (queue === undefined) return;
    queue.failedRounds = 0;
    const { settings, notice } = this.#ports;
    if (!settings.pushes(user) && settings.visible(user)) notice?.tell(user); // clause 14.3
    this.#wake(queue);
  }

  /** Beside what waits. What he does not take now waits as well. */
  async #bringNow(copy: DeferredMessage, user: User): Promise<void> {
    this.#underWay.add(copy.id);
    try {
      if (await bringCopy(copy, user, this.#ports, this.#options, this.#counters)) return;
    } catch (error) {
      this.#ports.log.error("push failed", { id: copy.id, error: String(error) });
    } finally {
      this.#underWay.delete(copy.id);
      this.#ports.changed(user);
    }
    const known = this.#queues.get(user.name);
    const queue = known ?? this.#open(user.name);
    queue.count += 1;
    queue.parked = known?.parked ?? true;
  }

  #waysFor({ request }: Passage, user: User): Ways {
    if (!this.#ports.isReachable(user)) return "tried";
    const those = [request, user, this.#ports, this.#options] as const;
    if (isUnfit(...those)) return "none";
    return goesOnlyBySession(...those) ? "untried" : "tried";
  }

  /** From the call on, and not from the commit on, later messages wait behind this one. */
  async #add(record: DeferredMessage, user: User, ways: Ways): Promise<Refusal | "stored"> {
    const known = this.#queues.get(user.name);
    const queue = known ?? this.#open(user.name);
    const isFirst = known === undefined || known.parked;
    queue.parked = isFirst && ways === "none";
    queue.count += 1;
    const result = await this.#write(record);
    if (isRefusal(result) && result.condition !== "store full") {
      // Nobody may wait behind what is not there.
      if (queue.count === 1 && queue.state === "resting") this.#queues.delete(user.name);
      return result;
    }
    // A flush may have found nothing before the commit, and have closed the queue.
    const live = this.#queues.get(user.name) ?? queue;
    this.#queues.set(user.name, live);
    if (!queue.parked && this.#ports.isReachable(user)) {
      if (isFirst && ways === "untried") this.#wake(live);
      else this.#tryAgain(live, isFirst);
    }
    if (result === "stored") this.#ports.changed(user);
    return result;
  }

  /** `besides`: octets that do not count. */
  async #write(record: DeferredMessage, besides = 0): Promise<Refusal | "stored"> {
    const { messagesPerUser: messages, bytesPerUser } = this.#options;
    try {
      const quota = { messages, bytes: bytesPerUser + besides };
      if ((await this.#ports.store.add(record, quota)) !== "over quota") return "stored";
      this.#ports.hits.hit("deferredPerUser");
      return refuse("store full");
    } catch (error) {
      if (!(error instanceof StoreError)) throw error;
      this.#ports.log.warn("message not stored", { fault: error.fault });
      return error.fault === "busy"
        ? refuse("overload", [["Retry-After", RETRY_AFTER_SECONDS]])
        : refuse("failure");
    }
  }

  #refused(refusal: Refusal): Refusal {
    this.#counters.refused.add();
    return refusal;
  }

  #open(userName: string): Queue {
    const queue = newQueue(userName, this.#underWay);
    this.#queues.set(userName, queue);
    return queue;
  }

  /** After a restart a user may be there already and not register again for an hour. */
  #resume(userName: string): void {
    const queue = this.#queues.get(userName) ?? this.#open(userName);
    queue.count += 1; // so that it stays when the next message cannot be stored
    const user = this.#ports.userNamed(userName);
    if (user !== undefined && this.#ports.isReachable(user)) this.#retryLater(queue, 1);
  }

  /** A message was stored for a user who has contacts: he did not answer, or others wait already. */
  #tryAgain(queue: Queue, isFirst: boolean): void {
    if (isFirst) {
      queue.failedAt = this.#ports.clock.now();
      queue.failedRounds = 1;
      this.#retryLater(queue, 1);
      return;
    }
    const restMs = queue.failedAt + this.#options.patience.restMs - this.#ports.clock.now();
    if (restMs <= 0) this.#wake(queue);
    else this.#wakeIn(queue, restMs);
  }

  #wake(queue: Queue): void {
    if (this.#stopped) return;
    if (queue.state === "running") {
      queue.again = true;
      return;
    }
    queue.retry?.();
    queue.state = "queued";
    this.#runnable.add(queue);
    this.#runNext();
  }

  #runNext(): void {
    for (const queue of this.#runnable) {
      if (this.#running >= this.#options.flushes) return this.#ports.hits.hit("flushes");
      this.#runnable.delete(queue);
      this.#running += 1;
      queue.state = "running";
      queue.again = false;
      void this.#serve(queue);
    }
  }

  async #serve(queue: Queue): Promise<void> {
    const result = await this.#run(queue);
    this.#running -= 1;
    this.#after(queue, result);
    this.#runNext();
  }

  async #run(queue: Queue): Promise<FlushResult> {
    const user = this.#ports.userNamed(queue.userName);
    if (user === undefined || user.disabled) return "away";
    if (!this.#ports.settings.pushes(user)) return "away"; // IM-5.2.4-08d
    try {
      const flush = new Flush(user, this.#ports, this.#options, this.#counters);
      const result = await flush.run(queue, queue.failedRounds + 1);
      this.#ports.changed(user);
      return result;
    } catch (error) {
      // The store, most likely: what was delivered meanwhile may come a second time.
      this.#ports.log.error("flush failed", { error: String(error) });
      return "failed";
    }
  }

  #after(queue: Queue, result: FlushResult): void {
    queue.state = "resting";
    if (result === "empty" && queue.served === queue.count) {
      this.#queues.delete(queue.userName);
      return;
    }
    const unseen = queue.served !== queue.count && (result === "empty" || result === "parked");
    if (queue.again || unseen) {
      this.#wake(queue);
      return;
    }
    queue.parked = result === "parked";
    if (result === "away" || queue.parked) return; // the next registration wakes it
    queue.failedAt = this.#ports.clock.now();
    queue.failedRounds += 1;
    this.#retryLater(queue, queue.failedRounds);
  }

  #retryLater(queue: Queue, failedRounds: number): void {
    const delayMs = retryDelayMs(failedRounds, this.#options.patience);
    if (delayMs !== undefined) return this.#wakeIn(queue, delayMs);
    const user = this.#ports.userNamed(queue.userName);
    if (user !== undefined) this.#ports.notice?.tell(user); // clause 14.6
  }

  #wakeIn(queue: Queue, delayMs: number): void {
    if (this.#stopped || queue.state !== "resting") return;
    queue.retry?.();
    queue.retry = this.#ports.clock.schedule(delayMs, () => this.#wake(queue));
  }
}

function kindOf({ content }: Passage): ReturnType<typeof bodyKind> {
  const { cpim } = content;
  if (cpim?.ok !== true) return bodyKind(content.mediaType ?? "");
  return bodyKind(mimeHeader(cpim.value.contentHeaders, "Content-Type") ?? "");
}
