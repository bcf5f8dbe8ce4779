/** The answer of the server itself to an offer of messages, when it is the other side. RFC 4975 §8, RFC 6135 §4.2 */
import {
  formatSdp,
  type LocalMedia,
  type MessageMedia,
  makeAnswer,
  nextHop,
  parseSdp,
  type Role,
  readOffer,
  type Sdp,
} from "@parlance/formats";
import type { Body } from "@parlance/sip";
import type { MediaLeg, MediaPeer } from "../ports/index.ts";
import { mediaPeer, type SessionMedia } from "./session-media.ts";

export interface OwnAnswer {
  readonly body: Body;
  /** As the leg is to know the device. */
  readonly peer: MediaPeer;
  readonly remote: MessageMedia;
  /** Active: the connection is ours to open. */
  readonly role: Role;
  /** For the answer after this one, in the same session. */
  readonly sdp: Sdp;
}

/** Undefined when the two sides come to nothing. */
export function ownAnswer(
  offer: SessionMedia,
  leg: MediaLeg,
  own: Omit<LocalMedia, "path">,
  previous?: Sdp,
): OwnAnswer | undefined {
  const sdp = parseSdp(offer.description);
  if (!sdp.ok) return undefined;
  const read = readOffer(sdp.value);
  const { host } = nextHop([leg.uri]);
  const media = { ...own, path: [leg.uri] };
  const places = read.media.map((_, at) => (at === offer.place ? media : undefined));
  const session = { username: "-", sessionId: "1", host };
  const made = makeAnswer(read, session, places, previous);
  const outcome = made.outcomes[offer.place];
  if (outcome?.kind !== "agreed") return undefined;
  const { remote, role } = outcome.media;
  return {
    body: { type: "application/sdp", bytes: formatSdp(made.sdp) },
    peer: mediaPeer(offer, role === "active"),
    remote,
    role,
    sdp: made.sdp,
  };
}
