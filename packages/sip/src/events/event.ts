/** Event packages and their names. RFC 6665 §4.1, §7.2, §8.2.1 */

import type { Tagged } from "../message/index.ts";

/** What the subscription rules have to know of a package. */
export interface EventPackage {
  /** The value of Event: "conference", "reg", "refer". */
  readonly name: string;
  /** Lower-case media types of its notifications, the usual one first. */
  readonly bodyTypes: readonly string[];
  /** Granted to who asks for no time. RFC 6665 §5.4.4 */
  readonly usualS: number;
}

/** Byte by byte, as the standard wants it: the type and the id. RFC 6665 §8.2.1 */
export function sameEvent(a: Tagged, b: Tagged): boolean {
  return a.value === b.value && a.params.get("id") === b.params.get("id");
}

/**
 * Whether an answer to SUBSCRIBE or NOTIFY ends the subscription: the peer no longer knows it, or
 * will never understand it. Other failures leave it to its time. RFC 6665 §4.1.2.2, §4.2.2
 */
export function endsSubscription(status: number): boolean {
  return (status >= 480 && status <= 485) || ENDING.has(status);
}

const ENDING: ReadonlySet<number> = new Set([404, 405, 410, 416, 489, 501, 604]);
