/** A session as this side holds it: the call that it was agreed on in, and its messages over MSRP. OMA IM 7.1.1, 7.1.2, 7.1.3 */
import type { AgreedMedia, Offer as SdpOffer } from "@parlance/formats";
import { findMessageMedia } from "@parlance/formats";
import {
  type Answered,
  clientWaits,
  type IncomingControl,
  type IncomingHead,
  type IncomingSink,
  type MessageLife,
  type MsrpEndpoint,
  MsrpSession,
  type OutgoingMessage,
  receiveLimits,
  type Sending,
  type SendLimits,
  type SessionEnd,
  type SessionTerms,
  type SessionUser,
  sendLimits,
} from "@parlance/msrp";
import {
  type Body,
  type Call,
  type CallEnd,
  type CallFailure,
  type IncomingCall,
  type IncomingOwner,
  type Offer,
  type OutgoingCall,
  type OutgoingOwner,
  type ServerTransaction,
  type SipRequest,
  type SipResponse,
  sessionOf,
  type Tagged,
} from "@parlance/sip";
import type { Random } from "@parlance/wire";
import { ImError } from "../../base/errors.ts";
import type { Calls, CallWish } from "../../connection/calls.ts";
import { callError, refusalError } from "./call-error.ts";
import { lostBecause, readReasons } from "./loss.ts";
import { type MediaTerms, newOriginId, OwnDescription, offerIn } from "./own-description.ts";
import { dialFor, type Place } from "./place.ts";

export interface MediaPorts {
  readonly calls: Calls;
  readonly endpoint: MsrpEndpoint;
  readonly random: Random;
  /** Undefined while there is no line. */
  readonly place: () => Place | undefined;
  /** Whether the line is a registered one, over which we may call. */
  readonly isOnline: () => boolean;
}

/** Whoever a session is for. */
export interface MediaOwner {
  /** The other side asks its user. */
  ringing?(): void;
  /** Whether whoever answers is one to talk to; false: the call ends. */
  suits?(answer: SipResponse): boolean;
  /** The terms have been agreed on, the first time or anew; what comes is taken from now on. */
  agreed?(media: AgreedMedia): void;
  /** Messages come and go; `again` when they did before. */
  open(again: boolean): void;
  /** The connection is gone, and another one is tried for. */
  lost?(): void;
  incoming(head: IncomingHead, control: IncomingControl): IncomingSink | number;
  /** Another request in the call. `false` leaves it to the usual answer. */
  requested?(transaction: ServerTransaction): boolean | Promise<void>;
  /** Once, last. What was not through has failed before. */
  over(end: MediaEnd): void;
}

export interface MediaBounds {
  /** The largest message that is taken. */
  readonly receiveBytes: number;
  readonly send?: SendLimits;
}

export type MediaEnd =
  | { readonly by: "us" }
  /** BYE, or CANCEL; with the peer's own words, if it has any. `lost`: it did not want to. RFC 3326 */
  | { readonly by: "peer"; readonly text: string | undefined; readonly lost: boolean }
  | { readonly by: "failure"; readonly error: ImError };

/** An other side that does not take the connection is given up soon: pager mode is there. */
const WAITS = { ...clientWaits, connectMs: 15_000 };
const LAST_WORD_MS = 1_000;

export class MediaSession implements OutgoingOwner, IncomingOwner {
  /** Resolves when it is over. */
  readonly done: Promise<void>;
  readonly #done = Promise.withResolvers<void>();
  readonly #owner: MediaOwner;
  readonly #ports: MediaPorts;
  readonly #own: OwnDescription;
  readonly #bounds: MediaBounds;
  #outgoing: OutgoingCall | undefined;
  #incoming: IncomingCall | undefined;
  #call: Call | undefined;
  #msrp: MsrpSession | undefined;
  #agreed: AgreedMedia | undefined;
  #agent: string | undefined;
  #answer: SipResponse | undefined;
  #open = false;
  #over = false;
  #renewing = false;
  /** It was agreed on by a line of which we have not heard yet that it is there: nothing is lost when we do. */
  #cameWithLine = false;

