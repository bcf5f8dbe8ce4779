import { IM_TAG, LARGE_MESSAGE_TAG } from "@parlance/im";
import { type CallOwner, Params } from "@parlance/sip";

/** Of our Contact in a session for one large message. */
export const LARGE_FEATURES = Params.of([IM_TAG], [LARGE_MESSAGE_TAG]);

/** A call for one message: it is not changed, and nothing else is said in it. */
export const NOTHING_MORE: Omit<CallOwner, "ended"> = {
  offered: (offer) => offer.refuse(488),
  acknowledged: () => undefined,
  requested: () => false,
  description: () => undefined,
};
