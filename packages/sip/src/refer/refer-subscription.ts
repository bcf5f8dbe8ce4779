/** Whether a REFER makes a subscription, and what it tells. RFC 3515 §2.4.4, RFC 4488 */

import type { EventPackage } from "../events/index.ts";
import { Params, ReferSub, type SipMessage, Supported, type Tagged } from "../message/index.ts";
import { SIPFRAG_TYPE, type SipFragment } from "./sipfrag.ts";

export const NO_REFER_SUB = "norefersub";
export const MULTIPLE_REFER = "multiple-refer";

/** The package of the implicit subscription. RFC 3515 §3 */
export const referPackage: EventPackage = {
  name: "refer",
  bodyTypes: [SIPFRAG_TYPE],
  usualS: 180, // as long as an INVITE may ring
};

/** The value of Refer-Sub that asks for, or grants, silence. RFC 4488 §4 */
export const REFER_SUB_FALSE: Tagged = { value: "false", params: Params.none };

/** Whether the sender would rather not have the subscription. Throws `FormatError`. */
export function asksNoSubscription(refer: SipMessage): boolean {
  return refer.get(ReferSub)?.value.toLowerCase() === "false";
}

/** For the sender: whether the 2xx leaves a subscription, with NOTIFYs to come. RFC 4488 §4 */
export function makesSubscription(refer: SipMessage, response: SipMessage): boolean {
  return !(asksNoSubscription(refer) && asksNoSubscription(response));
}

/** Whether a peer can do without the subscription. */
export function supportsNoSubscription(peer: SipMessage): boolean {
  return peer.get(Supported)?.includes(NO_REFER_SUB) ?? false;
}

/** The Event of the subscription: with the CSeq, since a dialog may see more than one. §2.4.6 */
export function referEvent(cseq: number): Tagged {
  return { value: referPackage.name, params: Params.none.with("id", String(cseq)) };
}

/** What a notification says about the referred request. */
export type ReferProgress =
  | { readonly kind: "under way"; readonly status: number }
  | { readonly kind: "done"; readonly status: number; readonly reason: string };

/** Undefined for a fragment that tells no status. */
export function readReferProgress({ start }: SipFragment): ReferProgress | undefined {
  if (start?.kind !== "status") return undefined;
  const { status, reason } = start;
  return status < 200 ? { kind: "under way", status } : { kind: "done", status, reason };
}
