/** The form in which one contact gets a message: phones that are no IM clients are spared what they cannot read. */
import { mimeHeader } from "@parlance/formats";
import type { SipRequest } from "@parlance/sip";
import type { Content } from "../ports/index.ts";
import type { RegisteredContact } from "./registrar/contact.ts";

/** Headers of the body as a whole, but for its type and length. */
const OF_THE_BODY = ["Content-Encoding", "Content-Disposition", "Content-Language", "Content-ID"];

/**
 * Without the tag nothing says that lists of recipients are understood, and linphone 5.1 crashes on
 * them: at each attempt anew, so that what waits behind would never come. RFC 5365 §7.3
 */
export function formFor(
  contact: RegisteredContact,
  request: SipRequest,
  content: Content,
): SipRequest {
  if (contact.tagged || request.method !== "MESSAGE") return request;
  const { withoutHistory } = content;
  if (withoutHistory === undefined) return request;
  const edit = request.edit();
  for (const name of OF_THE_BODY) edit.remove(name);
  for (const [name, value] of withoutHistory.headers) edit.setText(name, value);
  const type = mimeHeader(withoutHistory.headers, "Content-Type") ?? "text/plain";
  return edit.body(withoutHistory.content, type).done();
}
