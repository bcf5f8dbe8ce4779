/** What an INVITE brings, read and judged as far as that goes without asking anybody. OMA IM 7.1.2.1 */
import type { MessageMedia, Offer, SessionBody } from "@parlance/formats";
import {
  chooseMedia,
  ISFOCUS,
  isRefusal,
  offers,
  type Refusal,
  readSessionOffer,
  type SessionKind,
  sessionKindOf,
} from "@parlance/im";
import { Contact, type SipRequest, type SipResponse, Subject } from "@parlance/sip";
import { type Origin, originOf } from "../receiving/received-request.ts";

export interface Invitation {
  readonly request: SipRequest;
  readonly origin: Origin;
  readonly kind: SessionKind;
  readonly subject: string | undefined;
  /** Undefined: the caller wants our offer. */
  readonly offered: Offered | undefined;
  /** Pictures of files, lists. */
  readonly others: SessionBody["others"];
}

export interface Offered {
  readonly offer: Offer;
  /** Of the m= line that suits. */
  readonly line: number;
  readonly media: MessageMedia;
}

export function readInvitation(request: SipRequest): Invitation | Refusal {
  const type = request.text("Content-Type") ?? "";
  const body = { headers: [["Content-Type", type]] as const, content: request.body };
  const read = readSessionOffer(body);
  if (isRefusal(read)) return read;
  const { offer, others } = read;
  const about = { request, origin: originOf(request), subject: request.get(Subject), others };
  if (offer === undefined) {
    return { ...about, kind: sessionKindOf(request, undefined), offered: undefined };
  }
  const chosen = chooseMedia(offer);
  if (isRefusal(chosen)) return chosen;
  const { place: line, media } = chosen;
  return { ...about, kind: sessionKindOf(request, media), offered: { offer, line, media } };
}

/** It is of a group. RFC 4579 §5.1 */
export function isFromFocus(message: SipRequest | SipResponse): boolean {
  const contacts = message.get(Contact);
  const [first] = contacts === undefined || "star" in contacts ? [] : contacts;
  return first !== undefined && offers(first.params, ISFOCUS);
}
