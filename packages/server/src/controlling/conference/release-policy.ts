/** When a session is to be released. Clause 16.6, IM-7.2.2.5-01 */
import type { ConferenceKind } from "./model.ts";

export interface ReleaseFacts {
  readonly kind: ConferenceKind;
  /** Those who are in. */
  readonly present: number;
  /** Those who have been asked and have not answered. */
  readonly pending: number;
  /** Of the group document. */
  readonly minParticipants: number | undefined;
  /** Participants whose absence ends the session: how many have been in, and how many are. */
  readonly key: { readonly everIn: boolean; readonly present: number };
}

export type ReleaseJudgement =
  | { readonly do: "go on" }
  | { readonly do: "end"; readonly text: string }
  /** Unless somebody comes meanwhile. */
  | { readonly do: "wait"; readonly text: string };

const GO_ON: ReleaseJudgement = { do: "go on" };

export function judgeRelease(facts: ReleaseFacts): ReleaseJudgement {
  const { kind, present, pending, minParticipants, key } = facts;
  if (present === 0 && pending === 0) return { do: "end", text: "session ended" };
  if (key.everIn && key.present === 0) return { do: "end", text: "session ended" };
  if (kind === "chat room" || pending > 0) return GO_ON;
  const least = Math.max(2, kind === "pre-defined" ? (minParticipants ?? 2) : 2);
  return present < least ? { do: "wait", text: "no other participants" } : GO_ON;
}
