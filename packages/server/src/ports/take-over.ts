/** How one function leaves a call to another. */
import type { IncomingCall, IncomingOwner } from "@parlance/sip";

/** An INVITE that a function has taken and not answered: whoever takes it over hears of it from then on. */
export type TakeOver = (owner: IncomingOwner) => IncomingCall;
