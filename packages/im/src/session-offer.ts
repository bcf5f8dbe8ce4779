/** The offer in an INVITE: read, or refused with the status that its fault deserves. RFC 3264, RFC 4975 §8 */
import {
  type Entity,
  findMessageMedia,
  type MessageMedia,
  type Offer,
  parseSdp,
  parseSessionBody,
  readOffer,
  type SessionBody,
} from "@parlance/formats";
import { type Refusal, refuse } from "./refusal.ts";

export interface SessionOffer {
  /** Undefined in a request that waits for an offer in the response. RFC 3264 §4 */
  readonly offer: Offer | undefined;
  /** Recipient lists, pictures of files … */
  readonly others: SessionBody["others"];
}

export interface ChosenMedia {
  /** Of the m= line. */
  readonly place: number;
  readonly media: MessageMedia;
}

/** A body that cannot be taken apart, or a description that cannot be read, is malformed: 400. */
export function readSessionOffer(body: Entity): SessionOffer | Refusal {
  const parts = parseSessionBody(body);
  if (!parts.ok) return refuse("bad body");
  const { description, others } = parts.value;
  if (description === undefined) return { offer: undefined, others };
  const sdp = parseSdp(description);
  return sdp.ok ? { offer: readOffer(sdp.value), others } : refuse("bad body");
}

/** The first medium for messages that can be used and suits; without one the offer gets 488. */
export function chooseMedia(
  offer: Offer,
  suits?: (media: MessageMedia) => boolean,
): ChosenMedia | Refusal {
  const place = findMessageMedia(offer, suits);
  const chosen = offer.media[place];
  return chosen?.kind === "message" ? { place, media: chosen.media } : refuse("no common media");
}
