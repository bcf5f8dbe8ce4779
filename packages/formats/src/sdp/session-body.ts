/** The session description in a body that may carry more: lists, pictures of files. RFC 3261 §20.11, RFC 5547 §8.8 */
import { base64, concatBytes, FormatError, type Parsed, parsed, utf8Bytes } from "@parlance/wire";
import {
  contentIdOf,
  decodedContent,
  dispositionOf,
  type Entity,
  mediaTypeOf,
  mimeHeader,
} from "../mime/index.ts";
import { formatMultipart, parseLeaves } from "../multipart/index.ts";

export interface SessionBody {
  /** Its octets; undefined when there is no description, as in an INVITE that asks for an offer. */
  readonly description: Uint8Array | undefined;
  /** Everything else, those of nested multiparts included. */
  readonly others: readonly Entity[];
}

export const SDP_TYPE = "application/sdp";

const FORMAT = "session body";
const SESSION = "session";
const LINE = /.{1,76}/g;

/**
 * A fault: multiparts that cannot be taken apart, or two descriptions of which either might be meant.
 * An empty body has neither description nor others.
 */
export function parseSessionBody(body: Entity): Parsed<SessionBody> {
  if (body.content.length === 0) return { ok: true, value: { description: undefined, others: [] } };
  return parsed(() => {
    const { found, others } = take(body);
    if (found === undefined) return { description: undefined, others };
    const description = decodedContent(found);
    if (description === undefined) throw new FormatError(FORMAT, 0, "transfer encoding not known");
    return { description, others };
  });
}

/** The same body with another description; every other octet stays. A body without one is refused. */
export function replaceDescription(body: Entity, description: Uint8Array): Parsed<Entity> {
  return parsed(() => {
    const { found } = take(body);
    if (found === undefined) throw new FormatError(FORMAT, 0, "no session description");
    const { content } = body;
    // Parts are views of the body that they were read from.
    const start = found.content.byteOffset - content.byteOffset;
    const before = content.subarray(0, start);
    const after = content.subarray(start + found.content.length);
    return { ...body, content: concatBytes(before, encodedAs(found, description), after) };
  });
}

export interface SessionBodyParts {
  readonly description: Uint8Array;
  /** What the description points to, each with a Content-ID: pictures of files. RFC 5547 §8.8 */
  readonly related?: readonly Entity[];
  /** What stands beside it: recipient lists. RFC 5366 §4 */
  readonly others?: readonly Entity[];
  /** Must be in none of the parts; only used when there is more than the description. */
  readonly boundary: string;
}

/** Throws `RangeError` when the boundary is in a part. */
export function makeSessionBody(parts: SessionBodyParts): Entity {
  const { description, related = [], others = [], boundary } = parts;
  let body: Entity = { headers: [["Content-Type", SDP_TYPE]], content: description };
  if (related.length > 0) {
    const inner = `${boundary}-related`;
    body = multipart(`multipart/related;type="${SDP_TYPE}"`, [body, ...related], inner); // RFC 2387 §3.1
  }
  return others.length === 0 ? body : multipart("multipart/mixed", [body, ...others], boundary);
}

/** The part that a `cid:` address names, such as `FileOffer.iconId`. RFC 2392 */
export function partWithId(parts: readonly Entity[], id: string): Entity | undefined {
  return parts.find(({ headers }) => contentIdOf(headers) === id);
}

/** Throws `FormatError`. */
function take(body: Entity): { readonly found: Entity | undefined; readonly others: Entity[] } {
  const leaves = parseLeaves(body);
  if (!leaves.ok) throw leaves.error;
  const descriptions = leaves.value.filter(isDescription);
  if (descriptions.length > 1) throw new FormatError(FORMAT, 0, "two session descriptions");
  const [found] = descriptions;
  return { found, others: leaves.value.filter((leaf) => leaf !== found) };
}

/** Without a word it is of the session; others are for early media and the like. RFC 3261 §20.11 */
function isDescription({ headers, content }: Entity): boolean {
  if (content.length === 0) return false;
  if (mediaTypeOf(headers).essence !== SDP_TYPE) return false;
  return (dispositionOf(headers) ?? SESSION) === SESSION;
}

function encodedAs({ headers }: Entity, content: Uint8Array): Uint8Array {
  const encoding = mimeHeader(headers, "Content-Transfer-Encoding")?.toLowerCase();
  if (encoding !== "base64") return content;
  return utf8Bytes(base64(content).replaceAll(LINE, "$&\r\n"));
}

function multipart(type: string, parts: readonly Entity[], boundary: string): Entity {
  return {
    headers: [["Content-Type", `${type};boundary="${boundary}"`]],
    content: formatMultipart(parts, boundary),
  };
}
