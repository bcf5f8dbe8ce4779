/** How often a flow is kept alive, when it is given up, and how long to wait then. RFC 5626 §4.4, §4.5 */

export interface KeepAlive {
  /** CRLF between messages on streams, STUN on UDP. RFC 5626 §4.4.1, §4.4.2 */
  readonly by: "crlf" | "stun";
  readonly shortestMs: number;
  readonly longestMs: number;
  /** Without an answer for this long the flow has failed. */
  readonly patienceMs: number;
}

export const PING = "\r\n\r\n"; // RFC 5626 §4.4.1
export const PONG = "\r\n";

const STREAM: KeepAlive = {
  by: "crlf",
  shortestMs: 95_000,
  longestMs: 120_000,
  patienceMs: 10_000,
};
const DATAGRAM: KeepAlive = {
  by: "stun",
  shortestMs: 24_000,
  longestMs: 29_000,
  patienceMs: 39_500, // the seventh request at 31,500 ms, then 16 RTO of 500 ms. RFC 5389 §7.2.1
};

/** When requests are sent again within `patienceMs`: RTO doubles, seven in all. RFC 5389 §7.2.1 */
export const STUN_RETRANSMISSIONS_MS: readonly number[] = [
  500, 1_500, 3_500, 7_500, 15_500, 31_500,
];

/**
 * The keep-alive of a flow. `flowTimerS` is the header of the registration's 2xx: the registrar
 * waits a little longer than that, so we send a little more often. RFC 5626 §5.4, §10
 */
export function keepAliveFor(reliable: boolean, flowTimerS: number | undefined): KeepAlive {
  const usual = reliable ? STREAM : DATAGRAM;
  if (flowTimerS === undefined || flowTimerS === 0) return usual;
  const longestMs = flowTimerS * 1_000;
  return { ...usual, longestMs, shortestMs: longestMs * 0.8 };
}

/** The wait before the next keep-alive; `share` is a new random number in [0, 1) each time. */
export function nextKeepAliveMs({ shortestMs, longestMs }: KeepAlive, share: number): number {
  return shortestMs + share * (longestMs - shortestMs);
}

export interface RecoveryTimes {
  readonly longestMs: number;
  readonly allFailedMs: number;
  readonly someAliveMs: number;
}

export const RECOVERY_TIMES: RecoveryTimes = {
  longestMs: 1_800_000,
  allFailedMs: 30_000,
  someAliveMs: 90_000,
};

/** The wait before a flow is tried again. `share` is a random number in [0, 1). RFC 5626 §4.5 */
export function recoveryDelayMs(
  after: { readonly failures: number; readonly otherFlowsAlive: boolean },
  share: number,
  times: RecoveryTimes = RECOVERY_TIMES,
): number {
  const base = after.otherFlowsAlive ? times.someAliveMs : times.allFailedMs;
  const bound = Math.min(times.longestMs, base * 2 ** after.failures);
  return bound * (0.5 + share / 2);
}