  /** Throws ImError when there is no line. */
  constructor(terms: MediaTerms, owner: MediaOwner, ports: MediaPorts, bounds: MediaBounds) {
    const place = ports.place();
    if (place === undefined) throw new ImError("offline");
    const id = newOriginId(ports.random);
    this.done = this.#done.promise;
    this.#owner = owner;
    this.#ports = ports;
    this.#bounds = bounds;
    this.#own = new OwnDescription(terms, { place, sessionId: ports.endpoint.newSessionId(), id });
  }

  /** What both sides have agreed on last. */
  get media(): AgreedMedia | undefined {
    return this.#agreed;
  }

  /** What we take, as it was offered or answered last. */
  get terms(): MediaTerms {
    return this.#own.terms;
  }

  /** What the other side says it is: OMA IM, appendix F. */
  get agent(): string | undefined {
    return this.#agent;
  }

  /** The 2xx to our INVITE. */
  get answer(): SipResponse | undefined {
    return this.#answer;
  }

  get call(): Call | undefined {
    return this.#call;
  }

  /** Calls the other side. */
  invite(make: (offer: Body) => SipRequest, wish: CallWish): void {
    this.#outgoing = this.#ports.calls.place(make(this.#own.offer()), this, wish);
  }

  /** Is called: `accept` or `refuse` follows. */
  invited(incoming: IncomingCall): void {
    this.#incoming = incoming;
  }

