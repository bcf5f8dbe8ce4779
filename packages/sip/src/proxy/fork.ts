/**
 * The response context of a stateful proxy: targets and answers go in, what is to be done comes out. It knows no
 * transaction and no clock. RFC 3261 §16.6, §16.7, §16.8
 */
import type { SipResponse } from "../message/index.ts";
import { bestResponse, withoutOurVia } from "./best-response.ts";

export interface ForkTarget<T> {
  /** From 0 to 1; the highest are tried first, equal ones at once. RFC 3261 §16.6 */
  readonly q: number;
  readonly to: T;
}

export type ForkEffect<T> =
  | {
      readonly do: "forward";
      readonly branch: number;
      readonly to: T;
      readonly maxBreadth: number;
    }
  /** Ends the branch's INVITE; its answer is still awaited. */
  | { readonly do: "cancel"; readonly branch: number }
  /** Without our Via. */
  | { readonly do: "respond"; readonly response: SipResponse }
  /** There is no answer to pass on: one of our own. */
  | { readonly do: "answer"; readonly status: 408 | 440 | 480 | 487 | 500 };

export interface ForkRules {
  readonly method: string;
  /** What may be alive at once. RFC 5393 §5.3.3 */
  readonly breadth: number;
  /** All targets at once, whatever their q. */
  readonly parallel?: boolean;
  /** Longer than three minutes. RFC 3261 §16.6 item 11 */
  readonly timerCMs?: number;
}

interface Branch {
  readonly breadth: number;
  timerC: number | undefined;
  pending: boolean;
  cancelled: boolean;
}

const TIMER_C_MS = 185_000; // RFC 3261 §16.6 item 11: more than 3 minutes

export class ForkContext<T> {
  readonly #rules: ForkRules;
  readonly #timerCMs: number;
  readonly #branches: Branch[] = [];
  readonly #responses: SipResponse[] = [];
  #waiting: readonly ForkTarget<T>[];
  /** Of the group that is being tried. */
  #q: number | undefined;
  /** No new branches: a 2xx, a 6xx or a CANCEL has come. */
  #closed = false;
  #answered = false;
  #cancelled = false;
  #unreachable = 0;

  constructor(targets: readonly ForkTarget<T>[], rules: ForkRules) {
    this.#waiting = targets.toSorted((a, b) => b.q - a.q);
    this.#rules = rules;
    this.#timerCMs = rules.timerCMs ?? TIMER_C_MS;
  }

  /** A final answer was given, or asked for. */
  get answered(): boolean {
    return this.#answered;
  }

  /** Nothing more can come of it. */
  get over(): boolean {
    return this.#answered && this.#branches.every(({ pending }) => !pending);
  }

  start(now: number): readonly ForkEffect<T>[] {
    if (this.#waiting.length > 0 && this.#rules.breadth < 1) {
      this.#waiting = [];
      this.#answered = true;
      return [{ do: "answer", status: 440 }]; // RFC 5393 §5.3.3
    }
    return this.#goOn(now);
  }

