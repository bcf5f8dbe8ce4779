/** The session description of a message, with the one medium in it that the server goes between. RFC 4975 §8, RFC 6135 */
import {
  type HopMedia,
  type HopTypes,
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

/** One m= line of messages, or of a file. */
export interface MediaLine {
  readonly place: number;
  readonly media: MessageMedia;
}

/** A body with a description in it that has message media; itself the first line of them. */
export interface SessionMedia extends MediaLine {
  readonly body: Body;
  readonly description: Uint8Array;
  /** Several files are offered in a line each. RFC 5547 §8.1 */
  readonly lines: readonly [MediaLine, ...MediaLine[]];
  /** Places of lines that nobody can read. */
  readonly unreadable: readonly number[];
}

/** Who says what of one hop. */
export interface OwnHop {
  readonly uri: string;
  readonly setup: "active" | "passive" | "actpass";
  readonly maxSize: number;
  /** Where messages come in other forms than the sender can take them: see `inEitherForm`. */
  readonly types?: HopTypes | undefined;
}

/** What an offer brings: "other" when there are no messages in it, "broken" when nobody can read it. */
export function readOfferedMedia(body: Body): SessionMedia | "other" | "broken" {
  const description = descriptionOf(body);
  if (description === "broken") return "broken";
  if (description === undefined) return "other";
  const sdp = parseSdp(description);
  if (!sdp.ok) return "broken";
  const offer = readOffer(sdp.value);
  const lines = offer.media.flatMap((one, place) =>
    one.kind === "message" ? [{ place, media: one.media }] : [],
  );
  const unreadable = placesWhere(offer.media, ({ kind }) => kind === "unusable");
  const made = sessionMedia({ body, description, unreadable }, lines);
  return made ?? (unreadable.length > 0 ? "broken" : "other");
}

/** The answer for the same m= lines; undefined when all were refused there, or cannot be read. */
export function readAnsweredMedia(
  body: Body | undefined,
  places: readonly number[],
): SessionMedia | undefined {
  const description = body === undefined ? undefined : descriptionOf(body);
  if (body === undefined || description === undefined || description === "broken") return undefined;
  const sdp = parseSdp(description);
  if (!sdp.ok) return undefined;
  const open = placesWhere(
    sdp.value.media,
    (media) => media.port !== 0 && messageProtoOf(media) !== undefined,
  );
  const lines = open.flatMap((place) => {
    const media = sdp.value.media[place];
    const read = media && places.includes(place) ? readMessageMedia(sdp.value, media) : undefined;
    return read?.ok === true ? [{ place, media: read.value }] : [];
  });
  const readable = new Set(lines.map(({ place }) => place));
  const unreadable = open.filter((place) => !readable.has(place));
  return sessionMedia({ body, description, unreadable }, lines);
}

/** The same body, with our own hop in the place of the one who wrote it. Lines without a hop of ours are closed. */
export function throughUs(of: SessionMedia, hopOf: (line: MediaLine) => OwnHop | undefined): Body {
  const hops = of.lines.map((line) => [line.place, hopOf(line)] as const);
  const first = hops.find(([, hop]) => hop !== undefined)?.[1];
  if (first === undefined) throw new RangeError("nothing of it goes through us");
  const media = new Map<number, HopMedia | "closed">(of.unreadable.map((at) => [at, "closed"]));
  for (const [place, hop] of hops) media.set(place, hop === undefined ? "closed" : hopMedia(hop));
  const { host } = nextHop([first.uri]);
  const session = { username: "-", sessionId: sessionIdFor(of.media), host };
  const changed = replaceHop(of.description, { session, media });
  if (!changed.ok) throw changed.error;
  return withDescription(of.body, changed.value);
}

/** Is nothing changed but how its sender is reached? */
export function sameButForHop(a: SessionMedia, b: SessionMedia): boolean {
  if (a.place !== b.place || a.body.type !== b.body.type) return false;
  const neutral: OwnHop = { uri: "msrp://x.invalid:1/x;tcp", setup: "actpass", maxSize: 1 };
  const [one, other] = [a, b].map((of) => parseSdp(throughUs(plain(of), () => neutral).bytes));
  return one?.ok === true && other?.ok === true && sameSdp(one.value, other.value);
}

/** How the switch meets whoever described himself so. `weOpen`: the connection is ours to open. */
export function mediaPeer({ media }: Pick<MediaLine, "media">, weOpen: boolean): MediaPeer {
  return {
    path: media.path.join(" "),
    fingerprints: fingerprintsOf(media),
    dial: weOpen ? dialTargetOf(media) : undefined,
    takes: {
      acceptTypes: media.acceptTypes,
      acceptWrappedTypes: media.acceptWrappedTypes,
      maxSize: media.maxSize,
    },
  };
}

/** RFC 6135 §4.2: what we answer to an offer, as whoever wants to be connected to. */
export function setupAgainst({ media }: Pick<MediaLine, "media">): "active" | "passive" {
  return media.setup === "passive" ? "active" : "passive";
}

/** RFC 4975 §5.4, RFC 6135 §4.2.2: an answer without a word leaves the connection to the offerer. */
export function weOpenAfter({ media }: Pick<MediaLine, "media">): boolean {
  return media.setup !== "active";
}

function sessionMedia(
  of: Pick<SessionMedia, "body" | "description" | "unreadable">,
  [first, ...more]: readonly MediaLine[],
): SessionMedia | undefined {
  return first && { ...of, ...first, lines: [first, ...more] };
}

function placesWhere<T>(list: readonly T[], suits: (one: T) => boolean): readonly number[] {
  return list.flatMap((one, place) => (suits(one) ? [place] : []));
}

function hopMedia({ uri, setup, maxSize, types }: OwnHop): HopMedia {
  return { path: [uri], setup, maxSize, types };
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

function plain(of: SessionMedia): SessionMedia {
  return { ...of, body: { type: "application/sdp", bytes: of.description } };
}

function entityOf({ type, bytes }: Body) {
  return { headers: [["Content-Type", type]] as const, content: bytes };
}
