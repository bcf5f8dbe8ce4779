/** What a received MESSAGE holds, unpacked: coding, envelope, content. RFC 3428 §7, RFC 3862 */
import {
  type Cpim,
  decodedContent,
  type Entity,
  IMDN_HEADERS,
  mediaTypeOf,
  mimeHeader,
  parseCpim,
  parseDateTime,
  unknownRequirements,
} from "@parlance/formats";
import { BODIES, CPIM, essentialPart, IMDN, IS_COMPOSING, serviceAddresses } from "@parlance/im";
import {
  addressKey,
  ContentEncoding,
  ContentType,
  PAssertedIdentity,
  ReferredBy,
  type SipRequest,
} from "@parlance/sip";
import { type Inflate, parsed } from "@parlance/wire";
import type { Reach } from "../store/client-store.ts";

/** Who a message is from, as far as whoever brought it vouches for it. */
export interface Origin {
  /** Address of the sender, as it may be shown. */
  readonly from: string;
  readonly fromName: string | undefined;
  /** Group or sender. */
  readonly conversation: string;
  /** Of what is said in the session of a group. */
  readonly reach?: Reach;
  /** Entities of those whom a private one is for. */
  readonly privateTo?: readonly string[];
  /** The user himself has said it, on another device. */
  readonly own?: boolean;
}

export interface Unpacked extends Origin {
  readonly envelope: Uint8Array | undefined;
  readonly cpim: Cpim | undefined;
  /** With parameters. */
  readonly contentType: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly content: Uint8Array;
  /** Of the content, or of what carried it. R-16 */
  readonly disposition: string | undefined;
  readonly writtenAt: number | undefined;
}

/** Why it cannot be taken, as the final answer. */
export interface Unreadable {
  readonly status: number;
  readonly reason: string;
  readonly headers?: readonly (readonly [name: string, value: string])[];
}

const UNDERSTOOD: ReadonlySet<string> = new Set([IMDN_HEADERS]);
const DISPOSITION = "Content-Disposition";
const MAX_BODY_BYTES = 262_144; // a MESSAGE never needs more; inflating stops there

export function unpack(request: SipRequest, inflate: Inflate | undefined): Unpacked | Unreadable {
  const body = plainBody(request, inflate);
  if (body === undefined) {
    return {
      status: 415,
      reason: "Coding Not Understood",
      headers: [["Accept-Encoding", "identity"]],
    };
  }
  const contentType = request.text(ContentType);
  if (contentType === undefined) return { status: 400, reason: "Content-Type is missing" };
  const entity = { headers: [["Content-Type", contentType]] as const, content: body };
  return unpackEntity(entity, originOf(request));
}

/** What came in a request, or in a session: in an envelope or bare. */
export function unpackEntity(whole: Entity, origin: Origin): Unpacked | Unreadable {
  const entity = essentialPart(whole);
  const type = parsed(() => mediaTypeOf(entity.headers).essence);
  if (!type.ok) return unsupported();
  if (type.value !== CPIM) return bare(origin, entity);
  const envelope = decodedContent(entity);
  if (envelope === undefined) return unsupported();
  const cpim = parseCpim(envelope);
  if (!cpim.ok) return { status: 400, reason: "Bad message/cpim" };
  if (unknownRequirements(cpim.value, UNDERSTOOD).length > 0) return unsupported(); // RFC 3862 §4.7
  const unpacked = wrapped(cpim.value, envelope, origin);
  const outer = mimeHeader(entity.headers, DISPOSITION);
  return isUnreadable(unpacked)
    ? unpacked
    : { ...unpacked, disposition: unpacked.disposition ?? outer };
}

export function isUnreadable(value: Unpacked | Unreadable): value is Unreadable {
  return "status" in value;
}

function bare(origin: Origin, entity: Entity): Unpacked | Unreadable {
  const { headers } = entity;
  const content = decodedContent(entity);
  if (content === undefined) return unsupported();
  return {
    ...origin,
    envelope: undefined,
    cpim: undefined,
    contentType: mimeHeader(headers, "Content-Type") ?? "text/plain",
    headers,
    content,
    disposition: mimeHeader(headers, DISPOSITION),
    writtenAt: undefined,
  };
}

function wrapped(cpim: Cpim, envelope: Uint8Array, origin: Origin): Unpacked | Unreadable {
  const headers = cpim.contentHeaders;
  const type = parsed(() => mediaTypeOf(headers));
  const content = decodedContent({ headers, content: cpim.content });
  if (!type.ok || content === undefined) return unsupported();
  const { charset } = Object.fromEntries(type.value.parameters);
  if (charset !== undefined && !/^(utf-?8|us-ascii)$/i.test(charset)) return unsupported();
  return {
    ...origin,
    fromName: cpim.from?.name ?? origin.fromName,
    envelope,
    cpim,
    contentType: mimeHeader(headers, "Content-Type") ?? "text/plain",
    headers,
    content,
    disposition: mimeHeader(headers, DISPOSITION),
    writtenAt: cpim.dateTime === undefined ? undefined : parseDateTime(cpim.dateTime),
  };
}

/** The asserted identity, which the server vouches for, before what the sender wrote. RFC 3325 §9.1 */
export function originOf(request: SipRequest): Origin {
  const [asserted] = request.get(PAssertedIdentity) ?? [];
  const { name, uri } = asserted ?? request.from;
  const from = addressKey(uri);
  const fromName = name ?? request.from.name;
  return { from, fromName, conversation: conversationOf(request, from) };
}

/** A message to a group names it in Referred-By, so that an answer can go to all; one that was fetched, who kept it. OMA IM 14.5 */
function conversationOf(request: SipRequest, from: string): string {
  const group = parsed(() => request.get(ReferredBy)?.uri);
  if (!group.ok || group.value === undefined) return from;
  const key = addressKey(group.value);
  return key === keeperOf(request) ? from : key;
}

function keeperOf({ to: { uri } }: SipRequest): string | undefined {
  return uri.kind === "sip" ? serviceAddresses(uri.host).deferred : undefined;
}

function plainBody(request: SipRequest, inflate: Inflate | undefined): Uint8Array | undefined {
  const codings = (request.get(ContentEncoding) ?? []).map((each) => each.toLowerCase());
  const [coding = "identity", ...more] = codings;
  if (coding === "identity") return request.body;
  if (more.length > 0 || (coding !== "deflate" && coding !== "gzip")) return undefined;
  return inflate?.(request.body, coding, MAX_BODY_BYTES);
}

function unsupported(): Unreadable {
  const accepted = [...BODIES, "text/plain", IMDN, IS_COMPOSING, "*/*"];
  return {
    status: 415,
    reason: "Unsupported Media Type",
    headers: [["Accept", accepted.join(", ")]],
  };
}
