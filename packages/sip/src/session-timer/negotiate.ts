/** How often a session has to be refreshed, and by whom. RFC 4028 §7, §9 */

import { FormatError } from "@parlance/wire";
import { Params, type Seconds } from "../message/index.ts";

/** As seen by one side of the dialog; undefined where no timer runs. */
export interface SessionTimer {
  readonly intervalS: number;
  /** Which side of the last refresh request sends the next one. */
  readonly refresher: "uac" | "uas";
}

export interface TimerPolicy {
  /** At least 90. RFC 4028 §4 */
  readonly minimumS: number;
  readonly usualS: number;
}

export const TIMER_POLICY: TimerPolicy = { minimumS: 90, usualS: 1_800 };

const ABSOLUTE_MINIMUM_S = 90; // RFC 4028 §4

/** What an INVITE, re-INVITE or UPDATE says about it. */
export interface TimerAsk {
  /** Supported lists `timer`. */
  readonly supported: boolean;
  readonly sessionExpires: Seconds | undefined;
  readonly minSE: Seconds | undefined;
}

export type TimerVerdict =
  /** With Min-SE. */
  | { readonly do: "refuse"; readonly status: 422; readonly minSE: number }
  | {
      readonly do: "accept";
      /** For Session-Expires of the 2xx. */
      readonly timer: SessionTimer;
      /** The 2xx carries `Require: timer`: it is the other side that refreshes. RFC 4028 §9 */
      readonly requireTimer: boolean;
    };

/** The answering side. Throws `FormatError` for a refresher that is neither. */
export function judgeSessionTimer(ask: TimerAsk, policy: TimerPolicy = TIMER_POLICY): TimerVerdict {
  const floorS = Math.max(ask.minSE?.seconds ?? 0, ABSOLUTE_MINIMUM_S);
  const askedS = ask.sessionExpires?.seconds;
  if (ask.supported && askedS !== undefined && askedS < policy.minimumS) {
    return { do: "refuse", status: 422, minSE: policy.minimumS };
  }
  // Never longer than asked, never shorter than the other side can bear. RFC 4028 §9
  const intervalS = Math.max(Math.min(askedS ?? policy.usualS, policy.usualS), floorS);
  const refresher = ask.supported ? (readRefresher(ask.sessionExpires) ?? "uac") : "uas"; // table 2
  return { do: "accept", timer: { intervalS, refresher }, requireTimer: refresher === "uac" };
}

/** What is asked for by the side that sends the request. */
export interface TimerOffer {
  readonly sessionExpires: Seconds;
  /** Only where one has been met before. RFC 4028 §7.4 */
  readonly minSE: Seconds | undefined;
}

/**
 * The headers of a refresh request. `current` is the timer as it runs, `weRefresh` whether we are its
 * refresher: the role then stays where it is. `largestMinSE` is the largest ever seen in this dialog.
 */
export function offerSessionTimer(
  of: {
    readonly current: SessionTimer | undefined;
    readonly weRefresh: boolean;
    readonly largestMinSE: number | undefined;
  },
  policy: TimerPolicy = TIMER_POLICY,
): TimerOffer {
  const wantedS = of.current?.intervalS ?? policy.usualS;
  const seconds = Math.max(wantedS, of.largestMinSE ?? 0, ABSOLUTE_MINIMUM_S); // RFC 4028 §7.4
  const refresher = of.weRefresh ? "uac" : "uas";
  const minSE = of.largestMinSE;
  return {
    sessionExpires: writeSessionExpires({ intervalS: seconds, refresher }),
    minSE: minSE === undefined ? undefined : { seconds: minSE, params: Params.none },
  };
}

/** The timer after a 2xx, for the side that sent the request; undefined turns it off. §7.2 */
export function acceptedTimer(
  offered: Seconds | undefined,
  answer: { readonly sessionExpires: Seconds | undefined; readonly weInsist: boolean },
): SessionTimer | undefined {
  if (answer.sessionExpires !== undefined) {
    const refresher = readRefresher(answer.sessionExpires) ?? "uac";
    return { intervalS: Math.max(answer.sessionExpires.seconds, ABSOLUTE_MINIMUM_S), refresher };
  }
  // The other side knows no timers: the refreshes are ours alone, if we want them. §7.2
  if (!answer.weInsist || offered === undefined) return undefined;
  return { intervalS: offered.seconds, refresher: "uac" };
}

/** The larger Min-SE to try again with after a 422, or undefined when that makes no sense. §7.3 */
export function minSEAfter422(
  answered: Seconds | undefined,
  largestMinSE: number | undefined,
): number | undefined {
  if (answered === undefined || answered.seconds <= (largestMinSE ?? 0)) return undefined;
  return answered.seconds;
}

export function writeSessionExpires({ intervalS, refresher }: SessionTimer): Seconds {
  return { seconds: intervalS, params: Params.none.with("refresher", refresher) };
}

function readRefresher(value: Seconds | undefined): "uac" | "uas" | undefined {
  const text = value?.params.get("refresher")?.toLowerCase();
  if (text === undefined || text === "uac" || text === "uas") return text;
  throw new FormatError("Session-Expires", 0, "refresher is neither uac nor uas");
}
