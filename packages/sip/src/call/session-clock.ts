/** The session timer of one call: a refresh at half time, an end to a session that nobody refreshes. RFC 4028 §10 */
import type { Cancel } from "@parlance/wire";
import {
  type MessageEdit,
  MinSE,
  Require,
  SessionExpires,
  type SipMessage,
  type SipResponse,
  Supported,
} from "../message/index.ts";
import {
  acceptedTimer,
  judgeSessionTimer,
  minSEAfter422,
  offerSessionTimer,
  type SessionTimer,
  type TimerVerdict,
  timerDeadline,
  writeSessionExpires,
} from "../session-timer/index.ts";
import type { CallEngine } from "./engine.ts";
import { readable } from "./peer.ts";

export interface SessionClockUser {
  refresh(): void;
  expire(): void;
}

export type GrantedTimer = Extract<TimerVerdict, { do: "accept" }>;

/** On a request of the peer. `undefined` where no timers are spoken here; throws `FormatError`. */
export function judgeInterval(
  request: SipMessage,
  { sessionTimer }: CallEngine,
): TimerVerdict | undefined {
  if (sessionTimer === undefined) return undefined;
  const supported = speaksTimers(request);
  const ask = { sessionExpires: request.get(SessionExpires), minSE: request.get(MinSE) };
  return judgeSessionTimer({ ...ask, supported }, sessionTimer);
}

/** Waits have few different lengths, however many intervals peers think of: the timers of one length share a queue. */
const SHORTEST_STEP_MS = 500;

export class SessionClock {
  readonly #engine: CallEngine;
  readonly #user: SessionClockUser;
  #timer: SessionTimer | undefined;
  #weRefresh = true;
  #since = 0;
  #largestMinSE: number | undefined;
  #wait: Cancel | undefined;

  constructor(engine: CallEngine, user: SessionClockUser) {
    this.#engine = engine;
    this.#user = user;
  }

  /** The interval that runs, in seconds. */
  get intervalS(): number | undefined {
    return this.#timer?.intervalS;
  }

  get weRefresh(): boolean {
    return this.#weRefresh;
  }

  /** A request of the peer that refreshes. Throws `FormatError`. */
  heard(request: SipMessage): void {
    const minSE = request.get(MinSE);
    if (minSE === undefined) return;
    this.#largestMinSE = Math.max(this.#largestMinSE ?? 0, minSE.seconds); // RFC 4028 §7.4
  }

  /** Into our 2xx to `request`, and from then on it runs. `prefer` counts where the peer left it open. */
  grant(
    edit: MessageEdit,
    { timer: judged, requireTimer }: GrantedTimer,
    {
      request,
      prefer,
    }: { readonly request: SipMessage; readonly prefer: "uac" | "uas" | undefined },
  ): void {
    const open = speaksTimers(request) && !request.get(SessionExpires)?.params.has("refresher");
    const chosen = open ? prefer : undefined; // RFC 4028 §9, table 2
    const timer = { ...judged, refresher: chosen ?? judged.refresher }; // IM-7.1.2.2-04
    edit.set(SessionExpires, writeSessionExpires(timer));
    if (chosen === undefined ? requireTimer : chosen === "uac") edit.append(Require, "timer"); // RFC 4028 §9
    this.#restart(timer, timer.refresher === "uas");
  }

  /** Into an INVITE or UPDATE of ours; what its owner has written there stays. */
  ask(edit: MessageEdit): void {
    const policy = this.#engine.sessionTimer;
    if (policy === undefined || edit.get(SessionExpires) !== undefined) return;
    const offer = offerSessionTimer(
      { current: this.#timer, weRefresh: this.#weRefresh, largestMinSE: this.#largestMinSE },
      policy,
    );
    edit.set(SessionExpires, offer.sessionExpires);
    if (offer.minSE !== undefined) edit.set(MinSE, offer.minSE); // RFC 4028 §7.4
  }

  /** After a 2xx to a request of ours; one that did not ask, and was not told, changes nothing. RFC 4028 §7.2 */
  answered(response: SipResponse, request: SipMessage): void {
    if (this.#engine.sessionTimer === undefined) return;
    if (!request.has(SessionExpires) && !response.has(SessionExpires)) return;
    const offered = readable(() => request.get(SessionExpires));
    const timer = readable(() =>
      acceptedTimer(offered, { sessionExpires: response.get(SessionExpires), weInsist: true }),
    );
    this.#restart(timer, timer?.refresher === "uac");
  }

  /** After a 422: whether it makes sense to ask for more. RFC 4028 §7.3 */
  tooSmall(response: SipResponse): boolean {
    const more = minSEAfter422(
      readable(() => response.get(MinSE)),
      this.#largestMinSE,
    );
    if (more === undefined) return false;
    this.#largestMinSE = more;
    return true;
  }

  /** A refresh was not granted: the session lives until its end and no longer. RFC 4028 §10 */
  notRefreshed(): void {
    if (this.#timer === undefined) return;
    this.#await(timerDeadline(this.#timer, false, this.#since).at, "expire");
  }

  stop(): void {
    this.#wait?.();
    this.#wait = undefined;
  }

  #restart(timer: SessionTimer | undefined, weRefresh: boolean): void {
    this.stop();
    this.#timer = timer;
    this.#weRefresh = timer === undefined || weRefresh;
    this.#since = this.#engine.wheel.now();
    if (timer === undefined) return;
    const { do: what, at } = timerDeadline(timer, weRefresh, this.#since);
    this.#await(at, what === "refresh" ? "refresh" : "expire");
  }

  #await(at: number, then: "refresh" | "expire"): void {
    this.stop();
    const left = at - this.#engine.wheel.now();
    if (left <= 0) return this.#user[then]();
    this.#wait = this.#engine.wheel.after(stepOf(left), () => this.#await(at, then));
  }
}

function speaksTimers(request: SipMessage): boolean {
  return request.get(Supported)?.includes("timer") ?? false;
}

/** The longest of the steps that is not too long. */
function stepOf(leftMs: number): number {
  if (leftMs < SHORTEST_STEP_MS) return SHORTEST_STEP_MS;
  return SHORTEST_STEP_MS * 2 ** Math.floor(Math.log2(leftMs / SHORTEST_STEP_MS));
}
