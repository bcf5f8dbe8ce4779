/** The server transactions: tables that run, and the way of an answer back. RFC 3261 §17.2, §18.2.2 */
import { type Cancel, type Link, type Place, Runner } from "@parlance/wire";
import { isReliable } from "../locate/index.ts";
import {
  formatLeaving,
  formatMessage,
  makeResponse,
  RetryAfter,
  type SipRequest,
  type SipResponse,
} from "../message/index.ts";
import type { InviteServer, NonInviteServer } from "../transaction/index.ts";
import type { Engine } from "./engine.ts";
import type { Flow } from "./flow.ts";
import type { FlowsInUse, FlowUse } from "./flows-in-use.ts";
import type { Evictable } from "./registry.ts";
import type { Remnant } from "./remnants.ts";
import { type Answering, HeldTransaction } from "./server-transaction.ts";
import { type AnswerWay, answerWay } from "./via.ts";

/** What becomes of a transaction concerns the endpoint that holds it. */
export interface ServerOwner {
  readonly engine: Engine;
  readonly flows: FlowsInUse;
  answered(transaction: ServerRun): void;
  /** From now on it only absorbs repeats. */
  finished(transaction: ServerRun): Link<Evictable>;
  /** Nothing but this is left of it, in its place. */
  left(transaction: ServerRun, what: Omit<Remnant, "place">): void;
  gone(transaction: ServerRun, finished: Link<Evictable> | undefined): void;
  /** The ACK of a 2xx. */
  ack(request: SipRequest, flow: Flow): void;
}

export abstract class ServerRun implements Answering, Evictable {
  readonly flow: Flow;
  /** Where it is found; set by whoever puts it there. */
  place: Place<ServerRun | Remnant> | undefined;
  protected readonly owner: ServerOwner;
  readonly #use: FlowUse;
  readonly #way: AnswerWay;
  #held: HeldTransaction | undefined;
  /** Of our answers, once it is all that is left of the transaction. */
  #tag: string | undefined;
  #answered = false;
  #answerFlow: Flow | undefined;
  #next: SipResponse | undefined;
  #last: Uint8Array | undefined;
  #finished: Link<Evictable> | undefined;

  constructor(key: string, request: SipRequest, flow: Flow, owner: ServerOwner) {
    this.flow = flow;
    this.place = undefined;
    this.owner = owner;
    this.#use = owner.flows.take(flow);
    this.#way = answerWay(request, flow);
    this.#held = new HeldTransaction({ key, request, flow }, this, () => owner.engine.newTag());
  }

  /** Gone once only repeats are left to absorb. */
  get transaction(): HeldTransaction | undefined {
    return this.#held;
  }

  /** The To tag of our answers, as long as a CANCEL is still answered with it. */
  get localTag(): string | undefined {
    return this.#held?.localTag ?? this.#tag;
  }

  abstract start(): void;
  /** The same request again. */
  abstract repeat(): void;
  abstract forget(): void;
  /** The table's word for an answer of this status goes in. */
  protected abstract answerWith(status: number): void;
  protected abstract sendFailed(): void;
  /** By a 2xx to INVITE, which its user repeats itself. RFC 6026 §7.1 */
  protected abstract readonly accepted: boolean;
  /** Whether the answer is kept for repeats of the request. */
  protected abstract readonly keepsAnswer: boolean;

  respond(response: SipResponse): void {
    this.#next = response;
    if (response.status >= 200) this.#markAnswered();
    this.answerWith(response.status);
    this.#next = undefined;
  }

  respondOnce(response: SipResponse): void {
    this.#markAnswered();
    this.owner.engine.counters.responsesOut += 1;
    this.#transmit(formatLeaving(response));
    this.forget();
  }

