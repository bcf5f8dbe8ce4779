/** Our 2xx to an INVITE, until its ACK is here. RFC 3261 §13.3.1.4, RFC 6026 §8.1 */
import { type Performer, Runner } from "@parlance/wire";
import type { AcceptedInvite } from "../dialog/index.ts";
import type { ServerTransaction } from "../endpoint/index.ts";
import type { SipResponse } from "../message/index.ts";
import type { CallEngine } from "./engine.ts";

export class AcceptedAnswer implements Performer<AcceptedInvite> {
  /** CSeq of its INVITE and so of its ACK. */
  readonly number: number;
  /** It carries an offer: the ACK has the answer. */
  readonly offers: boolean;
  readonly #transaction: ServerTransaction;
  readonly #response: SipResponse;
  readonly #runner: Runner<AcceptedInvite>;
  readonly #noAck: () => void;

  constructor(
    { accepted, wheel }: CallEngine,
    of: {
      readonly transaction: ServerTransaction;
      readonly response: SipResponse;
      readonly offers: boolean;
    },
    noAck: () => void,
  ) {
    this.number = of.transaction.request.cseq.number;
    this.offers = of.offers;
    this.#transaction = of.transaction;
    this.#response = of.response;
    this.#noAck = noAck;
    this.#runner = new Runner(accepted, wheel, this);
  }

  start(): void {
    this.#runner.start();
  }

  acknowledged(): void {
    this.#transaction.acknowledged();
    this.#runner.input("ack");
  }

  abandon(): void {
    this.#runner.input("abandon");
  }

  perform(action: AcceptedInvite["action"]): void {
    if (action === "send 2xx") this.#transaction.respond(this.#response);
    else this.#noAck();
  }

  ended(): void {}
}
