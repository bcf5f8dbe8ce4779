/** An offer of the peer that its owner answers when it pleases. RFC 3261 §14.2, RFC 3311 §5.2, RFC 3262 §5 */
import type { SipMessage } from "../message/index.ts";
import type { Body, CallEdit } from "./body.ts";

export interface Answer {
  /** The answer to the offer; the offer itself where the peer asked for one. */
  readonly body?: Body | undefined;
  readonly edit?: CallEdit | undefined;
  /**
   * Which side shall refresh the session from now on, as Session-Expires of the answer names it; it counts where the
   * peer leaves it open. RFC 4028 §9, table 2
   */
  readonly refresher?: "uac" | "uas" | undefined;
}

export interface OfferEnd {
  accept(answer: Answer): void;
  refuse(status: number, edit: CallEdit | undefined): void;
}

export class Offer {
  /** `undefined`: the peer has sent INVITE without one and wants ours, in the answer. RFC 3261 §14.2 */
  readonly body: Body | undefined;
  /** What carried it. */
  readonly message: SipMessage;
  #end: OfferEnd | undefined;

  constructor(message: SipMessage, body: Body | undefined, end: OfferEnd) {
    this.message = message;
    this.body = body;
    this.#end = end;
  }

  /** Whether it still waits; the peer may cancel it, and the call may end. */
  get open(): boolean {
    return this.#end !== undefined;
  }

  /** Once; afterwards, and after `close`, nothing happens. */
  accept(answer: Answer): void {
    this.#take()?.accept(answer);
  }

  /** The session stays as it is: 488 says that the offer was not acceptable. RFC 3261 §14.2 */
  refuse(status = 488, edit?: CallEdit): void {
    if (status < 300) throw new RangeError(`${status} does not refuse`);
    this.#take()?.refuse(status, edit);
  }

  /** The peer waits no more. */
  close(): void {
    this.#end = undefined;
  }

  #take(): OfferEnd | undefined {
    const end = this.#end;
    this.#end = undefined;
    return end;
  }
}
