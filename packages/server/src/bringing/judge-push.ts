/** What the answer of a user's client means for what is brought to it. OMA IM 12, push */
import { NO_SESSIONS } from "../media/index.ts";

export type PushJudgement =
  /** The client has it: forget it. */
  | "delivered"
  /** The client will never take it: forget it and say so to the author. */
  | "refused"
  /** The client cannot take it now. */
  | "later"
  /** Nobody has answered: nothing is known. */
  | "silence";

/** How an attempt to bring a message ended. */
export type PushResult =
  | "delivered"
  | "refused"
  /** Its recipient does not want it, and has said so. */
  | "declined"
  | "later"
  | "silence"
  /** The user has blocked its sender since: it goes, and nobody is told. */
  | "unwelcome"
  /** Nobody is there: nothing was tried. */
  | "away"
  /** The user is there, but no contact of his can take this one: nothing was tried. */
  | "unfit"
  /** The record is no request any more. */
  | "unreadable";

export function judgePush(status: number): PushJudgement {
  if (status >= 200 && status < 300) return "delivered";
  if ([408, 430, 480].includes(status)) return "silence"; // 430: a broken flow, RFC 5626 §11.5
  return meansLater(status) ? "later" : "refused";
}

/** A device that takes no files says nothing of its user, who may have another one tomorrow. */
export function judgeFilePush(status: number): PushResult {
  if (status === 603) return "declined"; // RFC 3261 §21.6.2
  return NO_SESSIONS.has(status) ? "later" : judgePush(status);
}

/** One that holds no sessions gets a long message when it comes by a stream. */
export function judgeLongPush(status: number): PushResult {
  return NO_SESSIONS.has(status) ? "unfit" : judgePush(status);
}

/** Plain SIP phones answer so to an envelope; what is inside they may take. */
export function dislikesEnvelope(status: number): boolean {
  return status === 415 || status === 488;
}

/** Busy, or in trouble. */
function meansLater(status: number): boolean {
  return (status >= 500 && status < 600) || status === 486 || status === 600;
}
