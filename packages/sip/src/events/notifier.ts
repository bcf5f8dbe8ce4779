/** One subscription as its notifier sees it. RFC 6665 §4.2.2 */

import { endsSubscription } from "./event.ts";
import type { EndReason, SubscriptionStatus } from "./subscription-state.ts";

/** A value: each step makes the next one, and none is left after the last. */
export interface Notification {
  /** Pending until the owner of the resource has decided. */
  readonly state: "active" | "pending";
  /** Epoch ms; the next deadline. */
  readonly expiresAt: number;
  /** A NOTIFY is on its way. One at a time: what happens meanwhile is told in the next. */
  readonly notifying: boolean;
  /** Something has changed that the one on its way does not tell. */
  readonly owed: boolean;
  /** Over, and the subscriber is still to be told. */
  readonly ending: Ending | undefined;
}

interface Ending {
  readonly reason: EndReason;
  readonly retryAfterS: number | undefined;
}

export type NotifierInput =
  /** A SUBSCRIBE in the dialog was granted until then. */
  | { readonly kind: "refreshed"; readonly expiresAt: number }
  | { readonly kind: "resource changed" }
  | { readonly kind: "granted" }
  /** Unsubscribed (timeout), refused, resource gone, server leaving (deactivated) … */
  | { readonly kind: "ended"; readonly reason: EndReason; readonly retryAfterS?: number }
  | { readonly kind: "notify answered"; readonly status: number }
  /** Timer F, or no way to the subscriber. */
  | { readonly kind: "notify lost" }
  /** The deadline, or any later moment. */
  | { readonly kind: "time" };

/** Send NOTIFY with this status; with the resource's state only where the subscriber may see it. */
export interface NotifyEffect {
  readonly status: SubscriptionStatus;
  readonly withState: boolean;
}

export interface NotifierStep {
  /** Undefined when the subscription is gone. */
  readonly subscription: Notification | undefined;
  readonly notify: NotifyEffect | undefined;
}

/** A granted SUBSCRIBE: a NOTIFY follows at once, whatever there is to say. */
export function openSubscription(
  of: { readonly state: "active" | "pending"; readonly expiresAt: number },
  now: number,
): NotifierStep {
  return send({ ...of, notifying: false, owed: true, ending: undefined }, now);
}

/** The only NOTIFY of a fetch. RFC 6665 §4.4.3 */
export function fetchNotification(allowed: boolean): NotifyEffect {
  const status = { state: "terminated", reason: "timeout", retryAfterS: undefined } as const;
  return { status, withState: allowed };
}

export function stepNotifier(of: Notification, input: NotifierInput, now: number): NotifierStep {
  switch (input.kind) {
    case "refreshed":
      if (of.ending !== undefined) return { subscription: of, notify: undefined };
      return send({ ...of, expiresAt: input.expiresAt, owed: true }, now); // RFC 6665 §4.2.1.2
    case "resource changed":
      // A pending subscriber is not told even that something has changed.
      if (of.state === "pending") return { subscription: of, notify: undefined };
      return send({ ...of, owed: true }, now);
    case "granted":
      if (of.state === "active") return { subscription: of, notify: undefined };
      return send({ ...of, state: "active", owed: true }, now);
    case "ended":
      return end(of, input.reason, input.retryAfterS, now);
    case "notify answered":
      if (input.status < 200) return { subscription: of, notify: undefined };
      if (endsSubscription(input.status)) return GONE; // RFC 6665 §4.2.2
      return send({ ...of, notifying: false }, now);
    case "notify lost":
      return GONE; // RFC 6665 §4.2.2
    case "time":
      break;
  }
  if (now < of.expiresAt) return { subscription: of, notify: undefined };
  return end(of, "timeout", undefined, now); // RFC 6665 §4.2.1.4
}

const GONE: NotifierStep = { subscription: undefined, notify: undefined };

function end(
  of: Notification,
  reason: EndReason,
  retryAfterS: number | undefined,
  now: number,
): NotifierStep {
  if (of.ending !== undefined) return { subscription: of, notify: undefined };
  return send({ ...of, ending: { reason, retryAfterS } }, now);
}

/** Sends what is owed unless a NOTIFY is on its way; the last one takes the subscription with it. */
function send(of: Notification, now: number): NotifierStep {
  if (of.notifying) return { subscription: of, notify: undefined };
  if (of.ending !== undefined) {
    const status: SubscriptionStatus = { state: "terminated", ...of.ending };
    const withState = of.state === "active" && of.ending.reason !== "rejected";
    return { subscription: undefined, notify: { status, withState } };
  }
  if (!of.owed) return { subscription: of, notify: undefined };
  const expiresS = Math.max(0, Math.ceil((of.expiresAt - now) / 1_000)); // RFC 6665 §4.2.2
  return {
    subscription: { ...of, notifying: true, owed: false },
    notify: { status: { state: of.state, expiresS }, withState: of.state === "active" },
  };
}
