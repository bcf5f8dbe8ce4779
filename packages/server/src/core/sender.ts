/** Requests on their way out, with an end to the patience for those that nobody may wait long for. RFC 4320 §4 */
import type {
  ClientTransaction,
  Destination,
  RequestObserver,
  RequestOptions,
  SipRequest,
} from "@parlance/sip";
import { type Cancel, type Clock, Timers } from "@parlance/wire";
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

export class Sender {
  readonly #outlet: Outlet;
  readonly #clock: Clock;
  readonly #patienceMs: number;
  readonly #hits: LimitWatch;
  readonly #timers = new Timers();
  #wake: Cancel | undefined;
  #waiting = 0;

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
    let over = false;
    this.#waiting += 1;
    const end = (): boolean => {
      if (over) return false;
      over = true;
      this.#waiting -= 1;
      giveUp();
      return true;
    };
    const giveUp = this.#after(() => {
      if (!end()) return;
      this.#hits.hit("forwardWaitMs");
      observer.timeout();
    });
    return this.#outlet.request(
      request,
      to,
      {
        response: (response) => {
          if (response.status < 200) {
            if (!over) observer.response(response);
          } else if (end()) observer.response(response);
        },
        timeout: () => {
          if (end()) observer.timeout();
        },
        failed: (reason) => {
          if (end()) observer.failed(reason);
        },
      },
      options,
    );
  }

  /** Without a transaction: the ACK of a 2xx. */
  pass(request: SipRequest, to: Destination): void {
    this.#outlet.send(request, to);
  }

  stop(): void {
    this.#wake?.();
  }

  #after(run: () => void): Cancel {
    const cancel = this.#timers.add(this.#clock.now(), this.#patienceMs, run);
    this.#wake ??= this.#clock.schedule(this.#patienceMs, () => this.#advance());
    return cancel;
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
