/** The server brings a large message to a user who is back: INVITE, the message, BYE. OMA IM 12.1, 14.6 */
import type { FileOffer, MessageMedia } from "@parlance/formats";
import {
  type Body,
  type Call,
  type CallFailure,
  type Offer,
  type OutgoingCall,
  type OutgoingOwner,
  type SipRequest,
  type SipResponse,
  sessionOf,
} from "@parlance/sip";
import {
  type OwnOffer,
  ownAnswer,
  ownOffer,
  readAnswerTo,
  readOfferedMedia,
} from "../media/index.ts";
import type {
  MediaEnd,
  MediaEndUser,
  MediaMessage,
  OnwardUser,
  SentOutcome,
  Towards,
} from "../ports/index.ts";
import type { PushResult } from "./judge-push.ts";
import { NOTHING_MORE } from "./nothing-more.ts";

/** What is brought. */
export interface Brought {
  readonly file: FileOffer;
  readonly acceptTypes: readonly string[];
  /** In the form that the device takes, and from where it wants it. */
  message(remote: MessageMedia): MediaMessage;
  /** What a final answer to the INVITE means for it. */
  judge(status: number): PushResult;
  /** What the INVITE carries around the description; nothing by default. */
  body?(description: Uint8Array): Body;
}

export interface BringingPorts {
  end(towards: Towards, user: MediaEndUser): MediaEnd | undefined;
  /** Sends the INVITE onward. */
  place(owner: OutgoingOwner, user: OnwardUser): OutgoingCall;
}

interface Candidate {
  readonly end: MediaEnd;
  readonly offer: OwnOffer;
}

export class Bringing implements OnwardUser {
  readonly #what: Brought;
  readonly #ports: BringingPorts;
  readonly #result = Promise.withResolvers<PushResult>();
  /** One for each place that the INVITE goes to. */
  readonly #candidates = new Map<string, Candidate>();
  #chosen: Candidate | undefined;
  #call: Call | undefined;
  #outgoing: OutgoingCall | undefined;

  readonly #owner: OutgoingOwner = {
    ...NOTHING_MORE,
    offered: (offer) => this.#moved(offer),
    progress: () => undefined,
    answered: (call, response) => this.#answered(call, response),
    failed: (failure) => this.#finish(this.#meaningOf(failure)),
    ended: () => this.#chosen?.end.close(),
  };

  constructor(what: Brought, ports: BringingPorts) {
    this.#what = what;
    this.#ports = ports;
  }

  run(): Promise<PushResult> {
    this.#outgoing = this.#ports.place(this.#owner, this);
    return this.#result.promise;
  }

  dress(invite: SipRequest, towards: Towards): SipRequest {
    const candidate = this.#candidates.get(towards.key) ?? this.#candidate(towards);
    if (candidate === undefined) return invite; // without an offer: it will be refused
    const { body } = candidate.offer;
    const { bytes, type } = this.#what.body?.(body.bytes) ?? body;
    return invite.edit().body(bytes, type).done();
  }

  chosen(towards: Towards): void {
    for (const [key, candidate] of this.#candidates) {
      if (key === towards.key) this.#chosen = candidate;
      else candidate.end.close();
    }
  }

  #candidate(towards: Towards): Candidate | undefined {
    const end = this.#ports.end(towards, { failed: () => this.#finish("silence") });
    if (end === undefined) return undefined;
    const made = { end, offer: ownOffer(end.leg, this.#own) };
    this.#candidates.set(towards.key, made);
    return made;
  }

  get #own() {
    const { acceptTypes, file } = this.#what;
    return { acceptTypes, acceptWrappedTypes: ["*"], direction: "sendonly", file } as const;
  }

  #answered(call: Call, response: SipResponse): void {
    this.#call = call;
    const chosen = this.#chosen;
    const answer = chosen && readAnswerTo(chosen.offer, sessionOf(response));
    if (chosen === undefined || answer === undefined) return this.#finish("refused");
    chosen.end.leg.agree(answer.peer);
    chosen.end.send(this.#what.message(answer.remote)).then(
      (sent) => this.#finish(meaningOfSent(sent)),
      () => this.#finish("later"), // what is read does not come
    );
  }

  /** The device comes by another connection. RFC 4975 §5.4 */
  #moved(offer: Offer): void {
    const chosen = this.#chosen;
    const said = offer.body && readOfferedMedia(offer.body);
    if (chosen === undefined || said === undefined || typeof said === "string") {
      return offer.refuse(488);
    }
    const own = { ...this.#own, setup: "passive" } as const;
    const made = ownAnswer(said, chosen.end.leg, own, chosen.offer.sdp);
    if (made === undefined) return offer.refuse(488);
    chosen.end.leg.agree(made.peer);
    offer.accept({ body: made.body });
  }

  #meaningOf(failure: CallFailure): PushResult {
    switch (failure.kind) {
      case "refused":
        return this.#what.judge(failure.response.status);
      case "bad answer":
        return "refused";
      default:
        return "silence";
    }
  }

  #finish(result: PushResult): void {
    this.#outgoing?.cancel();
    this.#call?.end();
    for (const { end } of this.#candidates.values()) end.close();
    this.#result.resolve(result);
  }
}

/** RFC 4975 §10: what the device says of the message, and what of the session. */
function meaningOfSent(outcome: SentOutcome): PushResult {
  if (outcome.kind === "sent") return "delivered";
  return outcome.status === 408 || outcome.status === 481 ? "silence" : "refused";
}
