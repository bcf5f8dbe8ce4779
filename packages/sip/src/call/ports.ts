/** What calls ask of their surroundings. Time, chance, and the way out. */
import type { Clock, Random } from "@parlance/wire";
import type { Dialog } from "../dialog/index.ts";
import type { Destination, RequestOptions, SendFailure } from "../endpoint/index.ts";
import type { SipRequest, SipResponse } from "../message/index.ts";
import type { TimerPolicy } from "../session-timer/index.ts";

export interface CallPorts {
  readonly clock: Clock;
  readonly random: Random;
  readonly outlet: CallOutlet;
  /**
   * Where the next request of a dialog goes. `learned` is where the peer was heard last, or where its answer came from: a
   * contact that lives behind a connection is found there only. `undefined`: nowhere, and the request fails.
   */
  readonly destinationOf: (dialog: Dialog, learned: Destination) => Destination | undefined;
}

/** Sends requests; an `Endpoint` is one. */
export interface CallOutlet {
  /** A request with a transaction. */
  request(
    request: SipRequest,
    to: Destination,
    asker: CallAsker,
    options?: RequestOptions,
  ): CallSending;
  /** The ACK of a 2xx, without one. RFC 3261 §13.2.2.4 */
  send(request: SipRequest, to: Destination): void;
}

/** A request on its way. */
export interface CallSending {
  /** INVITE only, as of `ClientTransaction`: the end is still told. RFC 3261 §9.1 */
  cancel(): void;
}

/** Waits for the answers to a request: provisional ones and exactly one end, after that only repeats of a 2xx and those of other forks. */
export interface CallAsker {
  /** `sent` where the request did not go as it was given: with credentials, or to one branch of a fork. */
  response(response: SipResponse, sent?: SentRequest): void;
  timeout(): void;
  failed(reason: SendFailure): void;
  /** For who has to send the request once more, with credentials: its next CSeq. RFC 3261 §22.2 */
  nextNumber(): number;
}

export interface SentRequest {
  /** As it went, without Via: the ACK repeats its number and credentials. */
  readonly request: SipRequest;
  /** Where requests to whoever answered are to go. */
  readonly to: Destination;
}

export interface CallOptions {
  /** Base values of the timers, in milliseconds. RFC 3261 §17, table 4 */
  readonly timing?: { readonly t1: number; readonly t2: number; readonly t4: number };
  /** `undefined`: this side knows no session timers. RFC 4028 */
  readonly sessionTimer?: TimerPolicy | undefined;
  /** Calls and attempts of all kinds at one time. */
  readonly calls?: number;
}
