/** Controlling function: a participant has what is said kept for him, by REFER to the service that keeps it. Clause 15.1, D-21 */
import { keyOf } from "../../address-key.ts";
import type { Referred } from "../../referral/index.ts";
import type { Conference } from "./conference.ts";
import type { Participant } from "./participant.ts";

/** It brings nobody in who would hear more than the one who asks: no right to add others is needed. */
export function isRecorder({ text }: Pick<Referred, "text">, history: string): boolean {
  return keyOf(text) === history;
}

/** The status that whoever asked is told. */
export function recordSession(
  { method, subject }: Referred,
  by: Participant,
  conference: Conference,
): number {
  if (method === "BYE") {
    conference.recordsNoMore(by);
    return 200;
  }
  return conference.records(by, subject) ? 200 : 403;
}
