/** When a session timer makes us act. RFC 4028 §10 */

import type { SessionTimer } from "./negotiate.ts";

export interface TimerDeadline {
  readonly do: "refresh" | "send BYE";
  /** Epoch ms. */
  readonly at: number;
}

const SHORTEST_GRACE_MS = 32_000;

/**
 * `since` is when the last 2xx was sent or received. Who refreshes does so at half time; who waits
 * gives up a little before the end, when a refresh can no longer come through. RFC 4028 §10
 */
export function timerDeadline(
  timer: SessionTimer,
  weRefresh: boolean,
  since: number,
): TimerDeadline {
  const intervalMs = timer.intervalS * 1_000;
  if (weRefresh) return { do: "refresh", at: since + intervalMs / 2 };
  const graceMs = Math.min(SHORTEST_GRACE_MS, intervalMs / 3);
  return { do: "send BYE", at: since + intervalMs - graceMs };
}

/**
 * What a failed refresh means. Timeout, 408 and 481 end the session at once, 422 asks for a longer
 * interval, anything else leaves it running up to its end. RFC 4028 §7.3, §10
 */
export function afterFailedRefresh(status: number | undefined): "end" | "longer" | "wait" {
  if (status === undefined || status === 408 || status === 481) return "end";
  return status === 422 ? "longer" : "wait";
}
