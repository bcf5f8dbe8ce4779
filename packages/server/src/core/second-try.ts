/** A request that goes once more to whoever has answered it: he must not take it for the same one. RFC 3261 §8.2.2.2 */
import { CSeq, type SipRequest } from "@parlance/sip";
import type { Edit } from "../ports/index.ts";
import type { ForkEnd } from "./fork.ts";

const MOST_CSEQ = 2 ** 31 - 1; // RFC 3261 §8.1.1.5

/** With what else is to be changed: the number alone tells the two apart. */
export function asAnother({ cseq }: SipRequest, edit: Edit | undefined): Edit {
  const number = cseq.number < MOST_CSEQ ? cseq.number + 1 : cseq.number - 1;
  return (change) => {
    edit?.(change);
    change.set(CSeq, { ...cseq, number });
  };
}

/** The answer to it as the asker knows his request. */
export function asAsked(end: ForkEnd, { cseq }: SipRequest): ForkEnd {
  return { ...end, response: end.response?.edit().set(CSeq, cseq).done() };
}