  /** Targets that turned up later, for as long as no branch has decided. RFC 3261 §16.5 */
  add(targets: readonly ForkTarget<T>[], now: number): readonly ForkEffect<T>[] {
    if (this.#closed || this.#answered) return [];
    this.#waiting = [...this.#waiting, ...targets].sort((a, b) => b.q - a.q);
    return this.#goOn(now);
  }

  response(branch: number, response: SipResponse, now: number): readonly ForkEffect<T>[] {
    const { status } = response;
    if (status < 200) return this.#provisional(branch, response, now);
    const wasPending = this.#finish(branch);
    if (status < 300) return this.#success(response);
    if (!wasPending || this.#answered) return [];
    this.#responses.push(response); // RFC 3261 §16.7 item 4
    if (status < 600) return this.#goOn(now);
    this.#closed = true; // RFC 3261 §16.7 item 5
    return [...this.#cancelPending(), ...this.#goOn(now)];
  }

  /** The branch ended without an answer: timed out (as 408), or it could not be sent (as 503). */
  failed(branch: number, why: "timeout" | "unreachable", now: number): readonly ForkEffect<T>[] {
    if (!this.#finish(branch) || this.#answered) return [];
    if (why === "unreachable") this.#unreachable += 1; // RFC 3261 §16.9
    return this.#goOn(now);
  }

  /** The caller wants no answer any more; the branches end with theirs. RFC 3261 §16.10 */
  cancel(now: number): readonly ForkEffect<T>[] {
    if (this.#answered) return [];
    this.#closed = true;
    this.#cancelled = true;
    return [...this.#cancelPending(), ...this.#goOn(now)];
  }

  /** Cancels the branches whose timer C has fired. RFC 3261 §16.8 */
  advance(now: number): readonly ForkEffect<T>[] {
    const effects: ForkEffect<T>[] = [];
    for (const [branch, state] of this.#branches.entries()) {
      if (!state.pending || state.timerC === undefined || state.timerC > now) continue;
      state.timerC = undefined;
      effects.push(...this.#cancelBranch(branch));
    }
    return effects;
  }

  nextDeadline(): number | undefined {
    const deadlines = this.#branches.flatMap(({ pending, timerC }) =>
      pending && timerC !== undefined ? [timerC] : [],
    );
    return deadlines.length === 0 ? undefined : Math.min(...deadlines);
  }

  #provisional(branch: number, response: SipResponse, now: number): readonly ForkEffect<T>[] {
    const state = this.#branches[branch];
    // RFC 4320 §4.1: nothing but 100 answers another request provisionally, and 100 goes one hop
    if (state === undefined || this.#rules.method !== "INVITE" || response.status === 100)
      return [];
    if (state.timerC !== undefined) state.timerC = now + this.#timerCMs; // RFC 3261 §16.7 item 2
    if (this.#answered) return [];
    return [{ do: "respond", response: withoutOurVia(response) }]; // RFC 3261 §16.7 item 5
  }

  /** Every 2xx of an INVITE goes on at once, also a second one. RFC 3261 §16.7 item 5 */
  #success(response: SipResponse): readonly ForkEffect<T>[] {
    if (this.#answered && this.#rules.method !== "INVITE") return [];
    this.#answered = true;
    this.#closed = true;
    this.#waiting = [];
    const respond = { do: "respond", response: withoutOurVia(response) } as const;
    return [respond, ...this.#cancelPending()]; // RFC 3261 §16.7 item 10
  }

  /** Starts what may start now; when nothing is left to hope for, answers. */
  #goOn(now: number): readonly ForkEffect<T>[] {
    if (this.#answered) return [];
    const effects = this.#closed ? [] : this.#forwardNext(now);
    const pending = this.#branches.some((branch) => branch.pending);
    return pending ? effects : [...effects, this.#conclude()];
  }

  /** The next group once the one before has ended, as far as the breadth carries. RFC 5393 §5.5 */
  #forwardNext(now: number): readonly ForkEffect<T>[] {
    const free = this.#rules.breadth - this.#breadthInUse();
    const group = this.#nextGroup().slice(0, Math.max(0, free));
    this.#waiting = this.#waiting.slice(group.length);
    return group.map(({ to }, index) => {
      const breadth = Math.floor((free + index) / group.length); // Adds up to what is free.
      const timerC = this.#rules.method === "INVITE" ? now + this.#timerCMs : undefined;
      this.#branches.push({ breadth, timerC, pending: true, cancelled: false });
      return { do: "forward", branch: this.#branches.length - 1, to, maxBreadth: breadth };
    });
  }

  /** A group cut short by the breadth goes on as its branches end; a lower q waits for all of them. */
  #nextGroup(): readonly ForkTarget<T>[] {
    const [first] = this.#waiting;
    if (this.#rules.parallel === true || first === undefined) return this.#waiting;
    const pending = this.#branches.some((branch) => branch.pending);
    if (pending && first.q !== this.#q) return [];
    this.#q = first.q;
    return this.#waiting.filter(({ q }) => q === first.q);
  }

  /** RFC 3261 §16.7 item 6 */
  #conclude(): ForkEffect<T> {
    this.#answered = true;
    const best = bestResponse(this.#responses);
    if (best === undefined) return { do: "answer", status: this.#statusWithoutAnswer() };
    if (best.status === 503) return { do: "answer", status: 500 }; // RFC 3261 §16.7 item 6
    return { do: "respond", response: withoutOurVia(best) };
  }

  #statusWithoutAnswer(): 408 | 480 | 487 | 500 {
    if (this.#cancelled) return 487; // RFC 3261 §9.2
    if (this.#branches.length === 0) return 480; // RFC 3261 §16.5: nobody is there
    // RFC 3261 §16.9: as a 503, which does not speak of this proxy and becomes 500
    return this.#unreachable === this.#branches.length ? 500 : 408;
  }

  #cancelPending(): readonly ForkEffect<T>[] {
    return [...this.#branches.keys()].flatMap((branch) => this.#cancelBranch(branch));
  }

  /** Only an INVITE can be cancelled. RFC 3261 §9.1 */
  #cancelBranch(branch: number): readonly ForkEffect<T>[] {
    const state = this.#branches[branch];
    if (state === undefined || !state.pending || state.cancelled) return [];
    if (this.#rules.method !== "INVITE") return [];
    state.cancelled = true;
    return [{ do: "cancel", branch }];
  }

  /** False when it had ended before, or never was. */
  #finish(branch: number): boolean {
    const state = this.#branches[branch];
    if (state === undefined || !state.pending) return false;
    state.pending = false;
    return true;
  }

  #breadthInUse(): number {
    return this.#branches.reduce((sum, { pending, breadth }) => sum + (pending ? breadth : 0), 0);
  }
}
