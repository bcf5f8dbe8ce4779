/** A message of an MSRP session as the MESSAGE that a phone gets. RFC 3428, RFC 3994 §3 */
import { editCpim, mimeHeader, parseCpim, parseMediaType } from "@parlance/formats";
import { ACCEPT_CONTACT_IM, type BodyKind, bodyKind, CPIM } from "@parlance/im";
import {
  CallId,
  CSeq,
  DateHeader,
  Expires,
  From,
  MaxForwards,
  makeRequest,
  Params,
  type SipRequest,
  To,
} from "@parlance/sip";
import type { Random } from "@parlance/wire";
import { forgeryIn } from "../original-to.ts";

export interface SaidMessage {
  readonly contentType: string;
  readonly kind: BodyKind;
  readonly body: Uint8Array;
}

/** The message, or the MSRP status that refuses it: text, what is said about it, and nothing else. */
export function readSaid(contentType: string, content: Uint8Array): SaidMessage | number {
  const essence = essenceOf(contentType);
  if (essence !== CPIM) return said(contentType, essence, content);
  const cpim = parseCpim(content);
  if (!cpim.ok) return 400;
  const inner = mimeHeader(cpim.value.contentHeaders, "Content-Type") ?? "text/plain";
  const remove = forgeryIn(cpim.value);
  const body = remove.length === 0 ? content : editCpim(content, { remove });
  const read = said(inner, essenceOf(inner), body);
  return typeof read === "number" ? read : { ...read, contentType };
}

/** Can a message of this type be one for a phone? */
export function mayBeSaid(contentType: string): boolean {
  const essence = essenceOf(contentType);
  return essence === CPIM || typeof said(contentType, essence, NOTHING) !== "number";
}

/** `invite` is what the session began with. */
export function messageForPhone(
  { contentType, kind, body }: SaidMessage,
  invite: SipRequest,
  at: { readonly random: Random; readonly now: number; readonly userAgent: string },
): SipRequest {
  const tag = Params.of(["tag", at.random.token(ID_BITS)]);
  const privacy = invite.text("Privacy");
  return makeRequest("MESSAGE", invite.uri, (edit) => {
    edit
      .set(From, { ...invite.from, params: tag })
      .set(To, { ...invite.to, params: Params.none })
      .set(CallId, at.random.token(ID_BITS))
      .set(CSeq, { number: 1, method: "MESSAGE" })
      .set(MaxForwards, HOPS)
      .set(DateHeader, at.now)
      .setText("Accept-Contact", ACCEPT_CONTACT_IM)
      .setText("User-Agent", at.userAgent);
    if (privacy !== undefined) edit.setText("Privacy", privacy);
    // Of no use to anybody who is not there now. RFC 3994 §4
    if (kind === "composing") edit.set(Expires, 0).setText("Priority", "non-urgent");
    edit.body(body, contentType);
  });
}

const ID_BITS = 128;
const HOPS = 70;
const NOTHING = new Uint8Array(0);

function said(contentType: string, essence: string, body: Uint8Array): SaidMessage | number {
  const kind = bodyKind(essence);
  if (kind === "notice") return 415;
  if (kind === "message" && !essence.startsWith("text/")) return 415;
  return { contentType, kind, body };
}

function essenceOf(contentType: string): string {
  const type = parseMediaType(contentType);
  return type.ok ? type.value.essence : "";
}
