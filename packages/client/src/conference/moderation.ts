/** How a group is to be, as whoever moderates it says to its focus. RFC 3903, RFC 4575; docs/conferences.md */
import {
  CONFERENCE_INFO_TYPE,
  type Endpoint,
  formatConference,
  type UserElement,
} from "@parlance/formats";
import { ACCEPT_CONTACT_IM } from "@parlance/im";
import { type Body, type CallEdit, Event, Expires, Params, UserAgent } from "@parlance/sip";

export type Moderation =
  | { readonly subject: string }
  | { readonly locked: boolean }
  /** An entity of the roster. */
  | { readonly muted: boolean; readonly member: string };

/** For the dialog of the session. `entity`: the session identity. */
export function moderation(
  wish: Moderation,
  entity: string,
  userAgent: string,
): { readonly body: Body; readonly edit: CallEdit } {
  const bytes = formatConference({
    entity,
    state: "partial",
    version: 0,
    description: "subject" in wish ? { ...NOTHING_DESCRIBED, subject: wish.subject } : undefined,
    host: undefined,
    status:
      "locked" in wish
        ? { userCount: undefined, active: undefined, locked: wish.locked }
        : undefined,
    users: "member" in wish ? { state: "partial", users: [userOf(wish)] } : undefined,
  });
  return {
    body: { type: CONFERENCE_INFO_TYPE, bytes },
    edit(request) {
      request.setText("Accept-Contact", ACCEPT_CONTACT_IM);
      request.set(UserAgent, userAgent);
      request.set(Event, { value: "conference", params: Params.none });
      request.set(Expires, 0); // it is to happen, and not to be kept
    },
  };
}

/** RFC 4575 §5.7.3 */
function userOf({ member, muted }: Extract<Moderation, { readonly member: string }>): UserElement {
  const status: Endpoint["status"] = muted ? "muted-via-focus" : "connected";
  return {
    ...NOBODY,
    entity: member,
    state: "partial",
    endpoints: [{ ...NO_DEVICE, entity: member, state: "partial", status }],
  };
}

const NOTHING_DESCRIBED = {
  displayText: undefined,
  freeText: undefined,
  keywords: [],
  confUris: [],
  serviceUris: [],
  maximumUserCount: undefined,
  availableMedia: [],
};

const NOBODY: Omit<UserElement, "entity" | "state" | "endpoints"> = {
  yourOwn: false,
  displayText: undefined,
  nickname: undefined,
  associatedAors: [],
  roles: [],
  languages: [],
  cascadedFocus: undefined,
};

const NO_DEVICE: Omit<Endpoint, "entity" | "status"> = {
  displayText: undefined,
  referred: undefined,
  joiningMethod: undefined,
  joiningInfo: undefined,
  disconnectionMethod: undefined,
  disconnectionInfo: undefined,
  media: [],
};
