/** ACK and CANCEL, made from the INVITE they belong to. RFC 3261 §9.1, §17.1.1.3 */
import {
  CallId,
  CSeq,
  From,
  MaxForwards,
  makeRequest,
  Route,
  type SipRequest,
  type SipResponse,
  To,
} from "../message/index.ts";

/** As it was sent: the request, and our Via on top of it. */
interface Sent {
  readonly request: SipRequest;
  readonly via: string;
}

/** The ACK of a final answer other than 2xx: hop by hop, with the To of the answer. RFC 3261 §17.1.1.3 */
export function makeAck(invite: Sent, response: SipResponse): SipRequest {
  return derive(invite, "ACK", response);
}

/** RFC 3261 §9.1 */
export function makeCancel(invite: Sent): SipRequest {
  return derive(invite, "CANCEL", invite.request);
}

function derive(
  { request: invite, via }: Sent,
  method: string,
  toOf: SipRequest | SipResponse,
): SipRequest {
  return makeRequest(method, invite.uri, (edit) => {
    edit.setText("Via", via);
    edit.set(MaxForwards, 70);
    edit.set(From, invite.from);
    edit.set(To, toOf.to);
    edit.set(CallId, invite.callId);
    edit.set(CSeq, { number: invite.cseq.number, method });
    const route = invite.get(Route);
    if (route !== undefined) edit.set(Route, route);
  });
}
