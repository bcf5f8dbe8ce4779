/** The session description of a message, with the one medium in it that the server goes between. RFC 4975 §8, RFC 6135 */
import {
  findMessageMedia,
  type HopMedia,
  type MessageMedia,
  messageProtoOf,
  nextHop,
  parseSdp,
  parseSessionBody,
  readMessageMedia,
  readOffer,
  replaceDescription,
  replaceHop,
  sameSdp,
} from "@parlance/formats";
import type { DialTarget, Fingerprint } from "@parlance/msrp";
import type { Body } from "@parlance/sip";
import type { MediaPeer } from "../ports/index.ts";

/** A body with a description in it that has message media. */
export interface SessionMedia {
  readonly body: Body;
  readonly description: Uint8Array;
  /** Place of the m= line. */
  readonly place: number;
  readonly media: MessageMedia;
}

/** Who says what of one hop. */
export interface OwnHop {
  readonly uri: string;
  readonly setup: "active" | "passive" | "actpass";
  readonly maxSize: number;
}

/** What an offer brings: "other" when there are no messages in it, "broken" when nobody can read it. */
export function readOfferedMedia(body: Body): SessionMedia | "other" | "broken" {
  const description = descriptionOf(body);
  if (description === "broken") return "broken";
  if (description === undefined) return "other";
  const sdp = parseSdp(description);
  if (!sdp.ok) return "broken";
  const offer = readOffer(sdp.value);
  const place = findMessageMedia(offer);
  const found = offer.media[place];
  if (found?.kind === "message") return { body, description, place, media: found.media };
  return offer.media.some(({ kind }) => kind === "unusable") ? "broken" : "other";
}

/** The answer for the same m= line; undefined when it was refused there, or cannot be read. */
export function readAnsweredMedia(body: Body | undefined, place: number): SessionMedia | undefined {
  const description = body === undefined ? undefined : descriptionOf(body);
  if (body === undefined || description === undefined || description === "broken") return undefined;
  const sdp = parseSdp(description);
  const media = sdp.ok ? sdp.value.media[place] : undefined;
  if (!sdp.ok || media === undefined || media.port === 0) return undefined;
  if (messageProtoOf(media) === undefined) return undefined;
  const read = readMessageMedia(sdp.value, media);
  return read.ok ? { body, description, place, media: read.value } : undefined;
}

/** The same body, with our own hop in the place of the one who wrote it. */
export function throughUs(of: SessionMedia, hop: OwnHop): Body {
  const { body, place, media } = of;
  const { host } = nextHop([hop.uri]);
  const own: HopMedia = { path: [hop.uri], setup: hop.setup, maxSize: hop.maxSize };
  const changed = replaceHop(of.description, {
    session: { username: "-", sessionId: sessionIdFor(media), host },
    media: new Map([[place, own]]),
  });
  if (!changed.ok) throw changed.error;
  return withDescription(body, changed.value);
}

/** Is nothing changed but how its sender is reached? */
export function sameButForHop(a: SessionMedia, b: SessionMedia): boolean {
  if (a.place !== b.place || a.body.type !== b.body.type) return false;
  const neutral: OwnHop = { uri: "msrp://x.invalid:1/x;tcp", setup: "actpass", maxSize: 1 };
  const [one, other] = [a, b].map((of) => parseSdp(throughUs(plain(of), neutral).bytes));
  return one?.ok === true && other?.ok === true && sameSdp(one.value, other.value);
}

/** How the switch meets whoever described himself so. `weOpen`: the connection is ours to open. */
export function mediaPeer({ media }: SessionMedia, weOpen: boolean): MediaPeer {
  return {
    path: media.path.join(" "),
    fingerprints: fingerprintsOf(media),
    dial: weOpen ? dialTargetOf(media) : undefined,
  };
}

/** RFC 6135 §4.2: what we answer to an offer, as whoever wants to be connected to. */
export function setupAgainst({ media }: SessionMedia): "active" | "passive" {
  return media.setup === "passive" ? "active" : "passive";
}

/** RFC 4975 §5.4, RFC 6135 §4.2.2: an answer without a word leaves the connection to the offerer. */
export function weOpenAfter({ media }: SessionMedia): boolean {
  return media.setup !== "active";
}

function dialTargetOf(media: MessageMedia): DialTarget | undefined {
  const { path } = media;
  const fingerprints = fingerprintsOf(media);
  const { secure, host, port, transport } = nextHop(path);
  if (transport !== "tcp") return undefined; // nobody connects to a browser
  if (!secure) return { transport: "tcp", host, port };
  const expect =
    fingerprints.length > 0
      ? ({ by: "fingerprint", fingerprints } as const)
      : ({ by: "name", name: host } as const);
  return { transport: "tls", host, port, expect };
}

function fingerprintsOf({ fingerprints }: MessageMedia): readonly Fingerprint[] {
  return fingerprints.map(({ algorithm, value }) => ({ hash: algorithm, value }));
}

/** Digits, the same as long as the sender's path is: o= must not change by itself. */
function sessionIdFor({ path }: MessageMedia): string {
  let hash = 5_381;
  for (const character of path.join(" ")) hash = (hash * 33 + character.charCodeAt(0)) % 2 ** 31;
  return String(hash + 1);
}

function descriptionOf(body: Body): Uint8Array | undefined | "broken" {
  const read = parseSessionBody(entityOf(body));
  return read.ok ? read.value.description : "broken";
}

function withDescription(body: Body, description: Uint8Array): Body {
  const changed = replaceDescription(entityOf(body), description);
  if (!changed.ok) throw changed.error;
  return { type: body.type, bytes: changed.value.content };
}

function plain({ description, place, media }: SessionMedia): SessionMedia {
  return { body: { type: "application/sdp", bytes: description }, description, place, media };
}

function entityOf({ type, bytes }: Body) {
  return { headers: [["Content-Type", type]] as const, content: bytes };
}
