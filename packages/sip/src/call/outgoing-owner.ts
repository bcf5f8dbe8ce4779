/** Who has placed a call, and how it may come to nothing. RFC 3261 §13.2.2 */
import type { SendFailure } from "../endpoint/index.ts";
import type { SipResponse } from "../message/index.ts";
import type { Call, CallOwner } from "./call.ts";

export interface OutgoingOwner extends CallOwner {
  /** A provisional answer but 100; `early` where it makes a dialog. Early calls end with the outgoing call, unheard. */
  progress(response: SipResponse, early: Call | undefined): void;
  /** Once. The ACK is on its way, unless the 2xx makes an offer: then `offered` comes next, and the ACK with the answer. */
  answered(call: Call, response: SipResponse): void;
  /** Once, instead. */
  failed(failure: CallFailure): void;
}

export type CallFailure =
  /** 3xx to 6xx. */
  | { readonly kind: "refused"; readonly response: SipResponse }
  | { readonly kind: "cancelled" }
  /** The patience of the owner, or of the stack, is at its end. */
  | { readonly kind: "timeout" }
  | { readonly kind: "unreachable"; readonly why: SendFailure }
  /** A 2xx that makes no dialog. */
  | { readonly kind: "bad answer"; readonly response: SipResponse };
