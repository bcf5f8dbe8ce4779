/** Answers to offers of message media, made and read. RFC 3264 §6, §7, RFC 4975 §8, RFC 6714 §4 */
import { FormatError, type Parsed, parsed } from "@parlance/wire";
import { type AgreedMedia, agreedMedia } from "./agreement.ts";
import { answerFile } from "./answer-file.ts";
import { answerDirection } from "./direction.ts";
import { FORMAT } from "./lines.ts";
import { type LocalMedia, type LocalSession, messageMediaOf, sessionLines } from "./local-media.ts";
import { type MessageMedia, readMessageMedia } from "./message-media.ts";
import { closedMedia, type Offer, type OfferedMedia } from "./offer.ts";
import { nextHop } from "./path.ts";
import { firstOf, type Sdp, type SdpMedia } from "./sdp.ts";
import { otherRole, type Role, roleOfAnswerer, roleOfOfferer } from "./setup.ts";
import { commonTypes, essenceOf } from "./type-list.ts";
import { versionAfter } from "./versions.ts";
import { writeMessageMedia } from "./write-message-media.ts";

/** What came of one m= line. */
export type Outcome =
  | { readonly kind: "agreed"; readonly media: AgreedMedia }
  /** Its port is 0 in the answer, or has to be treated as if; the reason is for people. */
  | { readonly kind: "refused"; readonly reason: string };

export interface Answer {
  readonly sdp: Sdp;
  /** One for each m= line. When none is agreed, the whole offer deserves a 488. */
  readonly outcomes: readonly Outcome[];
}

/**
 * Answers each m= line for which there is something of ours at the same place, and refuses all
 * others. `previous` is the last description that we sent in this session. A mistake in what is given
 * throws `RangeError`; what the two sides cannot agree on is refused.
 */
export function makeAnswer(
  offer: Offer,
  session: LocalSession,
  media: readonly (LocalMedia | undefined)[],
  previous?: Sdp,
): Answer {
  const outcomes = offer.media.map((offered, place) => answerMedia(offered, media[place], session));
  const sections = offer.sdp.media.map((section, place) => {
    const outcome = outcomes[place];
    if (outcome?.kind !== "agreed") return closedMedia(section);
    return writeMessageMedia(outcome.media.local, session.host);
  });
  // The time of the answer is that of the offer. RFC 3264 §6
  const time = firstOf(offer.sdp.lines, "t") ?? "0 0";
  const sdp = versionAfter(previous, (version) => ({
    lines: sessionLines(session, version, time),
    media: sections,
  }));
  return { sdp, outcomes };
}

/**
 * Holds an answer against the offer it belongs to. Refused as a whole when it has other m= lines than
 * the offer: then there is no telling what it means. A server that passes on the answer of somebody
 * else reads its own edit of it, as the `answerer`.
 */
export function readAnswer(
  offer: Sdp,
  answer: Sdp,
  side: "offerer" | "answerer" = "offerer",
): Parsed<readonly Outcome[]> {
  return parsed(() => {
    const fits =
      offer.media.length === answer.media.length &&
      offer.media.every(({ kind }, place) => answer.media[place]?.kind === kind);
    if (!fits) throw new FormatError(FORMAT, 0, "answer has other m= lines than the offer");
    const outcomes = offer.media.map((ours, place) => readAnswered(offer, ours, answer, place));
    return side === "offerer" ? outcomes : outcomes.map(fromOtherSide);
  });
}

function answerMedia(
  offered: OfferedMedia,
  local: LocalMedia | undefined,
  session: LocalSession,
): Outcome {
  if (offered.kind === "unusable") return refused(offered.reason);
  if (offered.kind !== "message") return refused(offered.kind);
  if (local === undefined) return refused("not wanted");
  const remote = offered.media;
  const own = messageMediaOf(local, session);
  if (own.proto !== remote.proto) return refused("another transport protocol");
  const acceptTypes = commonTypes(remote.acceptTypes, own.acceptTypes); // RFC 4975 §8.6
  if (acceptTypes.length === 0) return refused("no common types");
  const role = roleOfAnswerer(remote.setup, wishedRole(own, remote));
  if (role === "active" && !canReach(remote, own)) return refused("nobody can open the connection");
  const answer: MessageMedia = {
    ...own,
    acceptTypes,
    acceptWrappedTypes: commonWrapped(remote, own, acceptTypes),
    direction: answerDirection(remote.direction, own.direction),
    setup: role,
    cema: own.cema && remote.cema && cemaWorks(own, remote, role),
    file: answerFile(remote, own.file),
  };
  return { kind: "agreed", media: agreedMedia(answer, remote, role) };
}

/**
 * What is listed for whole bodies may be wrapped as well, so both lists of both sides count; what the
 * answer takes as a whole body is not repeated. RFC 4975 §8.6
 */
function commonWrapped(
  remote: MessageMedia,
  own: MessageMedia,
  acceptTypes: readonly string[],
): readonly string[] {
  const named = new Set(acceptTypes.map(essenceOf));
  const common = commonTypes(allTypes(remote), allTypes(own));
  return common.filter((type) => !named.has(essenceOf(type)));
}

function allTypes({ acceptTypes, acceptWrappedTypes }: MessageMedia): readonly string[] {
  return [...acceptTypes, ...acceptWrappedTypes];
}

/** Behind a relay `msrp-cema` needs the passive part; a browser cannot be connected to. */
function wishedRole(own: MessageMedia, remote: MessageMedia): Role {
  const relayed = own.cema && remote.cema && own.path.length > 1; // RFC 6714 §4.3
  return relayed || own.setup === "passive" || !canReach(remote, own) ? "passive" : "active";
}

/**
 * What is not TCP needs a connection that is already there, unless we are on the side that opens them: that of
 * WebSockets, when we say that we do. RFC 7977 §5.2.2
 */
function canReach({ path }: MessageMedia, own: MessageMedia): boolean {
  const { transport } = nextHop(path);
  if (transport === "tcp") return true;
  return own.setup === "active" && nextHop(own.path).transport === transport;
}

/** Whoever opens it through a relay follows RFC 4975 instead. RFC 6714 §4.3 */
function cemaWorks(own: MessageMedia, remote: MessageMedia, role: Role): boolean {
  const opener = role === "active" ? own : remote;
  return opener.path.length === 1;
}

function readAnswered(offer: Sdp, ours: SdpMedia, answer: Sdp, place: number): Outcome {
  const theirs = answer.media[place];
  if (ours.port === 0) return refused("closed");
  if (theirs === undefined || theirs.port === 0) return refused("refused by the other side");
  const local = readMessageMedia(offer, ours);
  if (!local.ok) return refused("other");
  const remote = readMessageMedia(answer, theirs);
  if (!remote.ok) return refused(remote.error.reason);
  if (remote.value.proto !== local.value.proto) return refused("another transport protocol");
  const role = roleOfOfferer(local.value.setup, remote.value.setup);
  if (role === undefined) return refused("nobody opens the connection");
  return { kind: "agreed", media: agreedMedia(local.value, remote.value, role) };
}

function fromOtherSide(outcome: Outcome): Outcome {
  if (outcome.kind === "refused") return outcome;
  const { local, remote, role } = outcome.media;
  return { kind: "agreed", media: agreedMedia(remote, local, otherRole(role)) };
}

function refused(reason: string): Outcome {
  return { kind: "refused", reason };
}
