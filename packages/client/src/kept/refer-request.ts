/** REFER to a service that keeps something for the user: it is to send it here. OMA IM 12.1.3, 14.5, 15.5 */
import { ACCEPT_CONTACT_IM } from "@parlance/im";
import {
  CallId,
  CSeq,
  From,
  headers,
  MaxForwards,
  makeRequest,
  type NameAddr,
  NO_REFER_SUB,
  Params,
  PPreferredIdentity,
  parseUri,
  REFER_SUB_FALSE,
  ReferSub,
  type SipRequest,
  Supported,
  To,
} from "@parlance/sip";
import { newTag, type Sender } from "../sending/pager-message.ts";
import type { KeptPorts } from "./ports.ts";

export interface Reference {
  /** Address of the service. */
  readonly service: string;
  /** What is wanted of it. */
  readonly target: string;
}

export function referRequest(
  { service, target }: Reference,
  { sender, random, contact }: Pick<KeptPorts, "sender" | "random" | "contact">,
): SipRequest {
  const to = parseUri(service);
  const own = ownOf(sender);
  return makeRequest("REFER", to, (edit) => {
    edit.set(MaxForwards, 70);
    edit.set(From, { ...own, params: newTag(random) });
    edit.set(To, { name: undefined, uri: to, params: Params.none });
    edit.set(CallId, random.token(128));
    edit.set(CSeq, { number: 1, method: "REFER" });
    edit.set(headers.Contact, [contact()]);
    edit.append(PPreferredIdentity, own);
    edit.setText("Accept-Contact", ACCEPT_CONTACT_IM);
    edit.set(headers.UserAgent, sender.userAgent);
    edit.setText("Refer-To", `<${target}>`);
    edit.set(ReferSub, REFER_SUB_FALSE); // what comes says that it was asked for
    edit.set(Supported, [NO_REFER_SUB]);
  });
}

function ownOf({ account, displayName }: Sender): NameAddr {
  return { name: displayName, uri: account, params: Params.none };
}
