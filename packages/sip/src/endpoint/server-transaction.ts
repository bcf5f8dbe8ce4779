/** A request that waits for our answer, and the way of the answer back. RFC 3261 §17.2, §18.2.2 */
import type { Cancel } from "@parlance/wire";
import {
  formatMessage,
  makeResponse,
  type ResponseEdit,
  RetryAfter,
  type SipRequest,
  type SipResponse,
  To,
} from "../message/index.ts";
import type { InviteServer, NonInviteServer } from "../transaction/index.ts";
import type { Engine } from "./engine.ts";
import type { Flow } from "./flow.ts";
import type { FlowsInUse, FlowUse } from "./flows-in-use.ts";
import type { BuildResponse, ServerTransaction } from "./ports.ts";
import type { Evictable } from "./registry.ts";
import { Runner } from "./runner.ts";
import { answerHop, answersElsewhere } from "./via.ts";

/** What becomes of a transaction concerns the endpoint that holds it. */
export interface ServerOwner {
  readonly engine: Engine;
  readonly flows: FlowsInUse;
  answered(transaction: ServerRun): void;
  /** From now on it only absorbs repeats. */
  finished(transaction: ServerRun): void;
  gone(transaction: ServerRun): void;
  /** The ACK of a 2xx. */
  ack(request: SipRequest, flow: Flow): void;
}

type ServerAction = InviteServer["action"] | NonInviteServer["action"];

export abstract class ServerRun implements ServerTransaction, Evictable {
  readonly key: string;
  readonly request: SipRequest;
  readonly flow: Flow;
  answered = false;
  cancelled = false;
  onCancel: (() => void) | undefined;
  onFailure: ((reason: "transport error" | "timeout") => void) | undefined;
  protected readonly owner: ServerOwner;
  readonly #use: FlowUse;
  #tag: string | undefined;
  #answerFlow: Flow | undefined;
  #next: SipResponse | undefined;
  #last: Uint8Array | undefined;

  constructor(key: string, request: SipRequest, flow: Flow, owner: ServerOwner) {
    this.key = key;
    this.request = request;
    this.flow = flow;
    this.owner = owner;
    this.#use = owner.flows.take(flow);
  }

  get localTag(): string {
    this.#tag ??= this.owner.engine.newTag();
    return this.#tag;
  }

  abstract start(): void;
  /** The same request again. */
  abstract repeat(): void;
  /** The table's word for an answer of this status goes in. */
  protected abstract answer(status: number): void;
  protected abstract sendFailed(): void;
  abstract forget(): void;

  reply(status: number, reason?: string, build?: BuildResponse): void {
    this.respond(this.makeReply(status, reason, build));
  }

  respond(response: SipResponse): void {
    this.#next = response;
    if (response.status >= 200) this.#markAnswered();
    this.answer(response.status);
    this.#next = undefined;
  }

  respondOnce(response: SipResponse): void {
    if (this.answered) return;
    this.#markAnswered();
    this.#transmit(formatMessage(response));
    this.forget();
  }

  cancel(): void {
    if (this.cancelled) return;
    this.cancelled = true;
    if (this.answered) return; // RFC 3261 §9.2: too late to have an effect
    if (this.onCancel !== undefined) this.onCancel();
    else this.reply(487); // RFC 3261 §9.2
  }

  perform(action: ServerAction): void {
    switch (action) {
      case "send trying":
        this.#keepAndSend(makeResponse(this.request, 100)); // RFC 3261 §8.2.6.1
        return;
      case "send response":
        if (this.#next !== undefined) this.#keepAndSend(this.#next);
        return;
      case "repeat response":
        this.owner.engine.counters.repeatsOut += 1;
        if (this.#last !== undefined) this.#transmit(this.#last);
        return;
      case "pass ack up":
        return; // Where the ACK is at hand: see `InviteServerRun.ack`.
      case "report timeout":
        this.#markAnswered();
        this.owner.finished(this);
        return this.#fail("timeout");
      case "report transport error":
        return this.#fail("transport error");
    }
  }

  ended(): void {
    this.#markAnswered();
    this.owner.flows.release(this.#use);
    this.owner.gone(this);
  }

  protected makeReply(status: number, reason?: string, build?: BuildResponse): SipResponse {
    return makeResponse(this.request, status, reason, (edit) => {
      if (status > 100) addTag(edit, this.request, this.localTag);
      build?.(edit);
    });
  }

  #markAnswered(): void {
    if (this.answered) return;
    this.answered = true;
    this.owner.answered(this);
  }

  #fail(reason: "transport error" | "timeout"): void {
    const told = this.onFailure;
    this.onFailure = undefined;
    told?.(reason);
  }

  #keepAndSend(response: SipResponse): void {
    this.#last = formatMessage(response);
    this.owner.engine.counters.responsesOut += 1;
    this.#transmit(this.#last);
  }

  /** The flow of the request first, then a new one to the port it named. RFC 3261 §18.2.2, RFC 5923 §8.2 */
  #transmit(bytes: Uint8Array): void {
    const { engine } = this.owner;
    if (this.#answerFlow !== undefined) return engine.send(this.#answerFlow, bytes);
    if (!this.#use.closed && !answersElsewhere(this.request, this.flow)) {
      return engine.send(this.flow, bytes);
    }
    const hop = answerHop(this.request, this.flow);
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

  ack(request: SipRequest, flow: Flow): void {
    const accepted = this.#runner.state === "accepted";
    this.#runner.input("ack");
    if (accepted) this.owner.ack(request, flow); // RFC 6026 §7.1
    if (this.#runner.state === "confirmed") this.owner.finished(this);
  }

  forget(): void {
    this.#runner.forget();
  }

  override ended(): void {
    this.#wait?.();
    super.ended();
  }

  protected answer(status: number): void {
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
      this.reply(503, undefined, (edit) => edit.set(RetryAfter, settings.retryAfter));
    });
  }
}

export class NonInviteServerRun extends ServerRun {
  readonly #runner: Runner<NonInviteServer>;

  constructor(key: string, request: SipRequest, flow: Flow, owner: ServerOwner) {
    super(key, request, flow, owner);
    const { engine } = owner;
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

  protected answer(status: number): void {
    if (status < 200) return this.#runner.input("1xx");
    this.#runner.input(status === 408 ? "408" : "2xx-6xx");
    if (this.#runner.state === "completed") this.owner.finished(this);
  }

  protected sendFailed(): void {
    this.#runner.input("transport error");
  }
}

/** A UAS adds its tag to every answer but 100. RFC 3261 §8.2.6.2 */
export function addTag(edit: ResponseEdit<SipResponse>, request: SipRequest, tag: string): void {
  const { to } = request;
  if (!to.params.has("tag")) edit.set(To, { ...to, params: to.params.with("tag", tag) });
}
