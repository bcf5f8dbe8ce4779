/** The offer of messages that the server itself makes, and what the other side answers to it. RFC 4975 §8, RFC 6135 §4.2 */
import {
  formatSdp,
  type LocalMedia,
  type MessageMedia,
  makeOffer,
  nextHop,
  parseSdp,
  readAnswer,
  type Sdp,
} from "@parlance/formats";
import type { Body } from "@parlance/sip";
import type { MediaLeg, MediaPeer } from "../ports/index.ts";
import { mediaPeer, readAnsweredMedia } from "./session-media.ts";

export interface OwnOffer {
  readonly body: Body;
  readonly sdp: Sdp;
}

export interface AnsweredOffer {
  /** As the leg is to know the device. */
  readonly peer: MediaPeer;
  readonly remote: MessageMedia;
}

/** `previous` is what was said last in the same session. */
export function ownOffer(
  leg: MediaLeg,
  own: Omit<LocalMedia, "path">,
  previous?: Sdp,
  place = 0,
): OwnOffer {
  const { host } = nextHop([leg.uri]);
  const media = { ...own, path: [leg.uri] };
  const session = { username: "-", sessionId: "1", host };
  const places = Array.from({ length: place + 1 }, (_, at) => (at === place ? media : undefined));
  const sdp = makeOffer(session, places, previous);
  return { body: { type: "application/sdp", bytes: formatSdp(sdp) }, sdp };
}

/** Undefined when the other side wants nothing of it, or nobody can tell what. */
export function readAnswerTo(
  { sdp }: Pick<OwnOffer, "sdp">,
  body: Body | undefined,
  place = 0,
): AnsweredOffer | undefined {
  const answered = readAnsweredMedia(body, [place]);
  if (answered === undefined) return undefined;
  const description = parseSdp(answered.description);
  const read = description.ok ? readAnswer(sdp, description.value) : undefined;
  const outcome = read?.ok === true ? read.value[place] : undefined;
  if (outcome?.kind !== "agreed") return undefined;
  const { remote, role } = outcome.media;
  return { remote, peer: mediaPeer(answered, role === "active") };
}
