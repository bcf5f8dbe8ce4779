/** One session of two users through the server: a call with each of them, and a bridge between their media. OMA IM 9.1 to 9.5 */
import {
  type Body,
  type Call,
  type CallEnd,
  type CallFailure,
  type CallOwner,
  type Face,
  type IncomingCall,
  type IncomingOwner,
  type Offer,
  type OutgoingCall,
  type OutgoingOwner,
  Params,
  type ServerTransaction,
  type SipRequest,
  type SipResponse,
  sessionOf,
  type Tagged,
} from "@parlance/sip";
import {
  mediaPeer,
  type OwnHop,
  readAnsweredMedia,
  readOfferedMedia,
  type SessionMedia,
  sameButForHop,
  setupAgainst,
  throughUs,
  weOpenAfter,
} from "../../media/index.ts";
import type {
  LegFailure,
  MediaBridge,
  MediaLeg,
  OnwardUser,
  Side,
  TakeOver,
  Towards,
} from "../../ports/index.ts";
import { answerHeaders, featuresIn, refuseLike } from "./far-invite.ts";

export interface AnchoredSessionPorts {
  readonly bridge: MediaBridge;
  /** `a=max-size` of ours, whichever side asks. */
  readonly maxSize: number;
  /** The session is over, or never came about. */
  over(session: AnchoredSession): void;
}

/** Does somebody else take the caller over? */
export type Instead = (failure: CallFailure, takeOver: TakeOver) => boolean;

/** One of the two sides, and how the other sees it. */
interface Party {
  call: Call | undefined;
  leg: MediaLeg | undefined;
  /** What this side said last, and what it was told last. */
  said: SessionMedia | undefined;
  told: Body | undefined;
  face: Face;
}

export class AnchoredSession implements OnwardUser {
  readonly #ports: AnchoredSessionPorts;
  readonly #near: Party;
  readonly #far: Party;
  readonly #offer: SessionMedia;
  readonly #legs = new Map<string, MediaLeg>();
  #incoming: IncomingCall | undefined;
  #outgoing: OutgoingCall | undefined;
  #instead: Instead | undefined;
  /** Who has taken the caller over. */
  #heir: IncomingOwner | undefined;
  #over = false;

  constructor(
    offer: SessionMedia,
    faces: Readonly<Record<Side, Face>>,
    ports: AnchoredSessionPorts,
  ) {
    this.#ports = ports;
    this.#offer = offer;
    this.#near = partyWith(faces.near, offer, ports.bridge.near);
    this.#far = partyWith(faces.far, undefined, undefined);
  }

  /** The caller hears by this what becomes of his INVITE, and of the session, whoever has it in the end. */
  readonly nearOwner: IncomingOwner = heirOr(
    {
      ...this.#owner("near"),
      cancelled: () => {
        this.#outgoing?.cancel();
        this.#end();
      },
    },
    () => this.#heir,
  );

  readonly farOwner: OutgoingOwner = {
    ...this.#owner("far"),
    progress: (response) => this.#progress(response),
    answered: (call, response) => this.#answered(call, response),
    failed: (failure) => this.#failed(failure),
  };

