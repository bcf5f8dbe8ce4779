/** The PUBLISH by which a device says what it has set. OMA IM 5.2.4, RFC 3903 §4, RFC 4354 */
import { IM_SETTINGS_TYPE } from "@parlance/formats";
import { ACCEPT_CONTACT_IM } from "@parlance/im";
import {
  CallId,
  CSeq,
  Event,
  Expires,
  From,
  MaxForwards,
  makeRequest,
  Params,
  PPreferredIdentity,
  type PublishEffect,
  SipIfMatch,
  type SipRequest,
  To,
  UserAgent,
} from "@parlance/sip";
import type { Random } from "@parlance/wire";
import type { Sender } from "../sending/pager-message.ts";

export const SETTINGS_PACKAGE = "poc-settings";

export function publishRequest(
  { ifMatch, expiresS, withContent }: PublishEffect,
  document: () => Uint8Array,
  by: { readonly sender: Sender; readonly random: Random },
): SipRequest {
  const { account, userAgent } = by.sender;
  const own = { name: undefined, uri: account, params: Params.none };
  return makeRequest("PUBLISH", account, (edit) => {
    edit.set(MaxForwards, 70);
    edit.set(From, { ...own, params: Params.none.with("tag", by.random.token(64)) });
    edit.set(To, own);
    edit.set(CallId, by.random.token(128));
    edit.set(CSeq, { number: 1, method: "PUBLISH" });
    edit.append(PPreferredIdentity, own); // IM-5.2.4-03
    edit.setText("Accept-Contact", ACCEPT_CONTACT_IM); // IM-5.2.4-04
    edit.set(UserAgent, userAgent); // IM-5.2.4-05
    edit.set(Event, { value: SETTINGS_PACKAGE, params: Params.none }); // IM-5.2.4-06
    edit.set(Expires, expiresS); // IM-5.2.4-07
    if (ifMatch !== undefined) edit.set(SipIfMatch, ifMatch);
    if (withContent) edit.body(document(), IM_SETTINGS_TYPE); // IM-5.2.4-08
  });
}
