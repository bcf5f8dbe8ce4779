/** A call that somebody else takes over: from then on he hears of it. */
import type { IncomingOwner } from "@parlance/sip";

export function heirOr(own: IncomingOwner, heir: () => IncomingOwner | undefined): IncomingOwner {
  const now = (): IncomingOwner => heir() ?? own;
  return {
    offered: (offer, call) => now().offered(offer, call),
    acknowledged: (call, answer) => now().acknowledged(call, answer),
    requested: (transaction, call) => now().requested(transaction, call),
    description: (call) => now().description(call),
    ended: (call, end) => now().ended(call, end),
    cancelled: (incoming, why) => now().cancelled(incoming, why),
  };
}
