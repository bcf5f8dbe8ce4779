/** What hardly ever changes of a conference. RFC 4575 §5.3, RFC 7106 */
import { type ConferenceDescription, GROUP_TEXT_CHAT, ICON } from "@parlance/formats";
import type { Group } from "../model.ts";

export interface Described {
  readonly identity: string;
  readonly group: Group | undefined;
  readonly subject: string | undefined;
  readonly limit: number;
}

export function describeConference(of: Described): ConferenceDescription {
  const { identity, group, subject, limit } = of;
  const session = { uri: identity, displayText: undefined, purpose: "participation" };
  const avatar = group?.document.group.avatar;
  const named = group && {
    uri: group.identity,
    displayText: undefined,
    purpose: GROUP_TEXT_CHAT,
  };
  return {
    displayText: group?.displayName,
    subject,
    freeText: undefined,
    keywords: [],
    confUris: named === undefined ? [session] : [session, named],
    serviceUris:
      avatar === undefined ? [] : [{ uri: avatar, displayText: undefined, purpose: ICON }],
    maximumUserCount: limit,
    availableMedia: [{ label: "1", displayText: undefined, type: "message", status: "sendrecv" }],
  };
}
