/** A MESSAGE that the server itself writes to somebody. RFC 3428 §4 */
import { ACCEPT_CONTACT_IM } from "@parlance/im";
import {
  CallId,
  CSeq,
  DateHeader,
  From,
  MaxForwards,
  makeRequest,
  Params,
  parseUri,
  type SipRequest,
  To,
} from "@parlance/sip";
import type { Random } from "@parlance/wire";

export interface ServerMessage {
  readonly to: string;
  readonly from: string;
  readonly contentType: string;
  readonly body: Uint8Array;
  readonly now: number;
  /** Release and product: "IM-serv/OMA1.0 …". */
  readonly userAgent: string;
}

const ID_BITS = 128;
const HOPS = 70;

/** Throws `FormatError` when an address is none. */
export function makeServerMessage(message: ServerMessage, random: Random): SipRequest {
  const target = parseUri(message.to);
  const tag = Params.of(["tag", random.token(ID_BITS)]);
  return makeRequest("MESSAGE", target, (edit) => {
    edit
      .set(From, { name: undefined, uri: parseUri(message.from), params: tag })
      .set(To, { name: undefined, uri: target, params: Params.none })
      .set(CallId, random.token(ID_BITS))
      .set(CSeq, { number: 1, method: "MESSAGE" })
      .set(MaxForwards, HOPS)
      .set(DateHeader, message.now)
      .setText("Accept-Contact", ACCEPT_CONTACT_IM) // IM-8.1.1-01
      .setText("User-Agent", message.userAgent) // IM-8.1.1-03
      .body(message.body, message.contentType);
  });
}
