/** A request on its way into the store and out of it. RFC 3428 §7, OMA IM 12 */
import { bareAddress } from "@parlance/im";
import {
  addressKey,
  type Body,
  CallId,
  CSeq,
  DateHeader,
  formatMessage,
  formatNameAddr,
  MaxForwards,
  PAssertedIdentity,
  Params,
  parseMessage,
  parseUri,
  ReferredBy,
  SipRequest,
  To,
} from "@parlance/sip";
import type { Originator, Passage, ReadContent, User } from "../ports/index.ts";
import type { DeferredMessage } from "../store/index.ts";

export interface Keeping {
  readonly passage: Passage;
  readonly user: User;
  readonly id: string;
  readonly kind: DeferredMessage["kind"];
  readonly expiresAt: number;
}

/** Headers of the way that the request took, which will not be the way of its push. */
const OF_THE_WAY = ["Via", "Route", "Record-Route", "Authorization", "Proxy-Authorization"];
/** Headers of the call in which a large message came. */
const OF_THE_CALL = ["Contact", "Supported", "Allow", "Require", "Session-Expires", "Min-SE"];
const HOPS = 70;

/** The record, with the request as it will be sent but for its attempt. */
export function recordOf({ passage, user, id, kind, expiresAt }: Keeping): DeferredMessage {
  const { request, originator, receivedAt, content } = passage;
  const bytes = formatMessage(storedForm(passage, user, id));
  return {
    id,
    recipient: user.name,
    originator: originator?.address ?? "",
    originatorShown: formatNameAddr({ ...request.from, params: Params.none }),
    privacy: request.text("Privacy"),
    group: request.text(ReferredBy),
    subject: request.text("Subject") ?? subjectIn(passage),
    kind,
    mode: "pager",
    receivedAt,
    expiresAt,
    sizeBytes: content.sizeBytes,
    attempts: 0,
    nextAttemptAt: 0,
    poisoned: false,
    content: undefined,
    bytes,
  };
}

/** What came in a session, as if it had come in a request: what stands in it is what is known of it. */
export function cameIn(
  { request, principal, originator, receivedAt }: Passage,
  { type, bytes }: Body,
  readContent: ReadContent,
): Passage {
  const edit = request.edit();
  for (const name of OF_THE_CALL) edit.remove(name);
  const made = edit.body(bytes, type).done();
  return {
    request: made,
    principal,
    originator,
    flow: undefined,
    transaction: undefined,
    receivedAt,
    content: readContent(made),
  };
}

function storedForm(
  { request, principal, originator, receivedAt }: Passage,
  user: User,
  id: string,
): SipRequest {
  const edit = request.edit();
  for (const name of OF_THE_WAY) edit.remove(name);
  edit
    .uri(parseUri(addressedAs(request, user)))
    // Not to be guessed, and the same at every attempt, so that a client knows a repetition. That
    // of a client may come again after its restart; ours tells a copy that is made twice.
    .set(CallId, principal.kind === "server" ? request.callId : id)
    .set(MaxForwards, HOPS)
    .set(To, { ...request.to, params: request.to.params.without("tag") });
  if (!request.has(DateHeader)) edit.set(DateHeader, receivedAt); // RFC 3428 §4
  if (originator === undefined) edit.remove(PAssertedIdentity);
  else {
    const asserted = { name: undefined, uri: originator.uri, params: Params.none };
    edit.set(PAssertedIdentity, [asserted]); // for the reports, and for a core
  }
  return edit.done();
}

/** The identity under which the author wrote to the user: reports must name him alike. */
export function addressedAs({ uri }: SipRequest, user: User): string {
  return user.identities.includes(addressKey(uri)) ? bareAddress(uri) : user.address;
}

function subjectIn({ content }: Passage): string | undefined {
  return content.cpim?.ok === true ? content.cpim.value.subjects[0]?.text : undefined;
}

/** What the store gave back, or undefined when it is no request any more. */
export interface Waiting {
  readonly request: SipRequest;
  readonly author: Originator;
}

export function readWaiting(message: DeferredMessage): Waiting | undefined {
  const read = parseMessage(message.bytes);
  if (!read.ok || !(read.value instanceof SipRequest)) return undefined;
  const request = read.value;
  const [asserted] = request.get(PAssertedIdentity) ?? [];
  const uri = asserted?.uri ?? request.from.uri;
  return {
    request,
    author: {
      uri,
      address: message.originator,
      anonymous: message.privacy !== undefined,
      user: undefined,
    },
  };
}

/** As it came in when it was stored. The Call-ID of a copy that we made is the only one that stays. */
export function waited(
  { request, author }: Waiting,
  { id, receivedAt }: DeferredMessage,
  readContent: ReadContent,
): Passage {
  return {
    request,
    principal:
      request.callId === id ? { kind: "anonymous" } : { kind: "server", onBehalfOf: undefined },
    originator: author,
    flow: undefined,
    transaction: undefined,
    receivedAt,
    content: readContent(request),
  };
}

/** The request as it goes out. The identity asserted in it ends at the border of trust. RFC 3325 §5 */
export function pushed({ request }: Waiting, attempt: number): SipRequest {
  return (
    request
      .edit()
      // RFC 3261 §8.2.2.2: equal Call-ID, tag and CSeq in two transactions would be called a loop.
      .set(CSeq, { number: 2 * attempt + 1, method: request.method })
      .done()
  );
}

/** The same attempt in another form; its number is none of another attempt. */
export function pushedAgain(request: SipRequest, body: Uint8Array, type: string): SipRequest {
  const { number, method } = request.cseq;
  return request
    .edit()
    .remove("Content-Encoding")
    .body(body, type)
    .set(CSeq, { number: number + 1, method })
    .done();
}
