/** A call as its owner sees it: an INVITE dialog usage, early or confirmed, on either side. RFC 3261 §12 to §15, RFC 5057 */
import type { Dialog } from "../dialog/index.ts";
import type { SendFailure, ServerTransaction } from "../endpoint/index.ts";
import type { SipRequest, SipResponse, Tagged } from "../message/index.ts";
import type { Body, CallEdit } from "./body.ts";
import type { OfferOutcome } from "./exchange.ts";
import type { Offer } from "./offer.ts";
import type { Peer } from "./peer.ts";

/** Who a call belongs to. Nothing is called before the method that makes the call has returned, but `failed`. */
export interface CallOwner {
  /** The peer offers another session, or wants an offer of ours; whoever answers may take his time. */
  offered(offer: Offer, call: Call): void;
  /**
   * Our 2xx has its ACK, with the answer in it if our 2xx made the offer. No answer to an offer leaves the session without
   * a description: that is for the owner to end.
   */
  acknowledged(call: Call, answer: Body | undefined): void;
  /**
   * REFER, MESSAGE, INFO, NOTIFY and whatever else comes in the dialog. `false` leaves it to the usual answer: 200 to
   * OPTIONS, 481 to NOTIFY, 405 to the rest.
   */
  requested(transaction: ServerTransaction, call: Call): boolean | Promise<void>;
  /** What is offered when a refresh has to be an INVITE, with the version it had; `undefined` asks for the peer's offer. RFC 4028 §7.4 */
  description(call: Call): Body | undefined;
  /** Once, for each call that was confirmed, whoever ends it. */
  ended(call: Call, end: CallEnd): void;
}

export type CallEnd =
  | {
      readonly by: "peer";
      readonly bye: SipRequest;
      /** Values of its Reason. RFC 3326 */
      readonly reasons: readonly Tagged[];
    }
  | { readonly by: "us" }
  | { readonly by: "failure"; readonly why: CallFault };

export type CallFault =
  | "no ack" // our 2xx was never acknowledged. RFC 3261 §13.3.1.4
  | "expired" // nobody refreshed the session. RFC 4028 §10
  | "no answer" // a request got none, or 408. RFC 3261 §12.2.1.2
  | "no such call"; // the peer says 481

export interface Call {
  readonly state: "early" | "confirmed" | "over";
  readonly owner: CallOwner;
  readonly dialog: Dialog;
  /** What the peer said of itself: its methods, its contact, its product. */
  readonly peer: Pick<Peer, "allow" | "supported" | "contact" | "agent">;
  /** The session interval that runs, in seconds. RFC 4028 */
  readonly refreshSeconds: number | undefined;
  /** By UPDATE where the peer allows it, else by re-INVITE; waits up to 64*T1 for its turn, and again after a collision. */
  offer(body: Body, edit?: CallEdit): Promise<OfferOutcome>;
  /** A re-INVITE without an offer: the peer's comes to `offered`, before the outcome. RFC 3261 §14.1 */
  askForOffer(edit?: CallEdit): Promise<OfferOutcome>;
  /** Any request but INVITE, UPDATE, BYE and those that belong to an INVITE. */
  request(method: string, more?: RequestMore): Promise<RequestOutcome>;
  /** BYE; for an early call, CANCEL or 480. `ended` is called before it returns. RFC 3261 §15 */
  end(reasons?: readonly Tagged[]): void;
  /** A request in its dialog, as `CallTable.find` has found it. */
  serve(transaction: ServerTransaction): void | Promise<void>;
}

export interface RequestMore {
  readonly body?: Body | undefined;
  readonly edit?: CallEdit | undefined;
}

export type RequestOutcome =
  | { readonly kind: "answered"; readonly response: SipResponse }
  | { readonly kind: "failed"; readonly why: SendFailure | "timeout" };
