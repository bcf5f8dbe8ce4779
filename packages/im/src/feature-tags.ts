/** The feature tags by which IM requests and devices are known. RFC 3840, RFC 3841, Appendix F. */
import { AcceptContact, type Params, type SipMessage } from "@parlance/sip";

/** Marks a request for the IM service, and a device that offers it. */
export const IM_TAG = "+g.oma.sip-im";

/** Marks, beside the other one, an INVITE that carries exactly one message. */
export const LARGE_MESSAGE_TAG = "+g.oma.sip-im.large-message";

/** Contact parameter of a conference server. RFC 4579 §5.2 */
export const ISFOCUS = "isfocus";

/** The value of Accept-Contact on every IM request, without `require` or `explicit`. */
export const ACCEPT_CONTACT_IM = `*;${IM_TAG}`; // IM-8.1.1-01

/** The second Accept-Contact of a large message. */
export const ACCEPT_CONTACT_LARGE_MESSAGE = `*;${LARGE_MESSAGE_TAG}`;

/** Does the sender want a device with this tag, so that the request belongs to the IM service? */
export function asksFor(message: SipMessage, tag: string): boolean {
  return message.get(AcceptContact)?.some((wanted) => offers(wanted, tag)) ?? false;
}

/** Does a Contact (or one preference) carry the tag? A boolean tag that says FALSE does not count. */
export function offers(params: Params, tag: string): boolean {
  const value = params.get(tag);
  return value !== undefined && !/^FALSE$/i.test(value); // RFC 3840 §9
}
