/** What the answer of a returned user's client means for a message that waits. OMA IM 12, push */

export type PushJudgement =
  /** The client has it: forget it. */
  | "delivered"
  /** The client will never take it: forget it and say so to the author. */
  | "refused"
  /** The client cannot take it now. */
  | "later"
  /** Nobody has answered: nothing is known. */
  | "silence";

export function judgePush(status: number): PushJudgement {
  if (status >= 200 && status < 300) return "delivered";
  if ([408, 430, 480].includes(status)) return "silence"; // 430: a broken flow, RFC 5626 §11.5
  return meansLater(status) ? "later" : "refused";
}

/** Plain SIP phones answer so to an envelope; what is inside they may take. */
export function dislikesEnvelope(status: number): boolean {
  return status === 415 || status === 488;
}

/** Busy, or in trouble. */
function meansLater(status: number): boolean {
  return (status >= 500 && status < 600) || status === 486 || status === 600;
}

const RETRY_MINUTES = [1, 5, 30];

/** How long after so many failed rounds the next one is; undefined: at the next registration. */
export function retryDelayMs(failedRounds: number): number | undefined {
  const minutes = RETRY_MINUTES[failedRounds - 1];
  return minutes === undefined ? undefined : minutes * 60_000;
}

/** From so many failures on a message no longer holds up the ones behind it. */
const FAILURES_TO_STEP_ASIDE = 3;
/** Silence is most often that of the way, and then the order of the messages counts for more. */
const SILENCES_TO_STEP_ASIDE = 12;
/** So many failures of one message while others get through: it is at fault. */
const FAILURES_TO_QUARANTINE = 5;

export function stepsAside(attempts: number, last: "later" | "silence"): boolean {
  return attempts >= (last === "silence" ? SILENCES_TO_STEP_ASIDE : FAILURES_TO_STEP_ASIDE);
}

export function isPoison(attempts: number): boolean {
  return attempts >= FAILURES_TO_QUARANTINE;
}
