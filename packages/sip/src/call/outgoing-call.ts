/** A call that our side places: its INVITE up to the call that comes of it, over all the forks there may be. RFC 3261 §13.2 */
import { type Performer, Runner } from "@parlance/wire";
import { confirmed, dialogOfCaller, tagOf } from "../dialog/index.ts";
import type { Destination, SendFailure } from "../endpoint/index.ts";
import {
  CSeq,
  MinSE,
  Params,
  RAck,
  type RAckValue,
  Reason,
  Require,
  RSeq,
  SessionExpires,
  type SipRequest,
  type SipResponse,
  type Tagged,
} from "../message/index.ts";
import { judgeReliable, NOTHING_RECEIVED, type ReliableReceiver } from "../reliability/index.ts";
import { type Body, type CallEdit, type Face, putBody, sessionOf } from "./body.ts";
import type { Call, CallOwner } from "./call.ts";
import type { CallEngine } from "./engine.ts";
import { Offer } from "./offer.ts";
import { type OutgoingInvite, outgoingOn } from "./outgoing.ts";
import { readable } from "./peer.ts";
import type { CallAsker, CallOutlet, CallSending, SentRequest } from "./ports.ts";
import { type CallRegistry, type EarlyPhase, InviteUsage } from "./usage.ts";
import { type SentAck, Way } from "./way.ts";

export interface OutgoingOwner extends CallOwner {
  /** A provisional answer but 100; `early` where it makes a dialog. Early calls end with the outgoing call, unheard. */
  progress(response: SipResponse, early: Call | undefined): void;
  /** Once. The ACK is on its way, unless the 2xx makes an offer: then `offered` comes next, and the ACK with the answer. */
  answered(call: Call, response: SipResponse): void;
  /** Once, instead. */
  failed(failure: CallFailure): void;
}

export type CallFailure =
  /** 3xx to 6xx. */
  | { readonly kind: "refused"; readonly response: SipResponse }
  | { readonly kind: "cancelled" }
  /** The patience of the owner, or of the stack, is at its end. */
  | { readonly kind: "timeout" }
  | { readonly kind: "unreachable"; readonly why: SendFailure }
  /** A 2xx that makes no dialog. */
  | { readonly kind: "bad answer"; readonly response: SipResponse };

export interface Placing {
  readonly face: Face;
  /** How long it may ring before it is cancelled; by default as long as the stack lets it. */
  readonly patienceMs?: number | undefined;
  /** For this INVITE alone: it may go to many contacts. */
  readonly outlet?: CallOutlet | undefined;
}

interface Answered {
  readonly response: SipResponse;
  readonly sent: SipRequest;
  readonly to: Destination;
}

interface Fork {
  readonly usage: InviteUsage;
  receiver: ReliableReceiver;
  /** Offer and answer have passed. */
  described: boolean;
}

/** As many as a proxy may try at once. */
const MAX_FORKS = 16;

export class OutgoingCall implements Performer<OutgoingInvite>, CallAsker, EarlyPhase {
  readonly #engine: CallEngine;
  readonly #registry: CallRegistry;
  readonly #owner: OutgoingOwner;
  readonly #face: Face;
  /** None once it was answered: what it knows is not kept for the answers that may still come. */
  #outlet: CallOutlet | undefined;
  readonly #to: Destination;
  readonly #runner: Runner<OutgoingInvite>;
  readonly #done: () => void;
  readonly #forks = new Map<string, Fork>();
  /** By the tags of those who answered with 2xx; `undefined` while our answer is not given. */
  readonly #acks = new Map<string, { readonly way: Way; ack: SentAck | undefined }>();
  #invite: SipRequest;
  #number: number;
  #sending: CallSending | undefined;
  #answered: Answered | undefined;
  #failure: CallFailure = { kind: "timeout" };
  #retried = false;
  /** Of the BYE to a 2xx that crosses the CANCEL. */
  #reasons: readonly Tagged[] = [];

  /** `done` when no call can come of it any more, or one has. */
  constructor(
    { engine, registry }: { readonly engine: CallEngine; readonly registry: CallRegistry },
    of: Placing & {
      readonly invite: SipRequest;
      readonly to: Destination;
      readonly owner: OutgoingOwner;
    },
    done: () => void,
  ) {
    this.#engine = engine;
    this.#registry = registry;
    this.#owner = of.owner;
    this.#face = of.face;
    this.#outlet = of.outlet ?? engine.ports.outlet;
    this.#to = of.to;
    this.#invite = of.invite;
    this.#number = of.invite.cseq.number;
    this.#done = done;
    this.#runner = new Runner(outgoingOn(of.patienceMs), engine.wheel, this);
  }

