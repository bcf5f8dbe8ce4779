/** The value of Subscription-State with its parameters understood. RFC 6665 §4.1.3, §8.2.3 */

import { FormatError } from "@parlance/wire";
import { digits, Params, type Tagged } from "../message/index.ts";

/** Why a subscription ended; other words are allowed and mean nothing in particular. */
export type EndReason =
  | "deactivated"
  | "probation"
  | "rejected"
  | "timeout"
  | "giveup"
  | "noresource"
  | "invariant";

export type SubscriptionStatus =
  | {
      readonly state: "active" | "pending";
      /** Undefined from notifiers older than RFC 6665. */
      readonly expiresS: number | undefined;
    }
  | {
      readonly state: "terminated";
      readonly reason: EndReason | undefined;
      readonly retryAfterS: number | undefined;
    };

const REASONS: ReadonlyMap<string, EndReason> = new Map(
  (
    [
      "deactivated",
      "probation",
      "rejected",
      "timeout",
      "giveup",
      "noresource",
      "invariant",
    ] as const
  ).map((reason) => [reason, reason]),
);
const MAX_S = 0xffff_ffff;

/** Throws `FormatError`. A state that we do not know holds the subscription, like active. §8.4 */
export function readSubscriptionStatus({ value, params }: Tagged): SubscriptionStatus {
  const state = value.toLowerCase();
  if (state === "terminated") {
    const reason = REASONS.get(params.get("reason")?.toLowerCase() ?? "");
    return { state, reason, retryAfterS: seconds(params, "retry-after") };
  }
  return {
    state: state === "pending" ? "pending" : "active",
    expiresS: seconds(params, "expires"),
  };
}

export function writeSubscriptionStatus(status: SubscriptionStatus): Tagged {
  const { state } = status;
  if (state !== "terminated") {
    const { expiresS } = status;
    const params =
      expiresS === undefined ? Params.none : Params.none.with("expires", String(expiresS));
    return { value: state, params };
  }
  let params = Params.none;
  if (status.reason !== undefined) params = params.with("reason", status.reason);
  if (status.retryAfterS !== undefined) {
    params = params.with("retry-after", String(status.retryAfterS));
  }
  return { value: state, params };
}

function seconds(params: Params, name: string): number | undefined {
  const text = params.get(name);
  if (text === undefined) return undefined;
  const value = digits(text, MAX_S);
  if (value === undefined) throw new FormatError("Subscription-State", 0, `${name} is no number`);
  return value;
}
