/** The invitation of a file that waits: what its sender said of it, as it will be said to the recipient. RFC 5547 §6, §8.8 */
import {
  type Cpim,
  type Entity,
  type FileOffer,
  formatSdp,
  makeOffer,
  makeSessionBody,
  parseCpim,
  parseSessionBody,
  partWithId,
} from "@parlance/formats";
import { CPIM } from "@parlance/im";
import { type Body, type SipRequest, sessionOf } from "@parlance/sip";
import { readOfferedMedia } from "../../media/index.ts";

/** How the octets of a file came. */
export interface Wrapping {
  readonly contentType: string;
  /** What stood around them, in which their sender may ask what becomes of them; undefined: nothing did. RFC 5438 */
  readonly envelope: Uint8Array | undefined;
}

export interface KeptFile extends Wrapping {
  readonly file: FileOffer;
  /** A small picture of it, sent along with the invitation. */
  readonly icon: Entity | undefined;
}

/** Nobody is there: where the server will be is known when it brings the file. */
const NOWHERE = "msrp://kept.invalid:2855/kept;tcp";
const SESSION = { username: "-", sessionId: "1", host: "kept.invalid" };
const ENVELOPE_ID = "envelope@kept.invalid";

/** One of the files of an invitation, with what was sent along for it. */
export function keptFile(invite: SipRequest, file: FileOffer, came: Wrapping): KeptFile {
  return {
    file: { ...file, range: undefined },
    ...came,
    icon: partIn(sessionOf(invite), file.iconId),
  };
}

/** The body of the record. The boundary must be random. */
export function formatKeptFile(kept: KeptFile, boundary: string): Body {
  const { file, contentType, envelope, icon } = kept;
  const media = {
    path: [NOWHERE],
    acceptTypes: [asListed(contentType)],
    direction: "sendonly",
    file: icon === undefined ? { ...file, iconId: undefined } : file,
  } as const;
  const others = envelope === undefined ? [] : [envelopePart(envelope)];
  const description = formatSdp(makeOffer(SESSION, [media]));
  return around(description, icon === undefined ? others : [...others, icon], boundary);
}

/** What `formatKeptFile` has written. */
export function readKeptFile(record: SipRequest): KeptFile | undefined {
  const body = sessionOf(record);
  const said = body === undefined ? undefined : readOfferedMedia(body);
  if (said === undefined || typeof said === "string") return undefined;
  const { file, acceptTypes } = said.media;
  const [contentType] = acceptTypes;
  if (file === undefined || contentType === undefined) return undefined;
  const envelope = partIn(body, ENVELOPE_ID)?.content;
  return { file, contentType, envelope, icon: partIn(body, file.iconId) };
}

/** What stood around a file that waits. */
export function envelopeOf(record: SipRequest): Cpim | undefined {
  const envelope = readKeptFile(record)?.envelope;
  const read = envelope && parseCpim(envelope);
  return read?.ok === true ? read.value : undefined;
}

/** A description with the picture that it points to. */
export function bodyAround(
  description: Uint8Array,
  icon: Entity | undefined,
  boundary: string,
): Body {
  return around(description, icon === undefined ? [] : [icon], boundary);
}

function around(description: Uint8Array, related: readonly Entity[], boundary: string): Body {
  const { headers, content } = makeSessionBody({ description, related, boundary });
  const [[, type] = ["", "application/sdp"]] = headers;
  return { type, bytes: content };
}

function envelopePart(content: Uint8Array): Entity {
  const headers = [
    ["Content-Type", CPIM],
    ["Content-Transfer-Encoding", "binary"],
    ["Content-ID", `<${ENVELOPE_ID}>`],
  ] as const;
  return { headers, content };
}

function partIn(body: Body | undefined, id: string | undefined): Entity | undefined {
  if (body === undefined || id === undefined) return undefined;
  const read = parseSessionBody({ headers: [["Content-Type", body.type]], content: body.bytes });
  return read.ok ? partWithId(read.value.others, id) : undefined;
}

const TOKEN = "[!#$%&'*+.^_`|~0-9A-Za-z-]+";
const LISTED = new RegExp(`^${TOKEN}/${TOKEN}(?:;${TOKEN}=${TOKEN})*$`);

/** Without blanks, as a list of types has it; parameters that do not fit there go. */
function asListed(contentType: string): string {
  const compact = contentType.replaceAll(/\s+/g, "");
  if (LISTED.test(compact)) return compact;
  const [essence = ""] = compact.split(";", 1);
  return LISTED.test(essence) ? essence : "application/octet-stream";
}