  /** Nothing is left to be told of it; a CANCEL that comes late is answered as before. */
  acknowledged(): void {
    if (!this.accepted || this.#held === undefined) return;
    this.#tag = this.#held.localTag;
    this.absorb();
  }

  broken(error: unknown): void {
    const method = this.#held?.request.method ?? "";
    this.owner.engine.report({ kind: "handler failed", method, error });
  }

  perform(action: InviteServer["action"] | NonInviteServer["action"]): void {
    switch (action) {
      case "send trying":
        if (this.#held === undefined) return;
        return this.#keepAndSend(makeResponse(this.#held.request, 100)); // RFC 3261 §8.2.6.1
      case "send response":
        if (this.#next !== undefined) this.#keepAndSend(this.#next);
        return;
      case "repeat response":
        if (this.#last === undefined) return;
        this.owner.engine.counters.repeatsOut += 1;
        return this.#transmit(this.#last);
      case "pass ack up":
        return; // Where the ACK is at hand: see `InviteServerRun.ack`.
      case "report timeout":
        this.#markAnswered();
        this.#fired();
        this.#held?.fail("timeout");
        return this.absorb();
      case "report transport error":
        return this.#held?.fail("transport error");
    }
  }

  ended(): void {
    this.#markAnswered();
    this.owner.flows.release(this.#use);
    this.owner.gone(this, this.#finished);
  }

  /** The request is served: nothing of it is kept but its last answer. */
  protected absorb(): void {
    this.#held = undefined;
    this.#finished ??= this.owner.finished(this);
  }

  /** Only an INVITE waits for what confirms its answer. RFC 3261 §17.2.1 */
  #fired(): void {
    if (this.#held === undefined) return;
    const { request } = this.#held;
    this.owner.engine.fired("H", request, request.via.params.get("branch") ?? "", this.flow);
  }

  /** The last answer, and the way it went; undefined where that is not known yet, or nothing was sent. */
  protected get answer(): Remnant["answer"] {
    const flow = this.#answerFlow ?? (this.#way.elsewhere ? undefined : this.flow);
    return this.#last === undefined || flow === undefined ? undefined : { bytes: this.#last, flow };
  }

  #markAnswered(): void {
    if (this.#answered) return;
    this.#answered = true;
    if (this.#held !== undefined) this.#held.answered = true;
    this.owner.answered(this);
  }

  #keepAndSend(response: SipResponse): void {
    const bytes = this.keepsAnswer ? formatMessage(response) : formatLeaving(response);
    this.#last = this.accepted ? undefined : bytes;
    this.owner.engine.counters.responsesOut += 1;
    this.#transmit(bytes);
  }

  /** The flow of the request first, then a new one to the port it named. RFC 3261 §18.2.2, RFC 5923 §8.2 */
  #transmit(bytes: Uint8Array): void {
    const { engine } = this.owner;
    if (this.#answerFlow !== undefined) return engine.send(this.#answerFlow, bytes);
    const { elsewhere, hop } = this.#way;
    if (!this.#use.closed && !elsewhere) return engine.send(this.flow, bytes);
    if (hop === undefined) return this.sendFailed();
    engine.open(hop, (flow) => {
      this.#answerFlow = flow;
      if (flow === undefined) this.sendFailed();
      else engine.send(flow, bytes);
    });
  }
}

export class InviteServerRun extends ServerRun {
  readonly #runner: Runner<InviteServer>;
  #wait: Cancel | undefined;

  constructor(key: string, request: SipRequest, flow: Flow, owner: ServerOwner) {
    super(key, request, flow, owner);
    const { engine } = owner;
    this.#runner = new Runner(engine.plansFor(flow).inviteServer, engine.wheel, this);
  }

  start(): void {
    this.#runner.start();
    this.#waitOn();
  }

  repeat(): void {
    this.#runner.input("request");
  }

  protected get accepted(): boolean {
    return this.#runner.state === "accepted";
  }

  protected get keepsAnswer(): boolean {
    return !this.accepted;
  }

  ack(request: SipRequest, flow: Flow): void {
    const { accepted } = this;
    this.#runner.input("ack");
    if (accepted) this.owner.ack(request, flow); // RFC 6026 §7.1
    if (this.#runner.state === "confirmed") this.absorb();
  }

  forget(): void {
    this.#runner.forget();
  }

  override ended(): void {
    this.#wait?.();
    super.ended();
  }

  protected answerWith(status: number): void {
    if (status < 200) {
      this.#waitOn();
      return this.#runner.input("1xx");
    }
    this.#wait?.();
    this.#runner.input(status < 300 ? "2xx" : "3xx-6xx");
  }

  protected sendFailed(): void {
    this.#runner.input("transport error");
  }

  /** The last resort against a user that never answers; its own client transactions give up earlier. */
  #waitOn(): void {
    const { wheel, settings } = this.owner.engine;
    this.#wait?.();
    this.#wait = wheel.after(settings.inviteWaitMs + 64 * settings.t1, () => {
      this.transaction?.reply(503, undefined, (edit) => edit.set(RetryAfter, settings.retryAfter));
    });
  }
}

export class NonInviteServerRun extends ServerRun {
  protected readonly accepted = false;
  protected readonly keepsAnswer: boolean;
  readonly #runner: Runner<NonInviteServer>;

  constructor(key: string, request: SipRequest, flow: Flow, owner: ServerOwner) {
    super(key, request, flow, owner);
    const { engine } = owner;
    this.keepsAnswer = !isReliable(flow.transport); // RFC 3261 §17.2.2: timer J is zero there
    this.#runner = new Runner(engine.plansFor(flow).nonInviteServer, engine.wheel, this);
  }

  start(): void {
    this.#runner.start();
  }

  repeat(): void {
    this.#runner.input("request");
  }

  forget(): void {
    this.#runner.forget();
  }

  override perform(action: NonInviteServer["action"]): void {
    super.perform(action);
    if (this.#runner.state === "completed") this.#reduce();
  }

  protected answerWith(status: number): void {
    if (status < 200) return this.#runner.input("1xx");
    this.#runner.input(status === 408 ? "408" : "2xx-6xx");
    if (this.#runner.state === "completed" && !this.#runner.over) this.absorb();
  }

  protected sendFailed(): void {
    this.#runner.input("transport error");
  }

  /** Nothing else happens to it until timer J, so nothing else is kept. RFC 3261 §17.2.2 */
  #reduce(): void {
    const { answer } = this;
    const until = this.#runner.nextAt;
    if (answer === undefined || until === undefined || this.#runner.over) return;
    this.owner.left(this, { until, answer });
    this.#runner.forget();
  }
}
