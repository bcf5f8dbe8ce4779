/** How long a client is tried that does not take what waits, and what steps aside meanwhile. OMA IM 12, push */
import type { Patience } from "./options.ts";

/** How long after so many failed rounds the next one is; undefined: at the next registration. */
export function retryDelayMs(failedRounds: number, { retryMs }: Patience): number | undefined {
  return retryMs[failedRounds - 1];
}

export function stepsAside(
  attempts: number,
  last: "later" | "silence",
  { failuresToStepAside, silencesToStepAside }: Patience,
): boolean {
  return attempts >= (last === "silence" ? silencesToStepAside : failuresToStepAside);
}

export function isPoison(attempts: number, { failuresToQuarantine }: Patience): boolean {
  return attempts >= failuresToQuarantine;
}
