/** What becomes of a message that a room did not take, or that did not reach all who are in it. OMA IM 6.1, 8.2 */
import type { SendFailure } from "@parlance/msrp";
import { ImError } from "../base/errors.ts";
import type { SentRecord } from "../store/client-store.ts";

export type RoomOutcome =
  | { readonly do: "fail"; readonly error: ImError }
  /** The same message again, not before so long. */
  | { readonly do: "again"; readonly waitMs: number }
  /** The room has it. */
  | { readonly do: "partly" };

/** Without a word of the room: each takes half a minute, or comes with the end of a session. */
const MOST_LOSSES = 30;
/** Too fast, or it may not at all: MSRP has one status for both. OMA IM 8.2 */
const MOST_REFUSALS = 3;
const AGAIN_MS = 2_000;

/** `tries`: how often it was so before. */
export function judgeRoomFailure(
  { why, status, reported }: SendFailure,
  record: SentRecord,
  tries: number,
): RoomOutcome {
  const details = status === undefined ? {} : { status };
  if (reported) {
    const only = record.reach === "private" && record.recipients.length === 1;
    return only ? fail(new ImError("not reachable", details)) : { do: "partly" };
  }
  switch (why) {
    case "aborted":
      return fail(new ImError("aborted"));
    case "too large":
      return fail(new ImError("too large"));
    case "source failed":
      return fail(new ImError("not supported", details));
    case "too many":
    case "no answer":
    case "session ended":
      if (tries >= MOST_LOSSES) return fail(new ImError("timeout"));
      return { do: "again", waitMs: why === "too many" ? AGAIN_MS : 0 };
    case "refused":
      break;
  }
  const mayBePace = status === 403 && tries < MOST_REFUSALS;
  const unknown = (status === 408 || status === 481 || status === 506) && tries < MOST_LOSSES;
  if (mayBePace || unknown) return { do: "again", waitMs: AGAIN_MS };
  return fail(new ImError(REASONS.get(status) ?? "refused", details));
}

const REASONS = new Map<number | undefined, ImError["code"]>([
  [404, "no such user or group"], // somebody who is not in the room, or not under that name
  [408, "timeout"],
  [413, "too large"],
  [415, "not supported"],
  [428, "not supported"], // his device knows no private messages. RFC 7701 §6.2
]);

function fail(error: ImError): RoomOutcome {
  return { do: "fail", error };
}
