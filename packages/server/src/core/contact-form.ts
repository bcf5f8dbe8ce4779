/** The form in which one contact gets a message: phones that are no IM clients are spared what they cannot read. */
import { mimeHeader, parseCpim, parseMediaType } from "@parlance/formats";
import { CPIM, plainTextOf } from "@parlance/im";
import { Accept, ContentType, type SipRequest, type SipResponse } from "@parlance/sip";
import { parsed } from "@parlance/wire";
import type { Content } from "../ports/index.ts";
import type { RegisteredContact } from "./registrar/contact.ts";

/** Headers of the body as a whole, but for its type and length. */
const OF_THE_BODY = ["Content-Encoding", "Content-Disposition", "Content-Language", "Content-ID"];

export function formFor(
  contact: RegisteredContact,
  request: SipRequest,
  content: Content,
): SipRequest {
  if (contact.tagged || request.method !== "MESSAGE") return request;
  const short = withoutHistory(request, content);
  return contact.takesEnvelopes ? short : withoutEnvelope(short, content);
}

/** Learns from the answer of a contact what it takes; undefined where there is nothing to learn. */
export function listenerTo(
  contact: RegisteredContact,
  sent: SipRequest,
): ((response: SipResponse) => void) | undefined {
  if (contact.tagged || !contact.takesEnvelopes || !isEnvelope(sent)) return undefined;
  return (response) => {
    if (refusesEnvelopes(response, sent)) contact.refusesEnvelopes();
  };
}

/**
 * Without the tag nothing says that lists of recipients are understood, and linphone 5.1 crashes on
 * them: at each attempt anew, so that what waits behind would never come. RFC 5365 §7.3
 */
function withoutHistory(request: SipRequest, { withoutHistory: short }: Content): SipRequest {
  if (short === undefined) return request;
  const edit = request.edit();
  for (const name of OF_THE_BODY) edit.remove(name);
  for (const [name, value] of short.headers) edit.setText(name, value);
  return edit.body(short.content, mimeHeader(short.headers, "Content-Type") ?? "text/plain").done();
}

/** What holds no plain text, such as a receipt, goes as it is: the refusal is the truth about it. */
function withoutEnvelope(request: SipRequest, { bytes }: Content): SipRequest {
  if (!isEnvelope(request) || !bytes.ok) return request;
  const coded = request.has("Content-Encoding");
  const text = plainTextOf(CPIM, coded ? bytes.value : request.body);
  if (text === undefined) return request;
  return request.edit().remove("Content-Encoding").body(text.bytes, text.type).done();
}

function isEnvelope(request: SipRequest): boolean {
  return request.method === "MESSAGE" && request.get(ContentType)?.type === CPIM;
}

/**
 * A 415 names the types that would do (RFC 3261 §21.4.13). One that names none may mean what is in the
 * envelope, unless that is plain text. A 488 is about a single message: linphone gives it.
 */
function refusesEnvelopes(response: SipResponse, sent: SipRequest): boolean {
  if (response.status !== 415) return false;
  const accepted = parsed(() => response.get(Accept));
  if (accepted.ok && accepted.value !== undefined && accepted.value.length > 0) {
    return !accepted.value.some(({ type }) => TAKES_CPIM.has(type));
  }
  return holdsPlainText(sent);
}

const TAKES_CPIM: ReadonlySet<string> = new Set([CPIM, "message/*", "*/*"]);

function holdsPlainText({ body }: SipRequest): boolean {
  const cpim = parseCpim(body);
  if (!cpim.ok) return false;
  const type = parseMediaType(mimeHeader(cpim.value.contentHeaders, "Content-Type") ?? "");
  return type.ok && type.value.essence === "text/plain";
}
