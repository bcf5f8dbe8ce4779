/** The first judgement on a REFER, before it is known who may refer whom where. RFC 3515 §2.4.2 */

import { type NameAddr, ReferredBy, ReferTo, Require, type SipRequest } from "../message/index.ts";
import { asksNoSubscription, MULTIPLE_REFER } from "./refer-subscription.ts";
import { type ReferTarget, readReferTarget } from "./refer-target.ts";

export type ReferVerdict =
  | { readonly do: "refuse"; readonly status: 400 | 421; readonly reason: string }
  | {
      readonly do: "consider";
      readonly target: ReferTarget;
      /** Answer with `Refer-Sub: false` and send no NOTIFY. */
      readonly silent: boolean;
      /** To be copied into the referred request as it is. RFC 3892 §2.2 */
      readonly referredBy: NameAddr | undefined;
    };

/** Throws `FormatError` for malformed headers; more than one Refer-To is such. RFC 3515 §2.4.2 */
export function judgeRefer(refer: SipRequest): ReferVerdict {
  const referTo = refer.get(ReferTo);
  if (referTo === undefined) return { do: "refuse", status: 400, reason: "Refer-To is missing" };
  const target = readReferTarget(referTo);
  const multiple = refer.get(Require)?.includes(MULTIPLE_REFER) ?? false;
  if (target.kind === "list" && !multiple) {
    // RFC 5368 §4: who points to a list must require it, lest it be taken for one address.
    return { do: "refuse", status: 421, reason: "A list requires multiple-refer" };
  }
  // Results of many requests have no form in one subscription. RFC 5368 §5
  const silent = target.kind === "list" || asksNoSubscription(refer);
  return { do: "consider", target, silent, referredBy: refer.get(ReferredBy) };
}
