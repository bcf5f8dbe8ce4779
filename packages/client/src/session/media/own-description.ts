/** What this side says of a session, one description after the other. RFC 3264 §8, RFC 4975 §8.4 */
import {
  type AgreedMedia,
  formatSdp,
  type LocalMedia,
  type LocalSession,
  makeAnswer,
  makeOffer,
  type Offer,
  parseSdp,
  parseSessionBody,
  readAnswer,
  readOffer,
  type Sdp,
} from "@parlance/formats";
import type { Body } from "@parlance/sip";
import type { Random } from "@parlance/wire";
import { type Place, pathTo } from "./place.ts";

/** What a session is for, in the words of its description. */
export type MediaTerms = Pick<
  LocalMedia,
  "acceptTypes" | "acceptWrappedTypes" | "maxSize" | "direction" | "file"
>;

export interface DescribedAnswer {
  readonly body: Body;
  readonly agreed: AgreedMedia;
}

const DIGITS_OF_ID = 9;

export class OwnDescription {
  terms: MediaTerms;
  readonly #id: string;
  #place: Place;
  #sessionId: string;
  /** As the other side has it, once it has spoken. */
  #secure: boolean;
  /** Of our m= line. */
  #line = 0;
  #last: Sdp | undefined;
  /** Our last offer, which an answer is held against. */
  #offer: Sdp | undefined;

  /** `id`: digits, the same as long as the session lives. */
  constructor(
    terms: MediaTerms,
    at: { readonly place: Place; readonly sessionId: string; readonly id: string },
  ) {
    this.terms = terms;
    this.#place = at.place;
    this.#sessionId = at.sessionId;
    this.#id = at.id;
    this.#secure = at.place.secure;
  }

  /** Our address in the session. */
  get uri(): string {
    return pathTo(this.#place, this.#sessionId, this.#secure);
  }

  get place(): Place {
    return this.#place;
  }

  /** The last that was said; an offer, if nothing was. */
  get current(): Body {
    return this.#last === undefined ? this.offer() : bodyOf(this.#last);
  }

  /** From now on we are there. */
  move(place: Place, sessionId: string): void {
    this.#place = place;
    this.#sessionId = sessionId;
  }

  offer(): Body {
    const media = Array.from({ length: this.#line + 1 }, (_, line) =>
      line === this.#line ? this.#local("offer") : undefined,
    );
    const sdp = makeOffer(this.#session, media, this.#last);
    this.#last = sdp;
    this.#offer = sdp;
    return bodyOf(sdp);
  }

  /** Undefined: 488. `line` of the offer is what is answered, all others are refused. */
  answer(offer: Offer, line: number): DescribedAnswer | undefined {
    const offered = offer.media[line];
    if (offered?.kind !== "message") return undefined;
    this.#line = line;
    this.#secure = offered.media.proto === "TCP/TLS/MSRP";
    const media = offer.media.map((_, at) => (at === line ? this.#local("answer") : undefined));
    const { sdp, outcomes } = makeAnswer(offer, this.#session, media, this.#last);
    const outcome = outcomes[line];
    if (outcome?.kind !== "agreed") return undefined;
    this.#last = sdp;
    return { body: bodyOf(sdp), agreed: outcome.media };
  }

  /** What an answer to our last offer comes to; undefined when it comes to nothing. */
  agreed(answer: Body | undefined): AgreedMedia | undefined {
    const read = answer === undefined ? undefined : descriptionIn(answer);
    if (read === undefined || this.#offer === undefined) return undefined;
    const outcomes = readAnswer(this.#offer, read);
    const outcome = outcomes.ok ? outcomes.value[this.#line] : undefined;
    return outcome?.kind === "agreed" ? outcome.media : undefined;
  }

  get #session(): LocalSession {
    return { username: "-", sessionId: this.#id, host: this.#place.host };
  }

  /** A browser cannot be connected to, and CEMA is not for it. RFC 7977 §1 */
  #local(part: "offer" | "answer"): LocalMedia {
    const web = this.#place.transport === "ws";
    return {
      ...this.terms,
      path: [this.uri],
      cema: !web,
      ...(web || part === "answer" ? { setup: "active" } : {}), // IM-7.1.3.1-01, RFC 6135 §4.2
    };
  }
}

/** An offer in a message; undefined when nobody can read it. */
export function offerIn(body: Body): Offer | undefined {
  const sdp = descriptionIn(body);
  return sdp === undefined ? undefined : readOffer(sdp);
}

function descriptionIn({ type, bytes }: Body): Sdp | undefined {
  const parts = parseSessionBody({ headers: [["Content-Type", type]], content: bytes });
  const description = parts.ok ? parts.value.description : undefined;
  const sdp = description === undefined ? undefined : parseSdp(description);
  return sdp?.ok ? sdp.value : undefined;
}

function bodyOf(sdp: Sdp): Body {
  return { type: "application/sdp", bytes: formatSdp(sdp) };
}

/** Of the o= line: a number that never repeats in practice. RFC 4566 §5.2 */
export function newOriginId(random: Random): string {
  return String(10 ** DIGITS_OF_ID + number32(random));
}

function number32(random: Random): number {
  let value = 0;
  for (const octet of random.bytes(4)) value = value * 256 + octet;
  return value;
}
