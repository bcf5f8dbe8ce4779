/** What the end of a session in a group means: that it is over, or that it is to be brought back. OMA IM 4.9, 5.2 */
import { ImError } from "../base/errors.ts";
import type { MediaEnd } from "../session/media/media-session.ts";

export interface RoomEnd {
  /** `left`: the user himself. `ended`: there is no such session any more. `failed`: there was no way in, or back. */
  readonly why: "left" | "expelled" | "ended" | "failed";
  /** The server's own words, for a person to read. */
  readonly text: string | undefined;
  readonly error: ImError | undefined;
}

/** Undefined: it was not wanted, and is to be brought back. */
export function judgeEnd(end: Exclude<MediaEnd, { readonly by: "us" }>): RoomEnd | undefined {
  if (end.by === "failure") return undefined;
  const { text, lost } = end;
  if (lost) return undefined;
  if (EXPELLED.test(text ?? "")) {
    return { why: "expelled", text, error: new ImError("refused", warningOf(text ?? "expelled")) };
  }
  return { why: "ended", text, error: new ImError("closed", warningOf(text)) };
}

/** As servers say it in the Reason of a BYE. */
const EXPELLED = /expel|kick|\bban|removed|too many messages/i;

export type NextTry =
  /** It comes back by itself. */
  | { readonly do: "wait for the line" }
  /** There is no such session; the group may have another one. OMA IM 4.9 */
  | { readonly do: "by the group" }
  | { readonly do: "try again" }
  | { readonly do: "give up"; readonly end: RoomEnd };

export interface TryFacts {
  /** How many have failed. */
  readonly tries: number;
  readonly most: number;
  /** It went to the session, not to the group. */
  readonly bySession: boolean;
  readonly adHoc: boolean;
  /** There is a line: what was lost was lost beside it. */
  readonly online: boolean;
}

/** After a way back that led nowhere. */
export function judgeTry(error: ImError, facts: TryFacts): NextTry {
  const { code } = error;
  if (code === "offline" && !facts.online) return { do: "wait for the line" };
  if (code === "no such user or group") {
    if (facts.bySession && !facts.adHoc) return { do: "by the group" };
    return { do: "give up", end: { why: "ended", text: error.warning, error } };
  }
  if (error.temporary && facts.tries < facts.most) return { do: "try again" };
  return { do: "give up", end: { why: "failed", text: error.warning, error } };
}

function warningOf(text: string | undefined): { readonly warning?: string } {
  return text === undefined ? {} : { warning: text };
}
