/** What an INVITE says about the session that it wants. OMA IM 7.2.1.3, 9.2 */
import { ISFOCUS, offers } from "@parlance/im";
import { Contact, type SipRequest, sessionOf } from "@parlance/sip";
import { readOfferedMedia } from "./session-media.ts";

/** Whoever calls says he is a conference server: as a feature, or in the address itself. R-09 */
export function saysFocus(request: SipRequest): boolean {
  const contacts = request.get(Contact);
  const [first] = contacts === undefined || "star" in contacts ? [] : contacts;
  if (first === undefined) return false;
  if (offers(first.params, ISFOCUS)) return true;
  return first.uri.kind === "sip" && first.uri.params.has(ISFOCUS);
}

/** A description that nobody could answer. Without one it is the other side that offers. */
export function offersBrokenMedia(request: SipRequest): boolean {
  const body = sessionOf(request);
  return body !== undefined && readOfferedMedia(body) === "broken";
}