  /** The caller has offered, at `line` of his description; without an offer ours is in the answer. RFC 3261 §13.3.1 */
  accept(offered: { readonly offer: SdpOffer; readonly line: number } | undefined): boolean {
    const incoming = this.#incoming;
    if (incoming === undefined) return false;
    if (offered === undefined) {
      this.#call = incoming.accept({ body: this.#own.offer() });
      return this.#call !== undefined;
    }
    const answer = this.#own.answer(offered.offer, offered.line);
    if (answer === undefined) {
      this.refuse(488);
      return false;
    }
    this.#call = incoming.accept({ body: answer.body });
    if (this.#call === undefined) return false;
    this.#agree(answer.agreed, incoming.request.text("User-Agent"));
    return true;
  }

  refuse(status: number): void {
    this.#incoming?.refuse(status);
    this.#finish({ by: "us" });
  }

  /** Waits until there is a connection. Before there are terms nothing can be sent. */
  send(message: OutgoingMessage, life: MessageLife): Sending | undefined {
    return this.#msrp?.send(message, life);
  }

  /** Asks to be called so, or gives the name back with an empty one; undefined: no answer. RFC 7701 §7 */
  nickname(name: string, answered: Answered): void {
    if (this.#msrp === undefined) answered(undefined);
    else this.#msrp.nickname(name, answered);
  }

  /**
   * Other terms, which hold once the peer has accepted them; until then, and when it refuses, those of
   * before. IMSpec-SMM-C-014. Rejects with ImError.
   */
  async modify(terms: MediaTerms): Promise<void> {
    const call = this.#call;
    if (call === undefined) throw new ImError("closed");
    const before = this.#own.terms;
    this.#own.terms = terms;
    const outcome = await call.offer(this.#own.offer());
    if (outcome.kind === "answered") {
      const agreed = this.#own.agreed(outcome.answer);
      if (agreed !== undefined) return this.#agreeAgain(agreed);
    }
    this.#own.terms = before;
    if (outcome.kind === "over") throw new ImError("closed");
    throw outcome.response === undefined
      ? new ImError("not supported")
      : refusalError(outcome.response);
  }

  /** There is a line again: the peer has to learn where we are now, and a lost connection comes back. */
  lineIsBack(): void {
    if (this.#call === undefined || this.#over) return;
    if (this.#cameWithLine) {
      this.#cameWithLine = false;
      return;
    }
    const lost = this.#msrp !== undefined && this.#msrp.state !== "bound";
    if (lost) void this.#renew();
    else void this.#tellWhere(this.#call);
  }

  end(reasons?: readonly Tagged[]): void {
    this.#outgoing?.cancel(reasons); // IMSpec-SMM-C-012
    this.#incoming?.refuse(480);
    const call = this.#call;
    this.#call = undefined;
    call?.end(reasons); // IMSpec-SMM-C-011
    this.#finish({ by: "us" });
  }

  // As the calls see it.

  progress({ status }: SipResponse): void {
    if (status === 180) this.#owner.ringing?.();
  }

  answered(call: Call, response: SipResponse): void {
    this.#call = call;
    if (this.#over) return call.end(); // taken back meanwhile
    if (this.#owner.suits?.(response) === false) {
      this.#call = undefined;
      call.end();
      return this.#finish({ by: "failure", error: new ImError("not supported") });
    }
    this.#answer = response;
    const agreed = this.#own.agreed(sessionOf(response));
    if (agreed === undefined) return this.#fail(new ImError("not supported"));
    this.#agree(agreed, response.text("Server") ?? response.text("User-Agent"));
  }

  failed(failure: CallFailure): void {
    this.#finish({ by: "failure", error: callError(failure) });
  }

  cancelled(): void {
    this.#finish({ by: "peer", text: undefined, lost: false }); // IM-7.1.2.4-02
  }

  /** IM-7.1.2.2-P1: an UPDATE or re-INVITE with an offer, or one that asks for ours. */
  offered(offer: Offer): void {
    if (offer.body === undefined)
      return offer.accept({ body: this.#own.current, refresher: "uas" });
    const read = offerIn(offer.body);
    const line = read === undefined ? -1 : findMessageMedia(read);
    // IM-7.1.2.2-01a: of what is offered, what suits us
    const answer = read === undefined ? undefined : this.#own.answer(read, line);
    if (answer === undefined) return offer.refuse(488); // IM-7.1.2.2-01, IM-7.1.2.2-01b
    this.#agreeAgain(answer.agreed); // IM-7.1.2.2-02
    // IM-7.1.2.2-03, IM-7.1.2.2-04, IM-7.1.2.2-06, IM-7.1.2.2-07
    offer.accept({ body: answer.body, refresher: "uas" });
  }

  /** The answer to the offer that was in our 2xx. */
  acknowledged(call: Call, answer: Body | undefined): void {
    if (this.#agreed !== undefined) return;
    const agreed = this.#own.agreed(answer);
    if (agreed === undefined) return this.#fail(new ImError("not supported"));
    this.#agree(agreed, call.peer.agent);
  }

  requested(transaction: ServerTransaction): boolean | Promise<void> {
    return this.#owner.requested?.(transaction) ?? false;
  }

  description(): Body {
    return this.#own.current;
  }

  ended(_call: Call, end: CallEnd): void {
    const held = this.#call;
    this.#call = undefined;
    if (end.by === "peer") this.#finish({ by: "peer", ...readReasons(end.reasons) });
    else if (end.by === "failure")
      this.#finish({ by: "failure", error: new ImError("not reachable") });
    else if (held !== undefined) this.#finish({ by: "us" }); // another one has taken its place. RFC 3891 §3
  }

  // As MSRP sees it.

  readonly #user: SessionUser = {
    incoming: (head, control) => this.#owner.incoming(head, control),
    bound: (again) => {
      this.#open = true;
      this.#owner.open(again);
    },
    lost: () => this.#owner.lost?.(),
    renew: () => void this.#renew(),
    ended: (end) => this.#mediaEnded(end),
  };

  #agree(agreed: AgreedMedia, agent: string | undefined): void {
    const terms = this.#termsOf(agreed);
    if (terms === undefined) return this.#fail(new ImError("not supported"));
    this.#agreed = agreed;
    this.#agent = agent;
    this.#cameWithLine = !this.#ports.isOnline();
    this.#msrp = new MsrpSession(this.#own.uri, this.#user, this.#ports.endpoint, {
      waits: WAITS,
      receive: { ...receiveLimits, messageBytes: this.#bounds.receiveBytes },
      send: this.#bounds.send ?? sendLimits,
      resend: keepsHalves(agent) ? "confirmed" : "start",
    });
    this.#owner.agreed?.(agreed);
    this.#msrp.agree(terms);
  }

  #agreeAgain(agreed: AgreedMedia): void {
    const terms = this.#termsOf(agreed);
    if (terms === undefined) return this.#fail(new ImError("not supported"));
    this.#agreed = agreed;
    this.#owner.agreed?.(agreed);
    this.#msrp?.agree(terms);
  }

  /** Undefined when it is not for us to connect, or there is nowhere to connect to. */
  #termsOf(agreed: AgreedMedia): SessionTerms | undefined {
    if (agreed.role !== "active") return undefined;
    const dial = dialFor(agreed, this.#own.place);
    if (dial === undefined) return undefined;
    const { path, maxSize } = agreed.remote;
    return { remotePath: path.join(" "), dial, maxSizeBytes: maxSize };
  }

  /** RFC 4975 §5.4: by a new exchange of descriptions, with a new address of ours. */
  async #renew(): Promise<void> {
    const [call, msrp, place] = [this.#call, this.#msrp, this.#ports.place()];
    if (call === undefined || msrp === undefined || place === undefined || this.#renewing) return;
    if (!this.#ports.isOnline()) return; // `lineIsBack` will tell
    this.#renewing = true;
    this.#own.move(place, this.#ports.endpoint.newSessionId());
    msrp.moveTo(this.#own.uri);
    const outcome = await call.offer(this.#own.offer());
    this.#renewing = false;
    if (this.#over || outcome.kind !== "answered") return; // asked for again, or over
    const agreed = this.#own.agreed(outcome.answer);
    if (agreed !== undefined) this.#agreeAgain(agreed);
  }

  /** The same description once more; what counts is the Contact beside it. RFC 3261 §12.2.1.2 */
  async #tellWhere(call: Call): Promise<void> {
    const outcome = await call.offer(this.#own.current);
    if (outcome.kind !== "answered" || this.#over) return;
    const agreed = this.#own.agreed(outcome.answer);
    if (agreed !== undefined) this.#agreeAgain(agreed);
  }

  #mediaEnded({ why }: SessionEnd): void {
    if (why === "closed") return;
    const text = why === "unreachable" ? "MSRP connection timeout" : "MSRP connection lost";
    const error = new ImError(this.#open ? "not reachable" : "not supported");
    // Whoever knows the session no more has ended it, and his BYE is on its way.
    const waitMs = why === "refused" ? LAST_WORD_MS : 0;
    this.#ports.endpoint.wheel.after(waitMs, () => this.#fail(error, text));
  }

  #fail(error: ImError, text = "no session"): void {
    const call = this.#call;
    this.#call = undefined;
    call?.end(lostBecause(text));
    this.#finish({ by: "failure", error });
  }

  #finish(end: MediaEnd): void {
    if (this.#over) return;
    this.#over = true;
    this.#msrp?.close(); // IM-6.1.1.14-02, IM-7.1.2.3-02, IM-7.1.2.5-01, IM-9.2.3-03
    this.#owner.over(end);
    this.#done.resolve();
  }
}

/** Ours keep the half of a message that came over a lost connection, and so does our server. RFC 4975 §5.4 */
function keepsHalves(agent: string | undefined): boolean {
  return agent !== undefined && /(?:^|\s)Parlance(?:-\w+)?\//.test(agent);
}