  /** The INVITE as it was sent last. */
  get request(): SipRequest {
    return this.#invite;
  }

  /** Whether it is neither answered nor given up. */
  get pending(): boolean {
    return this.#runner.state === "calling";
  }

  start(): void {
    this.#runner.start();
    this.#send();
  }

  /**
   * CANCEL, as soon as there is a provisional answer; `failed` follows. A 2xx that crosses it gets ACK, and BYE with the
   * reasons. RFC 3261 §9.1, RFC 3326 §2
   */
  cancel(reasons: readonly Tagged[] = []): void {
    if (reasons.length > 0) this.#reasons = reasons;
    this.#runner.input("cancel");
  }

  // As an early call sees it.

  hangUp(reasons: readonly Tagged[]): void {
    this.cancel(reasons);
  }

  /** A callee has to answer the INVITE instead, and will. RFC 3261 §15 */
  peerHungUp(): void {}

  // As the outlet sees it.

  nextNumber(): number {
    this.#number += 1;
    return this.#number;
  }

  response(response: SipResponse, as?: SentRequest): void {
    const { status } = response;
    const sent = as?.request ?? this.#invite;
    this.#number = Math.max(this.#number, sent.cseq.number);
    this.#answered = { response, sent, to: as?.to ?? this.#to };
    if (status === 100) return;
    if (status < 200) return this.#runner.input("1xx");
    if (status < 300) return this.#accepted(response);
    if (status === 422 && this.#again(response)) return;
    this.#failure = { kind: "refused", response };
    this.#runner.input("refused");
  }

  timeout(): void {
    this.#failure = { kind: "timeout" };
    this.#runner.input("no answer");
  }

  failed(why: SendFailure): void {
    this.#failure = { kind: "unreachable", why };
    this.#runner.input("no answer");
  }

  perform(action: OutgoingInvite["action"]): void {
    switch (action) {
      case "take 1xx":
        return this.#progress();
      case "take call":
        return this.#takeCall();
      case "end call":
        return this.#endCall();
      case "send cancel":
        return this.#sending?.cancel();
      case "tell refused":
      case "tell unreachable":
        return this.#fail(this.#failure);
      case "tell cancelled":
        return this.#fail({ kind: "cancelled" });
      case "tell timeout":
        return this.#fail({ kind: "timeout" });
    }
  }

  ended(): void {}

  #send(): void {
    const sending = this.#outlet?.request(this.#invite, this.#to, this);
    this.#sending = sending;
    // Cancelled before there was anything to cancel.
    if (this.#runner.state === "leaving" || this.#runner.state === "late") sending?.cancel();
  }

  #fail(failure: CallFailure): void {
    this.#dropForks();
    this.#done();
    this.#owner.failed(failure);
  }

