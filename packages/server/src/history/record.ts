/** What is kept of a message in pager mode: the envelope that its receiver got, and what it is found by. OMA IM 13 */
import {
  type Cpim,
  editCpim,
  findImdns,
  formatCpim,
  formatDateTime,
  mimeHeader,
  type NamedUri,
  parseImdnHeaders,
} from "@parlance/formats";
import { ANONYMOUS_URI, bareAddress, bodyKind, CPIM, plainTextOf } from "@parlance/im";
import { parseUri, ReferredBy, type Uri } from "@parlance/sip";
import { parsed, utf8TextLossy } from "@parlance/wire";
import type { Passage, User } from "../ports/index.ts";
import { foldText } from "../store/index.ts";
import type { Unkept } from "./keeper.ts";

export interface Recorded {
  readonly passage: Passage;
  readonly user: User;
  readonly direction: "sent" | "received";
  /** The address under which everybody knows whoever is at this one. */
  readonly keyOf: (uri: Uri) => string;
}

/** Undefined: it is no message but a receipt or notice, or nobody could read it. Clause 15.3 */
export function recordOf(what: Recorded): Unkept | undefined {
  const { passage, direction } = what;
  const { receivedAt: at, content, request } = passage;
  const cpim = envelopeOf(what);
  if (cpim === undefined || !content.bytes.ok) return undefined;
  if (areReceipts(passage)) return undefined;
  const type = (mimeHeader(cpim.contentHeaders, "Content-Type") ?? "text/plain").toLowerCase();
  if (bodyKind(type) !== "message") return undefined;
  const bytes = bytesOf(cpim, what, content.bytes.value);
  const subject = request.text("Subject") ?? cpim.subjects[0]?.text;
  const text = plainTextOf(CPIM, bytes);
  const words = text === undefined ? "" : utf8TextLossy(text.bytes);
  return {
    ...partiesOf(what),
    direction,
    mode: "pager",
    subject,
    type: type.split(";")[0]?.trim() ?? type,
    messageId: messageIdOf(cpim),
    at,
    sizeBytes: content.sizeBytes,
    content: undefined,
    bytes,
    searchText: foldText(`${subject ?? ""} ${words}`),
  };
}

function bytesOf(cpim: Cpim, what: Recorded, received: Uint8Array): Uint8Array {
  const from = namedAuthor(cpim, what);
  if (what.passage.content.mediaType !== CPIM)
    return formatCpim({ ...cpim, from: from ?? cpim.from });
  return from === undefined ? received : editCpim(received, { from });
}

/** A header beside the envelope may be all that tells what its author is called: it is not kept otherwise. */
function namedAuthor({ from }: Cpim, what: Recorded): NamedUri | undefined {
  const { passage, direction, keyOf } = what;
  const { originator, request } = passage;
  const { name, uri } = request.from;
  if (direction === "sent" || originator?.anonymous !== false) return undefined;
  if (from === undefined || from.name !== undefined || name === undefined) return undefined;
  const read = parsed(() => parseUri(from.uri));
  return read.ok && keyOf(read.value) === keyOf(uri) ? { name, uri: from.uri } : undefined;
}

/** Several in one are a multipart. RFC 5438 §8.3 */
function areReceipts({ request, content: { mediaType, bytes } }: Passage): boolean {
  if (!bytes.ok || mediaType?.startsWith("multipart/") !== true) return false;
  const headers = [["Content-Type", request.text("Content-Type") ?? ""]] as const;
  const found = findImdns({ headers, content: bytes.value });
  return found.ok && found.value.length > 0;
}

/** Of a message without one, the one that it would have. */
function envelopeOf({ passage, direction, keyOf }: Recorded): Cpim | undefined {
  const { content, request, receivedAt } = passage;
  if (content.cpim !== undefined) return content.cpim.ok ? content.cpim.value : undefined;
  if (content.mediaType === undefined || !content.bytes.ok) return undefined;
  const hidden = direction === "received" && passage.originator?.anonymous !== false;
  return {
    from: { name: undefined, uri: hidden ? ANONYMOUS_URI : bareAddress(request.from.uri) },
    to: [{ name: undefined, uri: keyOf(request.uri) }],
    cc: [],
    dateTime: formatDateTime(receivedAt),
    subjects: [],
    require: [],
    extensions: [],
    contentHeaders: [["Content-Type", request.text("Content-Type") ?? "text/plain"]],
    content: content.bytes.value,
  };
}

type Parties = Pick<Unkept, "conversation" | "from" | "authId" | "to" | "group">;

function partiesOf({ passage, user, direction, keyOf }: Recorded): Parties {
  const { request, originator } = passage;
  const to = keyOf(request.uri);
  if (direction === "sent") {
    return { conversation: to, from: user.address, authId: user.address, to, group: undefined };
  }
  const author = originator?.anonymous === false ? originator.address : undefined;
  const from = author === undefined ? ANONYMOUS_URI : bareAddress(request.from.uri);
  const group = groupOf(passage, keyOf);
  return { conversation: group ?? author ?? ANONYMOUS_URI, from, authId: author, to, group };
}

/** Of a copy that a function of ours has made; whoever else names a group may name any. */
function groupOf({ request, principal }: Passage, keyOf: Recorded["keyOf"]): string | undefined {
  const group = principal.kind === "server" ? request.get(ReferredBy) : undefined;
  return group && keyOf(group.uri);
}

export function messageIdOf(cpim: Cpim): string | undefined {
  const headers = parseImdnHeaders(cpim);
  return headers.ok ? headers.value.messageId : undefined;
}
