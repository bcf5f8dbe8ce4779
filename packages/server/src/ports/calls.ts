/** Calls that the server is in itself: both sides of a session that it joins, every side of a conference. */
import type {
  Call,
  DialogReference,
  Face,
  IncomingCall,
  IncomingOwner,
  NameAddr,
  OutgoingCall,
  OutgoingOwner,
  Params,
  Placing,
  ReplacesVerdict,
  SipRequest,
} from "@parlance/sip";
import type { Towards } from "./onward.ts";
import type { Passage } from "./passage.ts";

export interface Calls {
  /**
   * Takes an INVITE that came in: whoever sent it is on the other side, and nobody else is heard in its
   * dialog. Undefined: it was refused, for what it requires or because there are too many.
   */
  invited(passage: Passage, owner: IncomingOwner, face: Face): IncomingCall | undefined;
  /** Sends an INVITE by the outlet of `placing`. `party` is heard in its dialog, see `Onward`. */
  place(invite: SipRequest, party: string, owner: OutgoingOwner, placing: Placing): OutgoingCall;
  /**
   * Our own Contact towards that place: a URI that leads nowhere but here, with these parameters. `user`: of an
   * address that is known by more than one call, such as a conference.
   */
  contact(towards: Pick<Towards, "transport" | "local">, params: Params, user?: string): NameAddr;
  /** The call whose dialog a Target-Dialog names. RFC 4538 §4 */
  ofTarget(reference: DialogReference): Call | undefined;
  /** The call that an INVITE wants to take the place of. RFC 3891 */
  replaced(invite: SipRequest): ReplacesVerdict<Call>;
}
