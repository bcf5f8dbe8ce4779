/** One subscription as its subscriber sees it, over all the dialogs it may live through. RFC 6665 §4.1.2 */

import { endsSubscription } from "./event.ts";
import type { EndReason, SubscriptionStatus } from "./subscription-state.ts";

/** A value: each step makes the next one. */
export interface Subscription {
  readonly phase: "waiting" | "pending" | "active" | "ended";
  /** What is asked for; 0 fetches the state once. */
  readonly wantedS: number;
  /** When the notifier forgets us, unless refreshed. */
  readonly expiresAt: number | undefined;
  readonly refreshAt: number | undefined;
  /** Timer N: until then a NOTIFY has to come. RFC 6665 §4.1.2.4 */
  readonly notifyBy: number | undefined;
  /** When to begin anew; undefined with phase "ended" means never. */
  readonly againAt: number | undefined;
  /** Ends in a row without a time of peace between them. */
  readonly failures: number;
  /** When the present dialog became active or pending. */
  readonly since: number | undefined;
  readonly leaving: boolean;
}

export type SubscriberInput =
  | {
      readonly kind: "answered";
      readonly status: number;
      readonly expiresS?: number | undefined;
      readonly minExpiresS?: number | undefined;
      readonly retryAfterS?: number | undefined;
    }
  /** No answer at all. */
  | { readonly kind: "lost" }
  | { readonly kind: "notified"; readonly status: SubscriptionStatus }
  | { readonly kind: "leave" }
  /** Everything is to be told once more, and the notifier to learn where we are now. */
  | { readonly kind: "refresh" }
  | { readonly kind: "time" };

export type SubscriberEffect =
  /** `fresh`: a new dialog with a new Call-ID; else in the dialog that there is. */
  | { readonly do: "subscribe"; readonly expiresS: number; readonly fresh: boolean }
  | { readonly do: "tell end"; readonly reason: EndReason | undefined; readonly again: boolean };

export interface SubscriberStep {
  readonly subscription: Subscription;
  readonly effects: readonly SubscriberEffect[];
}

const TIMER_N_MS = 32_000; // 64 T1
const PEACE_MS = 60_000; // a dialog that lived so long was no failure
const REFRESH_AHEAD_MS = 300_000; // at half time, or this long before the end of a long one
const FIRST_DELAY_MS = 1_000;
const LONGEST_DELAY_MS = 300_000;
/** Reasons after which nobody is to try again. RFC 6665 §4.1.3 */
const FINAL: ReadonlySet<EndReason> = new Set(["rejected", "noresource", "invariant"]);
/** Failures of the first SUBSCRIBE that time does not mend. */
const HOPELESS: ReadonlySet<number> = new Set([
  400, 403, 404, 405, 406, 410, 416, 420, 489, 501, 603, 604,
]);

export function startSubscription(wantedS: number, now: number): SubscriberStep {
  const subscription: Subscription = {
    phase: "waiting",
    wantedS,
    expiresAt: undefined,
    refreshAt: undefined,
    notifyBy: now + TIMER_N_MS,
    againAt: undefined,
    failures: 0,
    since: undefined,
    leaving: false,
  };
  return { subscription, effects: [{ do: "subscribe", expiresS: wantedS, fresh: true }] };
}

export function stepSubscriber(
  of: Subscription,
  input: SubscriberInput,
  now: number,
): SubscriberStep {
  switch (input.kind) {
    case "answered":
      return answered(of, input, now);
    case "lost":
      // A refresh that was lost leaves the rest of the granted time; Timer N decides. §4.1.2.2
      return of.phase === "waiting" ? end(of, undefined, { now }) : stay(of);
    case "notified":
      return notified(of, input.status, now);
    case "leave":
      return leave(of, now);
    case "refresh":
      return refresh(of, now);
    case "time":
      break;
  }
  return tick(of, now);
}

/** The next moment at which `time` has something to do. */
export function subscriberDeadline(of: Subscription): number | undefined {
  const moments = [of.notifyBy, of.refreshAt, of.expiresAt, of.againAt].filter(
    (at) => at !== undefined,
  );
  return moments.length === 0 ? undefined : Math.min(...moments);
}

function answered(
  of: Subscription,
  { status, ...answer }: Extract<SubscriberInput, { kind: "answered" }>,
  now: number,
): SubscriberStep {
  if (of.phase === "ended" || status < 200) return stay(of);
  if (status < 300) {
    const notifyBy = status === 204 ? undefined : of.notifyBy; // RFC 5839: no NOTIFY follows
    return stay(until({ ...of, notifyBy }, answer.expiresS, now));
  }
  const { minExpiresS, retryAfterS } = answer;
  if (status === 423 && minExpiresS !== undefined && minExpiresS > of.wantedS && !of.leaving) {
    return resubscribe({ ...of, wantedS: minExpiresS }, of.phase === "waiting", now);
  }
  if (of.phase === "waiting") {
    const reason = HOPELESS.has(status) ? "rejected" : undefined;
    return end(of, reason, { now, retryAfterS });
  }
  if (endsSubscription(status)) return end(of, undefined, { now, retryAfterS });
  return stay({ ...of, notifyBy: undefined }); // the granted time still holds. §4.1.2.2
}

