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
import { type MediaLine, mediaPeer, type SessionMedia } from "./session-media.ts";

/** One line that both sides agree on. */
export interface AgreedLine {
  readonly place: number;
  /** As the leg is to know the device. */
  readonly peer: MediaPeer;
  readonly remote: MessageMedia;
  /** Active: the connection is ours to open. */
  readonly role: Role;
}

export interface OwnAnswers {
  readonly body: Body;
  readonly agreed: readonly AgreedLine[];
  /** For the answer after this one, in the same session. */
  readonly sdp: Sdp;
}

export type OwnAnswer = Omit<OwnAnswers, "agreed"> & AgreedLine;

/** What is ours of one line. */
export interface OwnLine {
  readonly leg: MediaLeg;
  readonly own: Omit<LocalMedia, "path">;
}

/** Undefined when the two sides come to nothing. */
export function ownAnswer(
  offer: SessionMedia,
  leg: MediaLeg,
  own: Omit<LocalMedia, "path">,
  previous?: Sdp,
): OwnAnswer | undefined {
  const made = ownAnswers(
    offer,
    ({ place }) => (place === offer.place ? { leg, own } : undefined),
    previous,
  );
  const [line] = made?.agreed ?? [];
  return made && line && { body: made.body, sdp: made.sdp, ...line };
}

/** The lines for which there is nothing of ours are refused; undefined when nothing is left. */
export function ownAnswers(
  offer: SessionMedia,
  ownOf: (line: MediaLine) => OwnLine | undefined,
  previous?: Sdp,
): OwnAnswers | undefined {
  const sdp = parseSdp(offer.description);
  if (!sdp.ok) return undefined;
  const read = readOffer(sdp.value);
  const ours = new Map<number, OwnLine>();
  for (const line of offer.lines) {
    const own = ownOf(line);
    if (own !== undefined) ours.set(line.place, own);
  }
  const [first] = ours.values();
  if (first === undefined) return undefined;
  const { host } = nextHop([first.leg.uri]);
  const session = { username: "-", sessionId: "1", host };
  const places = read.media.map((_, place) => localMedia(ours.get(place)));
  const made = makeAnswer(read, session, places, previous);
  const agreed = offer.lines.flatMap((line): readonly AgreedLine[] => {
    const outcome = made.outcomes[line.place];
    if (outcome?.kind !== "agreed") return [];
    const { remote, role } = outcome.media;
    return [{ place: line.place, peer: mediaPeer(line, role === "active"), remote, role }];
  });
  if (agreed.length === 0) return undefined;
  return { body: { type: "application/sdp", bytes: formatSdp(made.sdp) }, agreed, sdp: made.sdp };
}

function localMedia(line: OwnLine | undefined): LocalMedia | undefined {
  return line && { ...line.own, path: [line.leg.uri] };
}
