/** What the two sides of a call agree upon: offers of the peer and offers of ours, one at a time. RFC 3261 §14, RFC 3311 §5, RFC 6337 */
import type { ServerTransaction } from "../endpoint/index.ts";
import { MinSE, Params, type SipRequest, type SipResponse, type Uri } from "../message/index.ts";
import {
  judgeOffer,
  mayOffer,
  NO_OFFER,
  type OfferState,
  offerSent,
  offerSettled,
  requestAnswered,
} from "../reliability/index.ts";
import { AcceptedAnswer } from "./accepted-answer.ts";
import { makeAnswer, putRetryAfter, refuseForNow } from "./answering.ts";
import { type Body, type CallEdit, putBody, sessionOf } from "./body.ts";
import { Exchange, type ExchangeUser, type OfferOutcome, type OfferWish } from "./exchange.ts";
import { type Answer, Offer } from "./offer.ts";
import { type GrantedTimer, judgeInterval, type SessionClock } from "./session-clock.ts";
import type { Way } from "./way.ts";

export interface NegotiationUser {
  offered(offer: Offer): void;
  /** A 2xx of ours has its ACK, and with it the answer if the 2xx made an offer. */
  acknowledged(answer: Body | undefined): void;
  lost(why: "no answer" | "no such call" | "no ack"): void;
  /** The offer in a 2xx is nothing we can live with. RFC 3261 §13.2.2.4 */
  hangUp(): void;
}

/** A request of the peer that its owner answers. */
export interface Asked {
  readonly transaction: ServerTransaction;
  /** Whether it makes an offer, or wants ours, and neither has happened yet. */
  readonly offers: boolean;
  /** Whether a description in our 2xx is an offer. */
  readonly wantsOffer: boolean;
  readonly timer: GrantedTimer | undefined;
  /** Where the peer wants to be found once it is accepted. RFC 3261 §12.2.2, RFC 6141 §4.6 */
  readonly target: Uri;
}

/** A 2xx without ACK does not keep the peer from offering again, but not without end. RFC 5407 §3.1.4 */
const MAX_UNACKNOWLEDGED = 4;
const MAX_WISHES = 16;
const NONE: readonly never[] = [];

export class Negotiation implements ExchangeUser {
  readonly way: Way;
  readonly clock: SessionClock;
  readonly #user: NegotiationUser;
  #state: OfferState = NO_OFFER;
  /** The INVITE of the peer that has no final answer; also the first one of the call. */
  #serving: ServerTransaction | undefined;
  #open: readonly { readonly asked: Asked; readonly offer: Offer }[] = NONE;
  #unacknowledged: readonly AcceptedAnswer[] = NONE;
  /** An INVITE of ours has no final answer. */
  #inviting = false;
  #exchanges: readonly Exchange[] = NONE;

  constructor(way: Way, clock: SessionClock, user: NegotiationUser) {
    this.way = way;
    this.clock = clock;
    this.#user = user;
  }

  /** A BYE has to wait for them. RFC 3261 §15 */
  get unacknowledged(): boolean {
    return this.#unacknowledged.length > 0;
  }

  // The first INVITE, whose answers are given elsewhere.

  /** The peer's: it offers, or waits for our offer, and nobody else may offer until that is done. RFC 6337 §2.2 */
  beginServing(transaction: ServerTransaction): void {
    this.#serving = transaction;
    this.#state = { ...NO_OFFER, received: true };
  }

  /** Ours; each fork of it negotiates for itself. */
  beginInviting(offers: boolean): void {
    this.#inviting = true;
    this.#state = { ...NO_OFFER, sent: offers };
  }

  /** Our INVITE has its 2xx. */
  invited(): void {
    this.#inviting = false;
    this.#state = offerSettled(this.#state);
    this.#next();
  }

  /** A reliable provisional answer, or its PRACK, carried a description. RFC 3262 §5 */
  earlyOffer(by: "us" | "peer"): void {
    this.#state = { ...this.#state, sent: by === "us", received: by === "peer" };
  }

  earlyAnswer(): void {
    this.#state = { ...this.#state, sent: false, received: false };
    this.#next();
  }

