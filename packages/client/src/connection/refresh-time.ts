/** When a registration is renewed. RFC 3261 §10.2.4, RFC 8599 §4.1.4 */
import type { SipResponse } from "@parlance/sip";

/**
 * Milliseconds from now: half of what was granted, and earlier where the server wants it so long before the end of a device that wakes itself;
 * never before a quarter, whatever a server says.
 */
export function refreshAfterMs(grantedS: number, aheadS: number | undefined): number {
  const half = grantedS / 2;
  if (aheadS === undefined) return half * 1_000;
  return Math.max(grantedS / 4, Math.min(half, grantedS - aheadS)) * 1_000;
}

/** Seconds before its end by which the registration has to be renewed; undefined where the server does not say. RFC 8599 §8.4 */
export function renewalAheadS(response: SipResponse): number | undefined {
  const told = response.texts("Feature-Caps").join(",");
  const seconds = /\+sip\.pnsreg="(\d{1,9})"/i.exec(told)?.[1];
  return seconds === undefined ? undefined : Number(seconds);
}
