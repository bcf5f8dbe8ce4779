/** What an endpoint asks of its surroundings, and what it offers to the transaction user. RFC 3261 §5, §17 */
import type { Clock, Random } from "@parlance/wire";
import type { Address, Hop } from "../locate/index.ts";
import type {
  MessageLimits,
  ResponseEdit,
  SipMessage,
  SipRequest,
  SipResponse,
  SipUri,
} from "../message/index.ts";
import type { Flow, Transports } from "./flow.ts";

export interface EndpointPorts {
  readonly transports: Transports;
  readonly clock: Clock;
  readonly random: Random;
  /** Without it only flows and hops can be sent to; a `HopFinder` finds them as RFC 3263 says. */
  readonly finder?: Finder;
  /** Told of each error of our own code, of limits that were hit, and of what could not be read. */
  readonly log?: (event: EndpointEvent) => void;
}

export interface Finder {
  /** Where a URI leads, the best first; empty: nowhere. */
  find(uri: SipUri): readonly Hop[] | Promise<readonly Hop[]>;
}

export type EndpointEvent =
  | { readonly kind: "handler failed"; readonly method: string; readonly error: unknown }
  | { readonly kind: "observer failed"; readonly method: string; readonly error: unknown }
  | { readonly kind: "trace failed"; readonly error: unknown }
  | { readonly kind: "limit reached"; readonly limit: "source" | "total"; readonly flow: Flow }
  | {
      readonly kind: "malformed";
      /** The bound of the parser that was passed. */
      readonly limit: keyof MessageLimits | undefined;
      /** What broke its format; the message as a whole by default. */
      readonly format: string | undefined;
      readonly flow: Flow;
    };

/** Sees every message on its way in and out; bytes on the way out. What it throws is reported, and changes nothing. */
export type Trace = (
  direction: "in" | "out",
  message: SipMessage | Uint8Array,
  flow: Flow,
  now: number,
) => void;

/** Of the transactions; those that only forget are not told. RFC 3261, table 4 */
export type TimerName = "A" | "B" | "E" | "F" | "H";

/** Hears of timers that fired: which, for what request, under which branch of ours or of its client, on what flow. */
export type TimerTrace = (
  timer: TimerName,
  request: SipRequest,
  branch: string,
  flow: Flow,
) => void;

export interface SentBy {
  readonly host: string;
  readonly port: number | undefined;
}

export interface EndpointOptions {
  /** Answers that other endpoints are to send here; the address of the flow by default. RFC 3261 §18.1.1 */
  readonly sentBy?: (flow: Flow) => SentBy;
  /** Base values of the timers, in milliseconds. RFC 3261 §17, table 4 */
  readonly timing?: { readonly t1: number; readonly t2: number; readonly t4: number };
  /** Unanswered requests of one source: beyond it, 503 with Retry-After. */
  readonly transactionsPerSource?: number | ((flow: Flow) => number);
  /** All transactions; finished ones that only absorb repeats give way first. */
  readonly transactions?: number;
  readonly inviteWaitMs?: number;
  readonly connectWaitMs?: number;
  readonly retryAfterSeconds?: number;
  /**
   * The largest request that goes out as a datagram where the same place takes a stream; where it does
   * not, the content of a MESSAGE may have as much. More only where the path is known to carry it.
   * RFC 3261 §18.1.1, RFC 3428 §8
   */
  readonly datagramLimitBytes?: number | ((remote: Address) => number);
  /** Ask peers to send their own requests over our connections. RFC 5923 §5 */
  readonly alias?: boolean;
}

/** The part of the program that gives requests their meaning. */
export interface TransactionUser {
  /** A new request. What it throws is answered: FormatError with 400, anything else with 500. */
  request(request: SipRequest, transaction: ServerTransaction, flow: Flow): void | Promise<void>;
  /** The ACK of a 2xx, or of an answer that left nothing behind; it has no transaction of its own. */
  ack(request: SipRequest, flow: Flow): void;
  /** An answer to nothing we remember. A proxy drops it. RFC 6026 §7.3 */
  strayResponse?(response: SipResponse, flow: Flow): void;
}

/** Adds to an answer what is not copied from its request. */
export type BuildResponse = (edit: ResponseEdit<SipResponse>) => void;

/** A request that waits for our answer. */
export interface ServerTransaction {
  readonly key: string;
  readonly request: SipRequest;
  readonly flow: Flow;
  /** A final answer was given. */
  readonly answered: boolean;
  /** The client takes no interest any more. RFC 3261 §9.2 */
  readonly cancelled: boolean;
  /** Called once if the client cancels; without it the INVITE is answered 487. RFC 3261 §9.2 */
  onCancel: (() => void) | undefined;
  /** Called once if the answer cannot be brought to the client, or its ACK never came. */
  onFailure: ((reason: "transport error" | "timeout") => void) | undefined;
  /** The To tag of our own answers to this request. RFC 3261 §8.2.6.2 */
  readonly localTag: string;
  /** Makes an answer of ours, with the To tag, and gives it. */
  reply(status: number, reason?: string, build?: BuildResponse): void;
  /** What comes after the final answer is dropped, but for repeats of a 2xx to INVITE. */
  respond(response: SipResponse): void;
  /** Our 2xx to an INVITE has had its ACK: the request is not kept for what may still become of the answer. */
  acknowledged(): void;
  /** Answers and forgets: no repeats are absorbed. For challenges and other refusals that cost nothing. */
  respondOnce(response: SipResponse): void;
}

export type SendFailure =
  | "unreachable" // no connection, or it was lost
  | "no hop" // the name leads nowhere
  | "too large" // a MESSAGE with a content that no transport there may carry. RFC 3428 §8
  | "cancelled" // before it was sent
  | "busy" // the limit of transactions
  | "stopped"; // the endpoint ends

/** Hears of provisional answers, and of exactly one end: a final response, a timeout or a failure. */
export interface RequestObserver {
  /** Later 2xx of an INVITE, repeated or from other branches of a fork, come here too. */
  response(response: SipResponse): void;
  timeout(): void;
  failed(reason: SendFailure): void;
}

export type Destination = Flow | Hop | readonly Hop[] | SipUri;

export interface RequestOptions {
  /** Goes into our branch behind a dot: the loop hash of a forking proxy. RFC 5393 §4.2.1 */
  readonly branchSuffix?: string;
  /** How long an INVITE may stay without a final answer, from each provisional one on. */
  readonly inviteWaitMs?: number;
}

/** A request of ours, over however many hops it takes. */
export interface ClientTransaction {
  /** As it was given to the endpoint, without our Via. */
  readonly request: SipRequest;
  /** Where it went last. */
  readonly flow: Flow | undefined;
  /** Its one end was told. */
  readonly ended: boolean;
  /** INVITE only: asks for its end, which is still told to the observer. RFC 3261 §9.1 */
  cancel(): void;
}

/** Counts since the start, and what is alive now. */
export interface EndpointStats {
  readonly serverTransactions: number;
  readonly clientTransactions: number;
  readonly requestsIn: number;
  readonly responsesIn: number;
  readonly requestsOut: number;
  readonly responsesOut: number;
  /** Repeated requests that their transaction swallowed or answered. */
  readonly repeatsIn: number;
  /** Requests and answers that a timer sent again. */
  readonly repeatsOut: number;
  readonly strayResponses: number;
  readonly malformed: number;
  readonly refusedByLimit: number;
  readonly timeouts: number;
  readonly failures: number;
  readonly handlerErrors: number;
}
