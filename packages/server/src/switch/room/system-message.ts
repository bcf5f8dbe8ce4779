/** What the room says itself: to all, or to one. Clause 7.2.3.5; IMSpec-MSRP-S-003 */
import { formatCpim, formatDateTime } from "@parlance/formats";
import type { RoomMember, RoomRules } from "../../ports/index.ts";
import { roomUri } from "./envelope.ts";

export interface SystemMessage {
  readonly contentType: string;
  readonly content: Uint8Array;
  /** Undefined for all. */
  readonly to: RoomMember | undefined;
}

export const SYSTEM_TEXT = "text/plain;charset=UTF-8";

export function systemEnvelope(
  { contentType, content, to }: SystemMessage,
  { identity, displayName }: RoomRules,
  now: number,
): Uint8Array {
  return formatCpim({
    from: roomUri(identity, displayName), // IM-7.2.3-01, IM-7.2.3-03
    to: [to === undefined ? roomUri(identity) : userOf(to)],
    cc: [],
    dateTime: formatDateTime(now),
    subjects: [],
    require: [],
    extensions: [],
    contentHeaders: [["Content-Type", contentType]],
    content,
  });
}

/** By his alias, where he has one. IM-7.2.3.5-05 */
function userOf({ appearance }: RoomMember) {
  return { name: appearance.alias, uri: appearance.entity };
}