  get faces(): Readonly<Record<Side, Face>> {
    return { near: this.#near.face, far: this.#far.face };
  }

  /** The other side of a call of this session. */
  partnerOf(call: Call): Call | undefined {
    if (call === this.#near.call || call === this.#incoming?.call) return this.#far.call;
    return call === this.#far.call ? this.#near.call : undefined;
  }

  begin(incoming: IncomingCall, place: (user: OnwardUser) => OutgoingCall, instead: Instead): void {
    this.#incoming = incoming;
    this.#instead = instead;
    this.#near.call = incoming.call;
    this.#outgoing = place(this);
  }

  dress(invite: SipRequest, towards: Towards): SipRequest {
    const leg = this.#ports.bridge.farTowards(towards);
    this.#legs.set(towards.key, leg);
    const body = throughUs(this.#offer, this.#hop(leg, "actpass"));
    return invite.edit().body(body.bytes, body.type).done();
  }

  chosen(towards: Towards): void {
    const leg = this.#legs.get(towards.key);
    if (leg === undefined) return;
    this.#far.leg = leg;
    this.#ports.bridge.choose(leg);
  }

  /** A device did not come, or did not come back. */
  mediaFailed(reason: LegFailure): void {
    const text = reason === "connection lost" ? "MSRP connection lost" : "MSRP connection timeout";
    const reasons: readonly Tagged[] = [
      { value: "SIP", params: Params.of(["cause", "408"], ["text", text]) },
    ];
    this.end(reasons);
  }

  /** Ends it on both sides. */
  end(reasons?: readonly Tagged[]): void {
    const { near, far } = { near: this.#near, far: this.#far };
    const calls = [near.call, far.call];
    // Each end is told to the owner: nothing is to be ended twice, and not without its reason.
    near.call = undefined;
    far.call = undefined;
    this.#outgoing?.cancel();
    for (const call of calls) call?.end(reasons);
    this.#end();
  }

  #progress(response: SipResponse): void {
    const { status } = response;
    if (status === 181 || status === 182 || status === 199) return; // of one branch, or of no use
    // Early media has no meaning here: the description comes with the 200.
    this.#incoming?.ring(status, { edit: answerHeaders(response, this.#near.face.contact) });
  }

  #answered(call: Call, response: SipResponse): void {
    const { place } = this.#offer;
    const said = readAnsweredMedia(sessionOf(response), place);
    const { near, far } = { near: this.#near, far: this.#far };
    far.call = call;
    if (said === undefined || far.leg === undefined || near.leg === undefined) {
      call.end();
      this.#incoming?.refuse(488);
      return this.#end();
    }
    far.said = said;
    far.leg.agree(mediaPeer(said, weOpenAfter(said)));
    const setup = setupAgainst(this.#offer);
    near.leg.agree(mediaPeer(this.#offer, setup === "active"));
    near.told = throughUs(said, this.#hop(near.leg, setup));
    const edit = answerHeaders(response, near.face.contact);
    const accepted = this.#incoming?.accept({ body: near.told, edit });
    if (accepted === undefined) return this.end();
    near.call = accepted;
    this.#settle();
  }

  /** An established session stands on its calls: what its INVITE came with, and went with, can go. */
  #settle(): void {
    this.#incoming = undefined;
    this.#outgoing = undefined;
    this.#instead = undefined;
    this.#legs.clear();
  }

  #failed(failure: CallFailure): void {
    const incoming = this.#incoming;
    if (incoming !== undefined && this.#isTakenOver(failure, incoming)) return this.#end();
    switch (failure.kind) {
      case "refused":
        if (incoming !== undefined) refuseLike(incoming, failure.response);
        break;
      case "timeout":
        incoming?.refuse(408);
        break;
      case "unreachable":
        incoming?.refuse(failure.why === "busy" ? 503 : 480);
        break;
      case "bad answer":
        incoming?.refuse(502);
        break;
      case "cancelled":
        incoming?.refuse(487);
    }
    this.#end();
  }

  /** One message that cannot be brought now may be kept; a phone that holds no session may get messages. */
  #isTakenOver(failure: CallFailure, incoming: IncomingCall): boolean {
    const instead = this.#instead;
    if (instead === undefined || !incoming.pending) return false;
    return instead(failure, (owner) => {
      this.#heir = owner;
      this.#near.call = undefined;
      return incoming;
    });
  }

  /** What both sides have in common as owners of their calls. */
  #owner(side: Side): CallOwner {
    return {
      offered: (offer) => void this.#offered(side, offer),
      acknowledged: () => undefined,
      requested: (transaction) => this.#requested(side, transaction),
      description: () => this.#party(side).told,
      ended: (_, end) => this.#ended(side, end),
    };
  }

  /** UPDATE or re-INVITE: a device that only comes by another way is met here, the rest is for the other side. */
  async #offered(side: Side, offer: Offer): Promise<void> {
    const own = this.#party(side);
    const other = this.#otherThan(side);
    const { leg } = own;
    if (offer.body === undefined) {
      // Whoever asks for an offer gets what he has.
      if (own.told === undefined) return offer.refuse(488);
      return offer.accept({ body: own.told });
    }
    const said = readOfferedMedia(offer.body);
    if (said === "broken" || said === "other" || leg === undefined) return offer.refuse(488);
    const setup = setupAgainst(said);
    const meet = (answer: SessionMedia): void => {
      own.said = said;
      leg.agree(mediaPeer(said, setup === "active")); // IM-6.1.3.3-02
      own.told = throughUs(answer, this.#hop(leg, setup));
      offer.accept({ body: own.told, refresher: "uas" }); // IM-6.1.3.3-01, IM-6.1.3.3-03, IM-6.1.7.2-01, IM-6.1.7.2-03
    };
    if (own.said !== undefined && other.said !== undefined && sameButForHop(own.said, said)) {
      return meet(other.said);
    }
    if (other.call === undefined || other.leg === undefined) return offer.refuse(488);
    const onward = throughUs(said, this.#hop(other.leg, "actpass"));
    const outcome = await other.call.offer(onward);
    if (outcome.kind === "over") return offer.refuse(481);
    if (outcome.kind === "refused") return offer.refuse(outcome.status); // 488, 491: nothing changes
    const answer = readAnsweredMedia(outcome.answer, said.place);
    if (answer === undefined) return offer.refuse(488);
    other.said = answer;
    other.told = onward;
    other.leg.agree(mediaPeer(answer, weOpenAfter(answer))); // IM-6.1.7.2-04
    meet(answer); // IM-6.1.7.2-02
  }

  /** INFO, MESSAGE and what else belongs to the session: the other side answers. */
  #requested(side: Side, transaction: ServerTransaction): boolean | Promise<void> {
    const { request } = transaction;
    const other = this.#otherThan(side).call;
    if (other === undefined || !PASSED.has(request.method)) return false;
    return this.#passOn(request, other, transaction);
  }

  async #passOn(request: SipRequest, to: Call, transaction: ServerTransaction): Promise<void> {
    const type = request.text("Content-Type");
    const body = type === undefined ? undefined : { type, bytes: request.body };
    const outcome = await to.request(request.method, { body });
    if (outcome.kind === "failed") return transaction.reply(outcome.why === "timeout" ? 408 : 480);
    const { response } = outcome;
    transaction.reply(response.status, undefined, (edit) => {
      const answered = response.text("Content-Type");
      if (answered !== undefined) edit.body(response.body, answered);
    });
  }

  /** One side has ended: the other hears why. */
  #ended(side: Side, end: CallEnd): void {
    this.#party(side).call = undefined;
    this.end(end.by === "peer" ? end.reasons : undefined);
  }

  #end(): void {
    if (this.#over) return;
    this.#over = true;
    this.#ports.bridge.close();
    this.#ports.over(this);
  }

  #hop(leg: MediaLeg, setup: OwnHop["setup"]): OwnHop {
    return { uri: leg.uri, setup, maxSize: this.#ports.maxSize };
  }

  #party(side: Side): Party {
    return side === "near" ? this.#near : this.#far;
  }

  #otherThan(side: Side): Party {
    return side === "near" ? this.#far : this.#near;
  }
}

const PASSED: ReadonlySet<string> = new Set(["INFO", "MESSAGE"]);

function heirOr(own: IncomingOwner, heir: () => IncomingOwner | undefined): IncomingOwner {
  const now = (): IncomingOwner => heir() ?? own;
  return {
    offered: (offer, call) => now().offered(offer, call),
    acknowledged: (call, answer) => now().acknowledged(call, answer),
    requested: (transaction, call) => now().requested(transaction, call),
    description: (call) => now().description(call),
    ended: (call, end) => now().ended(call, end),
    cancelled: (incoming, why) => now().cancelled(incoming, why),
  };
}

/** As a response would say it; undefined for an end that the caller wanted. */
export function statusOf(failure: CallFailure): number | undefined {
  switch (failure.kind) {
    case "refused":
      return failure.response.status;
    case "timeout":
      return 408;
    case "unreachable":
      return failure.why === "busy" ? 503 : 480;
    default:
      return undefined;
  }
}

function partyWith(face: Face, said: SessionMedia | undefined, leg: MediaLeg | undefined): Party {
  return { call: undefined, leg, said, told: undefined, face };
}

export function farFeatures(invite: SipRequest): Params {
  return featuresIn(invite);
}
