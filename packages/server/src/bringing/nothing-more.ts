import type { CallOwner } from "@parlance/sip";

/** A call for one message: it is not changed, and nothing else is said in it. */
export const NOTHING_MORE: Omit<CallOwner, "ended"> = {
  offered: (offer) => offer.refuse(488),
  acknowledged: () => undefined,
  requested: () => false,
  description: () => undefined,
};
