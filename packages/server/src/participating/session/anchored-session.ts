/** One session of two users through the server: a call with each of them, and a bridge between their media. OMA IM 9.1 to 9.5 */
import {
  type Body,
  type Call,
  type CallEdit,
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
  inEitherForm,
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
  MediaLeg,
  OnwardUser,
  Side,
  TakeOver,
  Towards,
} from "../../ports/index.ts";
import { answerHeaders, refuseLike } from "./far-invite.ts";
import { heirOr } from "./heir.ts";
import type { SessionBridges } from "./session-bridges.ts";

export interface AnchoredSessionPorts {
  readonly bridges: SessionBridges;
  /** `a=max-size` of ours, whichever side asks. */
  readonly maxSize: number;
  /** Both sides have agreed. */
  began(): void;
  /** A request in the dialog of one side that is for the server itself; false: it is not. */
  asked(side: Side, transaction: ServerTransaction, call: Call | undefined): boolean;
  /** The session is over, or never came about. */
  over(session: AnchoredSession): void;
}

/** Does somebody else take the caller over? */
export type Instead = (failure: CallFailure, takeOver: TakeOver) => boolean;

/** One of the two sides, and how the other sees it. */
interface Party {
  call: Call | undefined;
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
    this.#near = partyWith(faces.near, offer);
    this.#far = partyWith(faces.far, undefined);
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

  /** What passes between the two. */
  get legs(): ReturnType<SessionBridges["legs"]> {
    return this.#ports.bridges.legs();
  }

  /** The called side has answered. */
  get established(): boolean {
    return this.#far.call !== undefined && this.#near.call !== undefined;
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
    const { bridges } = this.#ports;
    const body = throughUs(this.#offer, ({ place, media }) =>
      this.#hop(bridges.far(place, towards), "actpass", inEitherForm(media, undefined)),
    );
    return invite.edit().body(body.bytes, body.type).done();
  }

  chosen(towards: Towards): void {
    this.#ports.bridges.choose(towards);
  }

  /** A device did not come, or did not come back. */
  mediaFailed(reason: LegFailure): void {
    const text = reason === "connection lost" ? "MSRP connection lost" : "MSRP connection timeout";
    const reasons: readonly Tagged[] = [
      { value: "SIP", params: Params.of(["cause", "408"], ["text", text]) },
    ];
    this.end(reasons);
  }

