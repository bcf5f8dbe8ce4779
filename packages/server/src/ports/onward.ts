/** The rest of the way of an INVITE that a function sends anew, in a call of its own. */

import type { Address, CallOutlet, SipRequest, TransportName } from "@parlance/sip";
import type { TakeOver } from "./take-over.ts";

/** One place that the INVITE may go to. */
export interface Towards {
  /** Unique in one `Onward`. */
  readonly key: string;
  readonly transport: TransportName;
  /** Under which address that device knows us, as far as it has shown. */
  readonly local: Address | undefined;
  /** It says it is an IM client. */
  readonly tagged: boolean;
  /** It has group rooms of its own, in which all that is said is a MESSAGE. */
  readonly textRooms?: boolean;
}

export interface OnwardUser {
  /** The INVITE as one place is to get it, with a media address that it can reach. */
  dress(invite: SipRequest, towards: Towards): SipRequest;
  /** The 2xx that is told next came from there. */
  chosen(towards: Towards): void;
}

export interface Onward {
  /** Who will be on the other side: the address of a user of ours, or the name of a peer. */
  readonly party: string;
  /** Address keys that the other side may call its own; undefined for a peer that answers for its own. */
  readonly identities: readonly string[] | undefined;
  readonly targets: readonly Towards[];
  /** The way to some of them alone; undefined where there is one place only. */
  readonly among?: (targets: readonly Towards[]) => Onward;
  /** The called side cannot be reached: does somebody else take the message? Undefined where nobody would. */
  readonly instead?: (status: number, takeOver: TakeOver) => boolean;
  /** Sends to all of them, by the rules of forking; the first 2xx wins. */
  outlet(user: OnwardUser): CallOutlet;
}
