/** The notifier's judgement on a SUBSCRIBE, before any package looks at it. RFC 6665 §4.2.1 */

import type { EventPackage } from "./event.ts";

export interface SubscriptionLimits {
  readonly perUser: number;
  readonly perResource: number;
  readonly shortestS: number;
  readonly longestS: number;
}

export const SUBSCRIPTION_LIMITS: SubscriptionLimits = {
  perUser: 50,
  perResource: 1_000,
  shortestS: 60,
  longestS: 3_600,
};

export interface SubscribeAsk {
  /** The package of the Event header; undefined when the header is missing or names none of ours. */
  readonly package: EventPackage | undefined;
  /** The Expires header. */
  readonly expiresS: number | undefined;
  /** Lower-case media types of Accept; undefined when the header is missing. */
  readonly accept: readonly string[] | undefined;
  /** To has a tag: a refresh, when the subscription is known. */
  readonly inDialog: boolean;
  readonly known: boolean;
  /** Subscriptions that are held now. */
  readonly ofUser: number;
  readonly ofResource: number;
}

export type SubscribeVerdict =
  | {
      readonly do: "refuse";
      readonly status: 403 | 406 | 423 | 481 | 489;
      readonly reason: string;
      /** For Min-Expires, with 423. */
      readonly minExpiresS: number | undefined;
    }
  /** One NOTIFY that says terminated, and nothing kept. RFC 6665 §4.4.3 */
  | { readonly do: "fetch"; readonly bodyType: string }
  | {
      readonly do: "subscribe" | "refresh";
      readonly expiresS: number;
      readonly bodyType: string;
    }
  | { readonly do: "unsubscribe"; readonly bodyType: string };

export function judgeSubscribe(
  ask: SubscribeAsk,
  limits: SubscriptionLimits = SUBSCRIPTION_LIMITS,
): SubscribeVerdict {
  if (ask.package === undefined) return refuse(489, "event package is not known here"); // §4.2.1.1
  if (ask.inDialog && !ask.known) return refuse(481, "no such subscription"); // §4.1.2.2
  const expiresS = ask.expiresS ?? ask.package.usualS;
  // A time under an hour that is too short may be refused, a longer one never. §4.2.1.1
  if (expiresS > 0 && expiresS < limits.shortestS) {
    return refuse(423, "expires too soon", limits.shortestS);
  }
  const bodyType = commonType(ask.package, ask.accept);
  if (bodyType === undefined) return refuse(406, "no acceptable body type"); // §4.1.2.1
  if (expiresS === 0) return { do: ask.known ? "unsubscribe" : "fetch", bodyType };
  const granted = Math.min(expiresS, limits.longestS);
  if (ask.known) return { do: "refresh", expiresS: granted, bodyType };
  if (ask.ofUser >= limits.perUser) return refuse(403, "too many subscriptions of this user");
  if (ask.ofResource >= limits.perResource) return refuse(403, "too many subscriptions to this");
  return { do: "subscribe", expiresS: granted, bodyType };
}

/** The first of the package's types that the subscriber takes; silence means the usual one. */
function commonType(
  { bodyTypes }: EventPackage,
  accept: readonly string[] | undefined,
): string | undefined {
  if (accept === undefined) return bodyTypes[0];
  return bodyTypes.find((type) =>
    accept.some((range) => range === type || range === "*/*" || range === `${main(type)}/*`),
  );
}

function main(type: string): string | undefined {
  return type.split("/", 1)[0];
}

function refuse(
  status: 403 | 406 | 423 | 481 | 489,
  reason: string,
  minExpiresS?: number,
): SubscribeVerdict {
  return { do: "refuse", status, reason, minExpiresS };
}