  /** RFC 4028 §7.3: once, with an interval that is long enough. */
  #again(response: SipResponse): boolean {
    if (this.#retried || !this.pending) return false;
    const minSE = readable(() => response.get(MinSE));
    const asked = readable(() => this.#invite.get(SessionExpires));
    if (minSE === undefined || asked === undefined || minSE.seconds <= asked.seconds) return false;
    this.#retried = true;
    const { seconds } = minSE;
    this.#invite = this.#invite
      .edit()
      .set(CSeq, { number: this.nextNumber(), method: "INVITE" })
      .set(SessionExpires, { seconds, params: asked.params })
      .set(MinSE, { seconds, params: Params.none }) // RFC 4028 §7.4
      .done();
    this.#dropForks();
    this.#send();
    return true;
  }

  #accepted(response: SipResponse): void {
    const tag = tagOf(response.to);
    const known = this.#acks.get(tag);
    if (known !== undefined) {
      if (known.ack !== undefined) known.way.repeat(known.ack); // RFC 3261 §13.2.2.4
      return;
    }
    if (this.#acks.size >= MAX_FORKS) return; // nobody forks so often
    const fork = this.#forks.get(tag) ?? this.#newFork(tag);
    if (fork !== undefined) return this.#runner.input("2xx");
    this.#failure = { kind: "bad answer", response };
    this.#runner.input("no answer");
  }

  /** The dialog that the answer at hand makes, if it makes one. RFC 3261 §12.1.2 */
  #newFork(tag: string): Fork | undefined {
    if (this.#answered === undefined) return undefined;
    const { response, sent, to } = this.#answered;
    const dialog = readable(() => dialogOfCaller(sent, response));
    if (dialog === undefined) return undefined;
    const way = new Way(this.#engine, this.#face, { dialog, learned: to });
    const usage = new InviteUsage(way, this.#owner, this.#registry);
    usage.early = this;
    usage.negotiation.beginInviting(this.#offers);
    const fork = { usage, receiver: NOTHING_RECEIVED, described: false };
    this.#forks.set(tag, fork);
    return fork;
  }

  /** RFC 3261 §12.1: without a tag there is no dialog yet. */
  #earlyFork(tag: string): Fork | undefined {
    return tag === "" || this.#forks.size >= MAX_FORKS ? undefined : this.#newFork(tag);
  }

  get #offers(): boolean {
    return sessionOf(this.#invite) !== undefined;
  }

  #progress(): void {
    if (this.#answered === undefined) return;
    const { response } = this.#answered;
    const tag = tagOf(response.to);
    const fork = this.#forks.get(tag) ?? this.#earlyFork(tag);
    fork?.usage.peer.learn(response, this.#engine);
    const reliable = readable(() => response.get(Require))?.includes("100rel") ?? false;
    if (!reliable) return this.#owner.progress(response, fork?.usage);
    if (fork === undefined) return; // RFC 3262 §4: it makes a dialog, or is none
    const { cseq, status } = response;
    const verdict = judgeReliable(fork.receiver, {
      ...cseq,
      cseq: cseq.number,
      status,
      reliable,
      rseq: readable(() => response.get(RSeq)),
    });
    if (verdict.do !== "acknowledge") return;
    fork.receiver = verdict.receiver;
    this.#owner.progress(response, fork.usage);
    this.#prack(fork, response, verdict.rack);
  }

  /** RFC 3262 §4, §5: at once, unless it makes an offer, whose answer goes with the PRACK. */
  #prack(fork: Fork, response: SipResponse, rack: RAckValue): void {
    const { usage } = fork;
    const body = fork.described ? undefined : sessionOf(response);
    const send = (answer: Body | undefined, edit?: CallEdit): void => {
      usage.way.send(
        "PRACK",
        (prack) => {
          prack.set(RAck, rack);
          edit?.(prack);
          putBody(prack, answer);
        },
        UNHEARD,
      );
    };
    if (body === undefined) return send(undefined);
    fork.described = true;
    if (this.#offers) {
      usage.negotiation.earlyAnswer();
      return send(undefined);
    }
    usage.negotiation.earlyOffer("peer");
    const offer = new Offer(response, body, {
      accept: (answer) => {
        send(answer.body, answer.edit);
        usage.negotiation.earlyAnswer();
      },
      refuse: () => this.cancel(),
    });
    this.#owner.offered(offer, usage);
  }

  #takeCall(): void {
    if (this.#answered === undefined) return;
    const { response, sent, to } = this.#answered;
    this.#answered = undefined;
    const tag = tagOf(response.to);
    const fork = this.#forks.get(tag);
    if (fork === undefined) return;
    const { usage, described } = fork;
    const { way, negotiation, clock } = usage;
    this.#forks.delete(tag);
    this.#dropForks();
    usage.confirm(readable(() => confirmed(way.dialog, response)) ?? way.dialog);
    way.heard(response, sent, to);
    clock.answered(response, sent); // IM-7.1.1.1-K1
    this.#done();
    const entry: { readonly way: Way; ack: SentAck | undefined } = { way, ack: undefined };
    this.#acks.set(tag, entry);
    const offer = this.#offers || described ? undefined : sessionOf(response);
    const acknowledge = (answer: Body | undefined, edit?: CallEdit): void => {
      entry.ack = way.acknowledge(sent, answer, edit);
    };
    if (offer === undefined) acknowledge(undefined);
    negotiation.invited();
    this.#outlet = undefined;
    this.#owner.answered(usage, response);
    if (offer !== undefined) negotiation.offered(response, offer, acknowledge);
  }

  /** RFC 3261 §13.2.2.4, §15: what was answered but is not wanted is acknowledged and ended. */
  #endCall(): void {
    if (this.#answered === undefined) return;
    const { response, sent, to } = this.#answered;
    this.#answered = undefined;
    const tag = tagOf(response.to);
    const fork = this.#forks.get(tag);
    if (fork === undefined) return;
    const { usage } = fork;
    const { way } = usage;
    this.#forks.delete(tag);
    way.dialog = readable(() => confirmed(way.dialog, response)) ?? way.dialog;
    way.heard(response, sent, to);
    this.#acks.set(tag, { way, ack: way.acknowledge(sent, undefined) });
    usage.drop();
    const reasons = this.#reasons;
    const say: CallEdit = (bye) => void (reasons.length > 0 && bye.set(Reason, reasons));
    way.send("BYE", say, UNHEARD);
  }

  #dropForks(): void {
    for (const { usage } of this.#forks.values()) usage.drop();
    this.#forks.clear();
  }
}

const UNHEARD = { response() {}, failed() {} };
