/** Offers of message media, made and read. RFC 3264 §5, §8, RFC 4975 §8 */
import { type LocalMedia, type LocalSession, messageMediaOf, sessionLines } from "./local-media.ts";
import { type MessageMedia, messageProtoOf, readMessageMedia } from "./message-media.ts";
import type { Sdp, SdpMedia } from "./sdp.ts";
import { versionAfter } from "./versions.ts";
import { writeMessageMedia } from "./write-message-media.ts";

/** One m= line of an offer, at the same place as in the description. */
export type OfferedMedia =
  | { readonly kind: "message"; readonly media: MessageMedia }
  /** Messages over MSRP, but with something missing or wrong. */
  | { readonly kind: "unusable"; readonly reason: string }
  /** Port 0: it was refused before, or is over. */
  | { readonly kind: "closed" }
  /** Audio, video, messages over another protocol. */
  | { readonly kind: "other" };

export interface Offer {
  readonly sdp: Sdp;
  readonly media: readonly OfferedMedia[];
}

export function readOffer(sdp: Sdp): Offer {
  return { sdp, media: sdp.media.map((media) => readOffered(sdp, media)) };
}

/** Where the first m= line stands that offers messages and is to our taste; -1 when there is none. */
export function findMessageMedia(
  offer: Offer,
  suits: (media: MessageMedia) => boolean = () => true,
): number {
  return offer.media.findIndex((one) => one.kind === "message" && suits(one.media));
}

/**
 * An offer of these media; `undefined` in the list is one that is over. With `previous`, the last
 * description that we sent in this session, no m= line gets lost and the version is kept or raised.
 * A mistake in what is given throws `RangeError`.
 */
export function makeOffer(
  session: LocalSession,
  media: readonly (LocalMedia | undefined)[],
  previous?: Sdp,
): Sdp {
  const places = Math.max(media.length, previous?.media.length ?? 0);
  const sections = Array.from({ length: places }, (_, place) => {
    const local = media[place];
    if (local !== undefined) return writeMessageMedia(offered(local, session), session.host);
    const before = previous?.media[place];
    if (before === undefined) throw new RangeError(`m= line ${place} never was`);
    return closedMedia(before);
  });
  return versionAfter(previous, (version) => ({
    lines: sessionLines(session, version),
    media: sections,
  }));
}

/** Port 0; a file keeps its selector and id. RFC 3264 §6, RFC 5547 §8.1, §8.3 */
export function closedMedia({ kind, proto, formats, lines }: SdpMedia): SdpMedia {
  const kept = lines.filter(
    ({ type, value }) => type === "a" && /^file-(?:selector|transfer-id)(?::|$)/.test(value),
  );
  return { kind, port: 0, ports: undefined, proto, formats, lines: kept };
}

function offered(local: LocalMedia, session: LocalSession): MessageMedia {
  // `passive` must not be offered. RFC 6135 §4.2.2
  const setup = local.setup === "active" ? "active" : "actpass";
  return { ...messageMediaOf(local, session), setup };
}

function readOffered(sdp: Sdp, media: SdpMedia): OfferedMedia {
  if (messageProtoOf(media) === undefined) return { kind: "other" };
  if (media.port === 0) return { kind: "closed" };
  const read = readMessageMedia(sdp, media);
  if (!read.ok) return { kind: "unusable", reason: read.error.reason };
  return { kind: "message", media: read.value };
}