  /** Nobody has answered, and nobody is to be asked any more; false: it runs. */
  refuse(status: number, edit: CallEdit): boolean {
    const incoming = this.#incoming;
    if (incoming?.pending !== true) return false;
    this.#incoming = undefined;
    this.#near.call = undefined;
    incoming.refuse(status, edit);
    this.end();
    return true;
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
    const said = readAnsweredMedia(sessionOf(response), placesOf(this.#offer));
    const { near, far } = { near: this.#near, far: this.#far };
    far.call = call;
    if (said === undefined || this.#leg("far", said.place) === undefined) {
      call.end();
      this.#incoming?.refuse(488);
      return this.#end();
    }
    far.said = said;
    this.#meetAnswer("far", said);
    near.told = this.#meetOffer("near", this.#offer, said);
    const edit = answerHeaders(response, near.face.contact);
    const accepted = this.#incoming?.accept({ body: near.told, edit });
    if (accepted === undefined) return this.end();
    near.call = accepted;
    this.#settle();
    this.#ports.began();
  }

  /** An established session stands on its calls: what its INVITE came with, and went with, can go. */
  #settle(): void {
    this.#incoming = undefined;
    this.#outgoing = undefined;
    this.#instead = undefined;
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
    if (offer.body === undefined) {
      // Whoever asks for an offer gets what he has.
      if (own.told === undefined) return offer.refuse(488);
      return offer.accept({ body: own.told });
    }
    const said = readOfferedMedia(offer.body);
    if (said === "broken" || said === "other") return offer.refuse(488);
    const meet = (answer: SessionMedia): void => {
      own.said = said;
      own.told = this.#meetOffer(side, said, answer); // IM-6.1.3.3-02
      offer.accept({ body: own.told, refresher: "uas" }); // IM-6.1.3.3-01, IM-6.1.3.3-03, IM-6.1.7.2-01, IM-6.1.7.2-03
    };
    if (own.said !== undefined && other.said !== undefined && sameButForHop(own.said, said)) {
      return meet(other.said);
    }
    if (other.call === undefined || other.said === undefined) return offer.refuse(488);
    const onward = this.#onward(side, said);
    if (onward === undefined) return offer.refuse(488);
    const outcome = await other.call.offer(onward);
    if (outcome.kind === "over" || this.#over) return offer.refuse(481);
    if (outcome.kind === "refused") return offer.refuse(outcome.status); // 488, 491: nothing changes
    const answer = readAnsweredMedia(outcome.answer, placesOf(said));
    if (answer === undefined) return offer.refuse(488);
    other.said = answer;
    other.told = onward;
    this.#meetAnswer(side === "near" ? "far" : "near", answer); // IM-6.1.7.2-04
    meet(answer); // IM-6.1.7.2-02
  }

  /** What one side offers, as the other one gets it: also lines that are new. RFC 5547 §8.1 */
  #onward(side: Side, said: SessionMedia): Body | undefined {
    const { bridges } = this.#ports;
    const other = this.#otherThan(side).said;
    const open = said.lines.filter(({ place }) => bridges.open(place));
    if (open.length === 0) return undefined;
    return throughUs(said, ({ place, media }) => {
      const known = other?.lines.find((line) => line.place === place)?.media;
      const leg = side === "near" ? bridges.far(place) : bridges.near(place);
      return this.#hop(leg, "actpass", inEitherForm(media, known));
    });
  }

  /** Whoever has answered is met as he has said. */
  #meetAnswer(side: Side, answer: SessionMedia): void {
    this.#ports.bridges.keep(placesOf(answer));
    for (const line of answer.lines) {
      this.#leg(side, line.place)?.agree(mediaPeer(line, weOpenAfter(line)));
    }
  }

  /** Whoever has offered is met, too; what he gets is the answer of the other side. */
  #meetOffer(side: Side, offer: SessionMedia, answer: SessionMedia): Body {
    return throughUs(answer, ({ place, media }) => {
      const offered = offer.lines.find((line) => line.place === place);
      const leg = this.#leg(side, place);
      if (offered === undefined || leg === undefined) return undefined;
      const setup = setupAgainst(offered);
      leg.agree(mediaPeer(offered, setup === "active"));
      return this.#hop(leg, setup, inEitherForm(media, offered.media));
    });
  }

  /** INFO, MESSAGE and what else belongs to the session: the other side answers. */
  #requested(side: Side, transaction: ServerTransaction): boolean | Promise<void> {
    const { request } = transaction;
    if (this.#ports.asked(side, transaction, this.#party(side).call)) return true;
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
    this.#ports.bridges.close();
    this.#ports.over(this);
  }

  #leg(side: Side, place: number): MediaLeg | undefined {
    const { bridges } = this.#ports;
    return side === "near" ? bridges.near(place) : bridges.far(place);
  }

  #hop(
    leg: MediaLeg | undefined,
    setup: OwnHop["setup"],
    types: OwnHop["types"],
  ): OwnHop | undefined {
    return leg && { uri: leg.uri, setup, maxSize: this.#ports.maxSize, types };
  }

  #party(side: Side): Party {
    return side === "near" ? this.#near : this.#far;
  }

  #otherThan(side: Side): Party {
    return side === "near" ? this.#far : this.#near;
  }
}

const PASSED: ReadonlySet<string> = new Set(["INFO", "MESSAGE"]);

function partyWith(face: Face, said: SessionMedia | undefined): Party {
  return { call: undefined, said, told: undefined, face };
}

function placesOf({ lines }: SessionMedia): readonly number[] {
  return lines.map(({ place }) => place);
}
