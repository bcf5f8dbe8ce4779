/** A call that rings here: its INVITE up to our final answer. RFC 3261 §13.3, RFC 3262 §3 */
import { type Performer, Runner } from "@parlance/wire";
import type { ServerTransaction } from "../endpoint/index.ts";
import {
  Expires,
  Require,
  RSeq,
  type SipRequest,
  type SipResponse,
  Supported,
} from "../message/index.ts";
import { reliabilityOf } from "../reliability/index.ts";
import { makeAnswer } from "./answering.ts";
import { type Body, type CallEdit, putBody, sessionOf } from "./body.ts";
import type { Call, CallOwner } from "./call.ts";
import { type IncomingInvite, incomingOn } from "./incoming.ts";
import type { Answer } from "./offer.ts";
import { Provisionals, type ProvisionalsUser } from "./provisionals.ts";
import type { GrantedTimer } from "./session-clock.ts";
import type { EarlyPhase, InviteUsage } from "./usage.ts";

export interface IncomingOwner extends CallOwner {
  /** The caller has given up, or has not acknowledged what it had to: it was answered, and there is no call. */
  cancelled(incoming: IncomingCall, why: CancelReason): void;
}

export type CancelReason =
  | "cancel" // IM-7.1.2.4-01, IM-7.1.2.4-X1
  | "expires" // RFC 3261 §13.3.1
  | "bye" // RFC 3261 §15: of a caller who knew the early dialog
  | "no prack"; // RFC 3262 §3

export interface Ring {
  readonly body?: Body | undefined;
  readonly edit?: CallEdit | undefined;
  /** With PRACK where the caller can; it always is where the caller requires it. RFC 3262 §3 */
  readonly reliable?: boolean;
}

export class IncomingCall implements Performer<IncomingInvite>, ProvisionalsUser, EarlyPhase {
  readonly transaction: ServerTransaction;
  /** The offer of the caller; `undefined`: it wants ours, in the answer. RFC 3261 §13.2.1 */
  readonly offer: Body | undefined;
  readonly #usage: InviteUsage;
  readonly #owner: IncomingOwner;
  readonly #runner: Runner<IncomingInvite>;
  readonly #timer: GrantedTimer | undefined;
  readonly #done: () => void;
  #provisionals: Provisionals | undefined;
  /** The description of our side was in a reliable provisional answer. */
  #described = false;
  #answer: Answer = {};
  #refusal: { readonly status: number; readonly edit: CallEdit | undefined } = DECLINED;
  #why: CancelReason = "expires";
  /** As it rang last. */
  #rung = { status: 183, edit: undefined as CallEdit | undefined, reliable: false };

  /** `done` when it has come to its end; nothing is asked of the peer here. */
  constructor(
    usage: InviteUsage,
    of: {
      readonly transaction: ServerTransaction;
      readonly owner: IncomingOwner;
      readonly timer: GrantedTimer | undefined;
    },
    done: () => void,
  ) {
    const { transaction, owner, timer } = of;
    this.transaction = transaction;
    this.offer = sessionOf(transaction.request);
    this.#usage = usage;
    this.#owner = owner;
    this.#timer = timer;
    this.#done = done;
    const expires = transaction.request.get(Expires);
    const plan = incomingOn(expires === undefined ? undefined : expires * 1_000);
    this.#runner = new Runner(plan, usage.way.engine.wheel, this);
    usage.early = this;
    usage.negotiation.beginServing(transaction);
    transaction.onCancel = () => {
      this.#why = "cancel";
      this.#runner.input("cancel"); // IM-7.1.2.4-02, IM-7.1.2.4-03
    };
  }

  start(): void {
    this.#runner.start();
  }

  get request(): SipRequest {
    return this.transaction.request;
  }

  /** Early until it is accepted. */
  get call(): Call {
    return this.#usage;
  }

  /** Whether it still waits for our final answer. */
  get pending(): boolean {
    return this.#runner.state === "pending" && !this.transaction.answered;
  }

