/** Drives one change of the session that our side wants. RFC 3261 §14.1, RFC 3311 §5.1, RFC 4028 §7.4 */
import { type Performer, Runner } from "@parlance/wire";
import type { SendFailure } from "../endpoint/index.ts";
import {
  type RequestEdit,
  RetryAfter,
  type SipRequest,
  type SipResponse,
} from "../message/index.ts";
import { glareDelayMs } from "../reliability/index.ts";
import { type Body, type CallEdit, putBody, sessionOf } from "./body.ts";
import { type OurOffer, ourOfferOn } from "./our-offer.ts";
import { readable } from "./peer.ts";
import type { SessionClock } from "./session-clock.ts";
import { repeatAck, type SentAck, type Way, type WayUser } from "./way.ts";

export type OfferOutcome =
  | {
      readonly kind: "answered";
      /** `undefined`: the peer answers without a description. */
      readonly answer: Body | undefined;
      readonly response: SipResponse;
    }
  | {
      /** The session goes on as it was. */
      readonly kind: "refused";
      /** 503 where the request could not be sent, 491 where it never had its turn in 64*T1. */
      readonly status: number;
      readonly response: SipResponse | undefined;
    }
  /** The call has ended. */
  | { readonly kind: "over" };

export interface OfferWish {
  readonly method: "INVITE" | "UPDATE";
  /** `undefined`: a refresh by UPDATE, or a re-INVITE that wants the offer of the peer. */
  readonly body: Body | undefined;
  readonly edit: CallEdit | undefined;
}

export interface ExchangeUser {
  readonly way: Way;
  readonly clock: SessionClock;
  isClear(exchange: Exchange): boolean;
  sent(exchange: Exchange): void;
  /** The request has its final answer. */
  settled(exchange: Exchange): void;
  /** The 2xx of a re-INVITE without an offer brings one: its ACK waits for our answer. */
  offered(
    response: SipResponse,
    body: Body,
    acknowledge: (answer: Body | undefined, edit?: CallEdit) => void,
  ): void;
  done(exchange: Exchange): void;
  lost(why: "no answer" | "no such call"): void;
}

/** Two that always meet again are not to go on for ever. */
const MAX_TRIES = 8;
const LONGEST_RETRY_S = 10; // RFC 3261 §14.2, RFC 3311 §5.2

export class Exchange implements Performer<OurOffer>, WayUser {
  readonly wish: OfferWish;
  readonly #user: ExchangeUser;
  readonly #done: (outcome: OfferOutcome) => void;
  readonly #runner: Runner<OurOffer>;
  #tries = 0;
  #pauseMs = 0;
  #end: SipResponse | undefined;
  #status = 491; // as long as it has never had its turn
  #lost: "no answer" | "no such call" = "no answer";
  #ack: SentAck | undefined;

  constructor(wish: OfferWish, user: ExchangeUser, done: (outcome: OfferOutcome) => void) {
    this.wish = wish;
    this.#user = user;
    this.#done = done;
    const { wheel, t1 } = user.way.engine;
    this.#runner = new Runner(
      ourOfferOn(64 * t1, () => this.#pauseMs),
      wheel,
      this,
    );
  }

  start(): void {
    this.#runner.start();
  }

  /** Whatever it waited for may be over. */
  look(): void {
    if (this.#user.isClear(this)) this.#runner.input("clear");
  }

  abandon(): void {
    this.#runner.input("call over");
  }

  response(response: SipResponse, sent: SipRequest): void {
    const { status } = response;
    if (status < 200) return;
    if (this.#runner.state !== "sent") return this.#late(response, sent);
    this.#end = response;
    this.#status = status;
    this.#user.settled(this);
    if (status < 300) {
      this.#accepted(response, sent);
      return this.#runner.input("2xx");
    }
    this.#runner.input(this.#judge(response));
  }

  failed(why: SendFailure | "timeout"): void {
    this.#user.settled(this);
    this.#end = undefined;
    this.#status = why === "timeout" ? 408 : 503; // RFC 3261 §8.1.3.1
    this.#lost = "no answer";
    this.#runner.input(why === "timeout" ? "no such session" : "refused");
  }

  perform(action: OurOffer["action"]): void {
    switch (action) {
      case "look whether clear":
        return this.look();
      case "send":
        return this.#send();
      case "tell answered":
        if (this.#end === undefined) return;
        return this.#tell({ kind: "answered", answer: sessionOf(this.#end), response: this.#end });
      case "tell refused":
        return this.#tell({ kind: "refused", status: this.#status, response: this.#end });
      case "tell over":
        return this.#tell({ kind: "over" });
      case "end call":
        return this.#user.lost(this.#lost);
    }
  }

  ended(): void {}

  #send(): void {
    const { way, clock } = this.#user;
    const { method, body, edit } = this.wish;
    this.#tries += 1;
    this.#user.sent(this);
    way.send(
      method,
      (request: RequestEdit<SipRequest>) => {
        edit?.(request);
        if (way.dialog.state === "confirmed") clock.ask(request);
        putBody(request, body);
      },
      this,
    );
  }

  #tell(outcome: OfferOutcome): void {
    this.#user.done(this);
    this.#done(outcome);
  }

  #accepted(response: SipResponse, sent: SipRequest): void {
    const { way, clock } = this.#user;
    clock.answered(response, sent);
    if (this.wish.method !== "INVITE") return;
    const offer = this.wish.body === undefined ? sessionOf(response) : undefined;
    const acknowledge = (answer: Body | undefined, edit?: CallEdit): void => {
      this.#ack = way.acknowledge(sent, answer, edit);
    };
    if (offer === undefined) acknowledge(undefined);
    else this.#user.offered(response, offer, acknowledge);
  }

  /** Each 2xx wants its ACK: a repeated one, and one that comes when the call is over. RFC 3261 §13.2.2.4, RFC 5407 §3.2.3 */
  #late({ status }: SipResponse, sent: SipRequest): void {
    this.#user.settled(this);
    if (status >= 300 || this.wish.method !== "INVITE") return;
    const { way } = this.#user;
    if (this.#ack !== undefined) repeatAck(way.engine, this.#ack);
    else if (this.#end === undefined) this.#ack = way.acknowledge(sent, undefined);
  }

  #judge(response: SipResponse): OurOffer["input"] {
    const { status } = response;
    if (status === 481 || status === 408) {
      this.#lost = status === 481 ? "no such call" : "no answer";
      return "no such session";
    }
    if (this.#tries >= MAX_TRIES) return "refused";
    if (status === 422 && this.#user.clock.tooSmall(response)) return this.#pause(0); // RFC 4028 §7.3
    if (status === 491) {
      const { caller } = this.#user.way.dialog;
      return this.#pause(glareDelayMs(caller, this.#user.way.engine.share())); // RFC 3261 §14.1
    }
    const retryAfter = status === 500 ? readable(() => response.get(RetryAfter)) : undefined;
    if (retryAfter === undefined || retryAfter.seconds > LONGEST_RETRY_S) return "refused";
    return this.#pause(retryAfter.seconds * 1_000);
  }

  #pause(ms: number): "collided" {
    this.#pauseMs = ms;
    return "collided";
  }
}