function notified(of: Subscription, status: SubscriptionStatus, now: number): SubscriberStep {
  if (of.phase === "ended") return stay(of);
  if (status.state === "terminated") {
    return end(of, status.reason, { now, retryAfterS: status.retryAfterS });
  }
  const alive: Subscription = { ...of, phase: status.state, since: of.since ?? now };
  if (of.leaving) return of.phase === "waiting" ? bye(alive, now) : stay(alive);
  // The NOTIFY's word on the time is the last. §4.1.3
  return stay(until({ ...alive, notifyBy: undefined }, status.expiresS, now));
}

function leave(of: Subscription, now: number): SubscriberStep {
  if (of.phase === "ended") return stay({ ...of, againAt: undefined });
  if (of.leaving) return stay(of);
  const leaving = { ...of, leaving: true, refreshAt: undefined };
  // Before the first NOTIFY there is no dialog to leave by. §4.4.1
  return of.phase === "waiting" ? stay(leaving) : bye(leaving, now);
}

/** A notifier that does not say anything then has forgotten us: Timer N. RFC 6665 §4.1.2.4 */
function refresh(of: Subscription, now: number): SubscriberStep {
  const alive = of.phase === "active" || of.phase === "pending";
  return alive && !of.leaving ? resubscribe({ ...of, refreshAt: undefined }, false, now) : stay(of);
}

/** Unsubscribes and waits for the last NOTIFY. RFC 6665 §4.1.2.3 */
function bye(of: Subscription, now: number): SubscriberStep {
  const subscription = { ...of, notifyBy: now + TIMER_N_MS };
  return { subscription, effects: [{ do: "subscribe", expiresS: 0, fresh: false }] };
}

function tick(of: Subscription, now: number): SubscriberStep {
  if (isOver(of.againAt, now)) return resubscribe({ ...of, phase: "waiting" }, true, now);
  if (isOver(of.notifyBy, now) || isOver(of.expiresAt, now)) return end(of, "timeout", { now });
  if (isOver(of.refreshAt, now)) return resubscribe({ ...of, refreshAt: undefined }, false, now);
  return stay(of);
}

function resubscribe(of: Subscription, fresh: boolean, now: number): SubscriberStep {
  const subscription = { ...of, againAt: undefined, notifyBy: now + TIMER_N_MS };
  return { subscription, effects: [{ do: "subscribe", expiresS: of.wantedS, fresh }] };
}

/** Takes the granted time, never longer than asked for; refreshes well before it is over. */
function until(of: Subscription, expiresS: number | undefined, now: number): Subscription {
  if (expiresS === undefined || of.wantedS === 0 || of.leaving) return of;
  const grantedMs = Math.min(expiresS, of.wantedS) * 1_000;
  const refreshAt = now + Math.max(grantedMs / 2, grantedMs - REFRESH_AHEAD_MS);
  return { ...of, expiresAt: now + grantedMs, refreshAt };
}

function end(
  of: Subscription,
  reason: EndReason | undefined,
  { now, retryAfterS = 0 }: { readonly now: number; readonly retryAfterS?: number | undefined },
): SubscriberStep {
  const peaceful = of.since !== undefined && now - of.since >= PEACE_MS;
  const failures = peaceful ? 0 : of.failures + 1;
  const final = of.leaving || of.wantedS === 0 || (reason !== undefined && FINAL.has(reason));
  const againAt = final ? undefined : now + delayMs(reason, peaceful, failures, retryAfterS);
  const subscription: Subscription = {
    ...of,
    phase: "ended",
    expiresAt: undefined,
    refreshAt: undefined,
    notifyBy: undefined,
    since: undefined,
    againAt,
    failures,
  };
  return { subscription, effects: [{ do: "tell end", reason, again: !final }] };
}

/** At once where the standard says so, unless that has just been tried in vain. RFC 6665 §4.1.3 */
function delayMs(
  reason: EndReason | undefined,
  peaceful: boolean,
  failures: number,
  retryAfterS: number,
): number {
  const atOnce = reason === "deactivated" || reason === "timeout";
  if (atOnce && peaceful) return 0;
  const backOff = Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** Math.max(0, failures - 1));
  return atOnce ? backOff : Math.max(backOff, retryAfterS * 1_000);
}

function isOver(at: number | undefined, now: number): boolean {
  return at !== undefined && at <= now;
}

function stay(subscription: Subscription): SubscriberStep {
  return { subscription, effects: [] };
}
