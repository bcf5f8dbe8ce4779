/** What the answer of a returned user's client means for a message that waits. OMA IM 12, push */

export type PushJudgement =
  /** The client has it: forget it. */
  | "delivered"
  /** The client will never take it: forget it and say so to the author. */
  | "refused"
  /** The client cannot take it now. */
  | "later";

export function judgePush(status: number): PushJudgement {
  if (status >= 200 && status < 300) return "delivered";
  return meansLater(status) ? "later" : "refused";
}

/** Plain SIP phones answer so to an envelope; what is inside they may take. */
export function dislikesEnvelope(status: number): boolean {
  return status === 415 || status === 488;
}

/** Not reached, busy, or in trouble; 430 is a broken flow (RFC 5626 §11.5). */
function meansLater(status: number): boolean {
  if (status >= 500 && status < 600) return true;
  return [408, 430, 480, 486, 600].includes(status);
}

const RETRY_MINUTES = [1, 5, 30];

/** How long after so many failed rounds the next one is; undefined: at the next registration. */
export function retryDelayMs(failedRounds: number): number | undefined {
  const minutes = RETRY_MINUTES[failedRounds - 1];
  return minutes === undefined ? undefined : minutes * 60_000;
}

/** From so many failures on a message no longer holds up the ones behind it. */
const FAILURES_TO_STEP_ASIDE = 3;
/** So many failures of one message while others get through: it is at fault. */
const FAILURES_TO_QUARANTINE = 5;

export function stepsAside(attempts: number): boolean {
  return attempts >= FAILURES_TO_STEP_ASIDE;
}

export function isPoison(attempts: number): boolean {
  return attempts >= FAILURES_TO_QUARANTINE;
}
