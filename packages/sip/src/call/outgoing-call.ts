/** A call that our side places: its INVITE up to the call that comes of it, over all the forks there may be. RFC 3261 §13.2 */
import { type Performer, Runner } from "@parlance/wire";
import { confirmed, dialogOfCaller, keepInvite, tagOf } from "../dialog/index.ts";
import type { Destination, SendFailure } from "../endpoint/index.ts";
import {
  CSeq,
  type KeptRequest,
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
import type { CallEngine } from "./engine.ts";
import { faceOfEnd, NOBODY } from "./nobody.ts";
import { Offer } from "./offer.ts";
import { type OutgoingInvite, outgoingOn } from "./outgoing.ts";
import type { CallFailure, OutgoingOwner } from "./outgoing-owner.ts";
import { readable } from "./peer.ts";
import type { CallAsker, CallOutlet, CallSending, SentRequest } from "./ports.ts";
import { MAX_FORKS, SentAcks } from "./sent-acks.ts";
import { type CallRegistry, type EarlyPhase, InviteUsage } from "./usage.ts";
import { type SentAck, Way } from "./way.ts";

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
  /** Of whoever has answered. */
  readonly tag: string;
  readonly usage: InviteUsage;
  receiver: ReliableReceiver;
  /** Offer and answer have passed. */
  described: boolean;
}

const NONE: readonly never[] = [];

/**
 * Once it has come to its end, it is kept by its transaction for another half minute (RFC 6026 §8.4): of all that it knows,
 * no more is left then than it takes to acknowledge.
 */
export class OutgoingCall implements Performer<OutgoingInvite>, CallAsker, EarlyPhase {
  readonly #engine: CallEngine;
  readonly #registry: CallRegistry;
  #owner: OutgoingOwner;
  #face: Face;
  #outlet: CallOutlet | undefined;
  readonly #to: Destination;
  readonly #runner: Runner<OutgoingInvite>;
  #done: () => void;
  #forks: readonly Fork[] = NONE;
  readonly #acks: SentAcks;
  #invite: SipRequest | KeptRequest;
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
    this.#acks = new SentAcks(engine);
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

  /** The INVITE as it was sent last; of one that was answered what an ACK needs. */
  get request(): SipRequest {
    return "read" in this.#invite ? this.#invite.read() : this.#invite;
  }

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

  hangUp(reasons: readonly Tagged[]): void {
    this.cancel(reasons);
  }

  /** A callee has to answer the INVITE instead, and will. RFC 3261 §15 */
  peerHungUp(): void {}

  nextNumber(): number {
    this.#number += 1;
    return this.#number;
  }

  response(response: SipResponse, as?: SentRequest): void {
    const { status } = response;
    const sent = as?.request ?? this.request;
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
    const sending = this.#outlet?.request(this.request, this.#to, this);
    this.#sending = sending;
    // Cancelled before there was anything to cancel.
    if (this.#runner.state === "leaving" || this.#runner.state === "late") sending?.cancel();
  }

  #fail(failure: CallFailure): void {
    this.#dropForks();
    const owner = this.#owner;
    this.#done();
    this.#settle();
    owner.failed(failure);
  }

  #settle(): void {
    this.#face = faceOfEnd(this.#face);
    this.#owner = NOBODY;
    this.#outlet = undefined;
    this.#sending = undefined;
    this.#done = nothing;
  }

  /** RFC 4028 §7.3: once, with an interval that is long enough. */
  #again(response: SipResponse): boolean {
    if (this.#retried || !this.pending) return false;
    const minSE = readable(() => response.get(MinSE));
    const invite = this.request;
    const asked = readable(() => invite.get(SessionExpires));
    if (minSE === undefined || asked === undefined || minSE.seconds <= asked.seconds) return false;
    this.#retried = true;
    const { seconds } = minSE;
    this.#invite = invite
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
    if (this.#acks.repeat(tag)) {
      this.#answered = undefined;
      return; // RFC 3261 §13.2.2.4
    }
    const fork = this.#forkOf(tag) ?? this.#newFork(tag);
    if (fork !== undefined) return this.#runner.input("2xx");
    this.#failure = { kind: "bad answer", response };
    this.#runner.input("no answer");
  }

  #forkOf(tag: string): Fork | undefined {
    return this.#forks.find((fork) => fork.tag === tag);
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
    const fork = { tag, usage, receiver: NOTHING_RECEIVED, described: false };
    this.#forks = [...this.#forks, fork];
    return fork;
  }

  /** RFC 3261 §12.1: without a tag there is no dialog yet. */
  #earlyFork(tag: string): Fork | undefined {
    return tag === "" || this.#forks.length >= MAX_FORKS ? undefined : this.#newFork(tag);
  }

  get #offers(): boolean {
    return sessionOf(this.request) !== undefined;
  }

  #progress(): void {
    if (this.#answered === undefined) return;
    const { response } = this.#answered;
    const tag = tagOf(response.to);
    const fork = this.#forkOf(tag) ?? this.#earlyFork(tag);
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
    const offers = this.#offers;
    const taken = this.#take();
    if (taken === undefined) return;
    const { response, sent, to, usage, described, known } = taken;
    const { way, negotiation, clock } = usage;
    this.#dropForks();
    usage.confirm(way.dialog);
    way.heard(response, sent, to);
    clock.answered(response, sent); // IM-7.1.1.1-K1
    const offer = offers || described ? undefined : sessionOf(response);
    const acknowledge = (answer: Body | undefined, edit?: CallEdit): void => {
      known.ack = way.acknowledge(sent, answer, edit);
    };
    if (offer === undefined) acknowledge(undefined);
    negotiation.invited();
    const owner = this.#owner;
    this.#done();
    this.#settle();
    owner.answered(usage, response);
    if (offer !== undefined) negotiation.offered(response, offer, acknowledge);
  }

  /** RFC 3261 §13.2.2.4, §15: what was answered but is not wanted is acknowledged and ended. */
  #endCall(): void {
    const taken = this.#take();
    if (taken === undefined) return;
    const { response, sent, to, usage, known } = taken;
    const { way } = usage;
    way.heard(response, sent, to);
    known.ack = way.acknowledge(sent, undefined);
    usage.drop();
    const reasons = this.#reasons;
    const say: CallEdit = (bye) => void (reasons.length > 0 && bye.set(Reason, reasons));
    way.send("BYE", say, UNHEARD);
  }

  /** The 2xx at hand, with its fork, which is none any more. RFC 3261 §13.2.2.4 */
  #take(): (Answered & Fork & { readonly known: { ack: SentAck | undefined } }) | undefined {
    const answered = this.#answered;
    this.#answered = undefined;
    if (answered === undefined) return undefined;
    const { response } = answered;
    const fork = this.#forkOf(tagOf(response.to));
    if (fork === undefined) return undefined;
    this.#forks = this.#forks.filter((each) => each !== fork);
    const { way } = fork.usage;
    way.dialog = readable(() => confirmed(way.dialog, response)) ?? way.dialog;
    if (!("read" in this.#invite)) this.#invite = keepInvite(this.#invite);
    return { ...answered, ...fork, known: this.#acks.add(fork.tag) };
  }

  #dropForks(): void {
    for (const { usage } of this.#forks) usage.drop();
    this.#forks = NONE;
  }
}

function nothing(): void {}

const UNHEARD = { response() {}, failed() {} };