  // Requests of the peer.

  serveInvite(transaction: ServerTransaction, target: Uri): void {
    const serving = this.#serving !== undefined && !this.#serving.answered;
    if (serving || this.#unacknowledged.length >= MAX_UNACKNOWLEDGED) {
      return refuseForNow(transaction, this.way.engine.share()); // RFC 3261 §14.2
    }
    if (this.#inviting) return transaction.reply(491); // RFC 3261 §14.2
    this.#ask(transaction, target);
  }

  serveUpdate(transaction: ServerTransaction, target: Uri): void {
    this.#ask(transaction, target);
  }

  /** Of a PRACK that is in order. RFC 3262 §5: it may make an offer of its own. */
  servePrack(transaction: ServerTransaction): void {
    this.#ask(transaction, this.way.dialog.remoteTarget);
  }

  /** True when it was the ACK of one of ours. */
  acknowledge(ack: SipRequest): boolean {
    const { number } = ack.cseq;
    const answer = this.#unacknowledged.find((each) => each.number === number);
    if (answer === undefined) return false;
    answer.acknowledged();
    this.#forgetAnswer(answer);
    if (answer.offers) this.#state = offerSettled(this.#state);
    this.#user.acknowledged(answer.offers ? sessionOf(ack) : undefined);
    this.#next();
    return true;
  }

  /** The 2xx, to an INVITE repeated until its ACK. */
  accept(asked: Asked, answer: Answer): void {
    const { transaction, timer, wantsOffer, target } = asked;
    const { request, answered } = transaction;
    if (answered) return this.#answered(asked); // The stack has lost its patience.
    const invite = request.method === "INVITE";
    const offers = invite && wantsOffer && answer.body !== undefined;
    this.way.dialog = { ...this.way.dialog, remoteTarget: target }; // RFC 3261 §12.2.2
    const response = makeAnswer(transaction, 200, this.way, (edit) => {
      if (timer !== undefined) this.clock.grant(edit, timer, { request, prefer: answer.refresher });
      answer.edit?.(edit);
      putBody(edit, answer.body);
    });
    this.#answered(asked);
    if (!invite) transaction.respond(response);
    else this.#repeatUntilAck(transaction, response, offers);
    this.#next();
  }

  refuse(asked: Asked, status: number, edit: CallEdit | undefined): void {
    asked.transaction.reply(status, undefined, edit);
    this.#answered(asked);
    this.#next();
  }

  // Offers of ours.

  offer(wish: OfferWish, done: (outcome: OfferOutcome) => void): void {
    if (this.#exchanges.length >= MAX_WISHES) {
      return done({ kind: "refused", status: 503, response: undefined });
    }
    const exchange = new Exchange(wish, this, done);
    this.#exchanges = [...this.#exchanges, exchange];
    exchange.start();
  }

  isClear(exchange: Exchange): boolean {
    if (this.#exchanges[0] !== exchange || this.unacknowledged || !mayOffer(this.#state)) {
      return false;
    }
    if (exchange.wish.method === "UPDATE") return true;
    const { state } = this.way.dialog;
    return state === "confirmed" && this.#serving === undefined && !this.#inviting; // RFC 3261 §14.1
  }

  sent({ wish: { method, body } }: Exchange): void {
    if (method === "INVITE") this.#inviting = true;
    if (body !== undefined) this.#state = offerSent(this.#state);
  }

  settled({ wish: { method, body } }: Exchange): void {
    if (method === "INVITE") this.#inviting = false;
    if (body !== undefined) this.#state = offerSettled(this.#state);
  }

  offered(
    response: SipResponse,
    body: Body,
    acknowledge: (answer: Body | undefined, edit?: CallEdit) => void,
  ): void {
    this.#state = { ...this.#state, received: true };
    const end = (answer: Body | undefined, edit: CallEdit | undefined): void => {
      this.#state = { ...this.#state, received: false };
      acknowledge(answer, edit);
      this.#next();
    };
    const offer = new Offer(response, body, {
      accept: (answer) => end(answer.body, answer.edit),
      refuse: (_status, edit) => {
        end(undefined, edit);
        this.#user.hangUp();
      },
    });
    this.#user.offered(offer);
  }

  done(exchange: Exchange): void {
    this.#exchanges = without(this.#exchanges, exchange);
    this.#next();
  }

  lost(why: "no answer" | "no such call"): void {
    this.#user.lost(why);
  }

  /** The call is over; `acksToo` when nothing of it is to be heard any more. */
  abandon(acksToo: boolean): void {
    for (const exchange of this.#exchanges) exchange.abandon();
    for (const { asked, offer } of this.#open) {
      offer.close();
      asked.transaction.reply(487); // RFC 3261 §15.1.2
    }
    this.#open = NONE;
    if (!acksToo) return;
    for (const answer of this.#unacknowledged) answer.abandon();
    this.#unacknowledged = NONE;
  }

  #ask(transaction: ServerTransaction, target: Uri): void {
    const { request } = transaction;
    const { method } = request;
    const body = sessionOf(request);
    const wantsOffer = method === "INVITE" && body === undefined;
    const offers = body !== undefined || wantsOffer;
    const verdict = judgeOffer(this.#state, { method, offers }, this.way.engine.share());
    if (verdict.do === "refuse") {
      return transaction.reply(verdict.status, undefined, (edit) => {
        if (verdict.retryAfterS !== undefined) putRetryAfter(edit, verdict.retryAfterS);
      });
    }
    // An early dialog has no session yet that could expire.
    const early = this.way.dialog.state === "early";
    const timer = early ? undefined : judgeInterval(request, this.way.engine);
    if (timer?.do === "refuse") return refuseInterval(transaction, timer.minSE);
    if (timer !== undefined) this.clock.heard(request);
    this.#state = verdict.state;
    const asked = { transaction, offers, wantsOffer, timer, target };
    if (!offers) return this.accept(asked, {}); // a refresh. RFC 4028 §7.4
    this.#wait(asked, body);
  }

  #wait(asked: Asked, body: Body | undefined): void {
    const { transaction } = asked;
    const offer = new Offer(transaction.request, body, {
      accept: (answer) => this.accept(asked, answer),
      refuse: (status, edit) => this.refuse(asked, status, edit),
    });
    this.#open = [...this.#open, { asked, offer }];
    if (transaction.request.method === "INVITE") {
      this.#serving = transaction;
      transaction.onCancel = () => {
        offer.close();
        this.refuse(asked, 487, undefined); // RFC 3261 §9.2
      };
    }
    this.#user.offered(offer);
  }

  #answered({ transaction, offers }: Asked): void {
    const { method } = transaction.request;
    transaction.onCancel = undefined; // it outlives the answer, and is not to hold the call
    if (this.#serving === transaction) this.#serving = undefined;
    const open = this.#open.filter(({ asked }) => asked.transaction !== transaction);
    this.#open = open.length === 0 ? NONE : open;
    this.#state = requestAnswered(this.#state, { method, offers });
  }

  #repeatUntilAck(transaction: ServerTransaction, response: SipResponse, offers: boolean): void {
    if (offers) this.#state = offerSent(this.#state);
    const { engine } = this.way;
    const answer = new AcceptedAnswer(engine, { transaction, response, offers }, () => {
      this.#forgetAnswer(answer);
      this.#user.lost("no ack");
    });
    this.#unacknowledged = [...this.#unacknowledged, answer];
    answer.start();
  }

  #forgetAnswer(answer: AcceptedAnswer): void {
    this.#unacknowledged = without(this.#unacknowledged, answer);
  }

  #next(): void {
    this.#exchanges[0]?.look();
  }
}

/** Most calls have nothing to wait for most of the time: they share one empty list. */
function without<T>(list: readonly T[], gone: T): readonly T[] {
  return list.length <= 1 ? NONE : list.filter((each) => each !== gone);
}

/** RFC 4028 §9 */
export function refuseInterval(transaction: ServerTransaction, minSE: number): undefined {
  transaction.reply(422, undefined, (edit) => {
    edit.set(MinSE, { seconds: minSE, params: Params.none });
  });
}