  /** 101 to 199: 180 rings, 183 tells that something happens. RFC 3261 §13.3.1.1 */
  ring(status = 180, { body, edit, reliable = false }: Ring = {}): void {
    if (status <= 100 || status >= 200) throw new RangeError(`${status} does not ring`);
    if (!this.pending) return;
    this.#rung = { status, edit, reliable };
    const mode = reliabilityOf(this.request.get(Supported) ?? [], this.request.get(Require) ?? []);
    const make = (rseq: number | undefined): SipResponse =>
      makeAnswer(this.transaction, status, this.#usage.way, (answer) => {
        if (rseq !== undefined) answer.append(Require, "100rel").set(RSeq, rseq); // RFC 3262 §3
        edit?.(answer);
        putBody(answer, body);
      });
    if (mode !== "must" && !(reliable && mode === "may")) {
      return this.transaction.respond(make(undefined));
    }
    const describesSession = body !== undefined;
    if (describesSession) this.#describe();
    this.#reliably().send({ status, describesSession, make });
  }

  /** The call, confirmed as soon as the 2xx has left; `undefined` when it is too late. */
  accept(answer: Answer = {}): Call | undefined {
    if (!this.pending) return undefined;
    this.#answer = answer;
    const mayAccept = this.#provisionals?.mayAccept ?? true;
    this.#runner.input(mayAccept ? "accept" : "accept later");
    return this.#usage;
  }

  /** 300 to 699. */
  refuse(status: number, edit?: CallEdit): void {
    if (status < 300) throw new RangeError(`${status} does not refuse`);
    this.#refusal = { status, edit };
    this.#runner.input("refuse");
  }

  hangUp(): void {
    this.refuse(480);
  }

  peerHungUp(): void {
    this.#why = "bye";
    this.#runner.input("peer hangs up");
  }

  noPrack(): void {
    this.#why = "no prack";
    this.#runner.input("no prack");
  }

  pracked(prack: ServerTransaction, describes: boolean): void {
    const { negotiation } = this.#usage;
    const answersOurs = describes && this.offer === undefined;
    const body = sessionOf(prack.request);
    if (answersOurs) {
      negotiation.earlyAnswer(); // RFC 3262 §5
      this.#owner.acknowledged(this.#usage, body);
      prack.reply(200);
    } else negotiation.servePrack(prack);
    if (this.#provisionals?.mayAccept === true) this.#runner.input("prack");
  }

  perform(action: IncomingInvite["action"]): void {
    switch (action) {
      case "send 2xx":
        return this.#accept();
      case "send refusal":
        return this.#end(this.#refusal.status, this.#refusal.edit);
      case "send 487":
        return this.#end(487); // RFC 3261 §9.2
      case "send 504":
        return this.#end(504); // RFC 3262 §3: a 5xx
      case "ring again":
        return this.ring(this.#rung.status, this.#rung); // RFC 3261 §13.3.1.1
      case "tell cancelled":
        return this.#owner.cancelled(this, this.#why);
    }
  }

  ended(): void {}

  #reliably(): Provisionals {
    this.#provisionals ??= new Provisionals(this.#usage.way.engine, this.transaction, this);
    this.#usage.pracks = this.#provisionals;
    return this.#provisionals;
  }

  #describe(): void {
    if (this.#described) return;
    this.#described = true;
    const { negotiation } = this.#usage;
    if (this.offer === undefined) negotiation.earlyOffer("us");
    else negotiation.earlyAnswer();
  }

  #accept(): void {
    const { way, negotiation } = this.#usage;
    this.#provisionals?.finish();
    this.#usage.confirm(way.dialog);
    const offers = !this.#described;
    const wantsOffer = offers && this.offer === undefined;
    const target = way.dialog.remoteTarget;
    const asked = { transaction: this.transaction, offers, wantsOffer, timer: this.#timer, target };
    this.#done();
    negotiation.accept(asked, this.#answer);
  }

  #end(status: number, edit?: CallEdit): void {
    this.#provisionals?.finish();
    this.transaction.onCancel = undefined;
    this.transaction.reply(status, undefined, (answer) => {
      this.#usage.way.face.edit?.(answer);
      edit?.(answer);
    });
    this.#usage.drop();
    this.#done();
  }
}

const DECLINED = { status: 603, edit: undefined };
