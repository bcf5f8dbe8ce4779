/** Requests on their way out, with an end to the patience for those that nobody may wait long for. RFC 4320 §4 */
import type {
  ClientTransaction,
  Destination,
  RequestObserver,
  RequestOptions,
  SendFailure,
  SipRequest,
  SipResponse,
} from "@parlance/sip";
import { type Cancel, type Clock, Timer, Timers } from "@parlance/wire";
import type { LimitWatch } from "../ports/index.ts";

/** What of an `Endpoint` sends. */
export interface Outlet {
  request(
    request: SipRequest,
    to: Destination,
    observer: RequestObserver,
    options?: RequestOptions,
  ): ClientTransaction;
  send(request: SipRequest, to: Destination): void;
}

type Ended = (waiting: Waiting, late: boolean) => void;

/** A request whose end is awaited: exactly one is told, by whoever is first. */
class Waiting extends Timer implements RequestObserver {
  readonly #observer: RequestObserver;
  readonly #ended: Ended;
  #over = false;

  constructor(observer: RequestObserver, ended: Ended) {
    super();
    this.#observer = observer;
    this.#ended = ended;
  }

  response(response: SipResponse): void {
    if (response.status < 200) {
      if (!this.#over) this.#observer.response(response);
    } else if (this.#end(false)) this.#observer.response(response);
  }

  timeout(): void {
    if (this.#end(false)) this.#observer.timeout();
  }

  failed(reason: SendFailure): void {
    if (this.#end(false)) this.#observer.failed(reason);
  }

  /** Nobody waits any longer. */
  fire(): void {
    if (this.#end(true)) this.#observer.timeout();
  }

  #end(late: boolean): boolean {
    if (this.#over) return false;
    this.#over = true;
    this.#ended(this, late);
    return true;
  }
}

export class Sender {
  readonly #outlet: Outlet;
  readonly #clock: Clock;
  readonly #patienceMs: number;
  readonly #hits: LimitWatch;
  readonly #timers = new Timers();
  #wake: Cancel | undefined;
  #waiting = 0;
  /** One function for all requests. */
  readonly #ended: Ended = (waiting, late) => {
    this.#timers.stop(waiting);
    this.#waiting -= 1;
    if (late) this.#hits.hit("forwardWaitMs");
  };

  constructor(outlet: Outlet, clock: Clock, patienceMs: number, hits: LimitWatch) {
    this.#outlet = outlet;
    this.#clock = clock;
    this.#patienceMs = patienceMs;
    this.#hits = hits;
  }

  /** Requests whose end is awaited. */
  get waiting(): number {
    return this.#waiting;
  }

  /**
   * A transaction other than INVITE lasts as long as the one of the sender, so it is given up before
   * its end: else the sender is gone when it becomes clear that the contact does not answer.
   */
  send(
    request: SipRequest,
    to: Destination,
    observer: RequestObserver,
    options?: RequestOptions,
  ): ClientTransaction {
    if (request.method === "INVITE") return this.#outlet.request(request, to, observer, options);
    const waiting = new Waiting(observer, this.#ended);
    this.#waiting += 1;
    this.#timers.start(waiting, this.#clock.now(), this.#patienceMs);
    this.#wake ??= this.#clock.schedule(this.#patienceMs, () => this.#advance());
    return this.#outlet.request(request, to, waiting, options);
  }

  /** Without a transaction: the ACK of a 2xx. */
  pass(request: SipRequest, to: Destination): void {
    this.#outlet.send(request, to);
  }

  stop(): void {
    this.#wake?.();
  }

  #advance(): void {
    this.#wake = undefined;
    const now = this.#clock.now();
    this.#timers.advance(now);
    const next = this.#timers.nextDeadline();
    if (next !== undefined) {
      this.#wake = this.#clock.schedule(Math.max(1, next - now), () => this.#advance());
    }
  }
}
