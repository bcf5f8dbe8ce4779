/** The invitation of a file that waits: what its sender said of it, as it will be said to the recipient. RFC 5547 §6, §8.8 */
import {
  type Entity,
  type FileOffer,
  formatSdp,
  makeOffer,
  makeSessionBody,
  parseSessionBody,
  partWithId,
} from "@parlance/formats";
import { type Body, type SipRequest, sessionOf } from "@parlance/sip";
import { readOfferedMedia } from "../../media/index.ts";

export interface KeptFile {
  readonly file: FileOffer;
  /** As its octets came. */
  readonly contentType: string;
  /** A small picture of it, sent along with the invitation. */
  readonly icon: Entity | undefined;
}

/** Nobody is there: where the server will be is known when it brings the file. */
const NOWHERE = "msrp://kept.invalid:2855/kept;tcp";
const SESSION = { username: "-", sessionId: "1", host: "kept.invalid" };

/** One of the files of an invitation, with what was sent along for it. */
export function keptFile(invite: SipRequest, file: FileOffer, contentType: string): KeptFile {
  return {
    file: { ...file, range: undefined },
    contentType,
    icon: iconIn(sessionOf(invite), file),
  };
}

/** The body of the record. The boundary must be random. */
export function formatKeptFile({ file, contentType, icon }: KeptFile, boundary: string): Body {
  const media = {
    path: [NOWHERE],
    acceptTypes: [asListed(contentType)],
    direction: "sendonly",
    file: icon === undefined ? { ...file, iconId: undefined } : file,
  } as const;
  return bodyAround(formatSdp(makeOffer(SESSION, [media])), icon, boundary);
}

/** What `formatKeptFile` has written. */
export function readKeptFile(record: SipRequest): KeptFile | undefined {
  const body = sessionOf(record);
  const said = body === undefined ? undefined : readOfferedMedia(body);
  if (said === undefined || typeof said === "string") return undefined;
  const { file, acceptTypes } = said.media;
  const [contentType] = acceptTypes;
  if (file === undefined || contentType === undefined) return undefined;
  return { file, contentType, icon: iconIn(body, file) };
}

/** A description with the picture that it points to. */
export function bodyAround(
  description: Uint8Array,
  icon: Entity | undefined,
  boundary: string,
): Body {
  const related = icon === undefined ? [] : [icon];
  const { headers, content } = makeSessionBody({ description, related, boundary });
  const [[, type] = ["", "application/sdp"]] = headers;
  return { type, bytes: content };
}

function iconIn(body: Body | undefined, { iconId }: FileOffer): Entity | undefined {
  if (body === undefined || iconId === undefined) return undefined;
  const read = parseSessionBody({ headers: [["Content-Type", body.type]], content: body.bytes });
  return read.ok ? partWithId(read.value.others, iconId) : undefined;
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
