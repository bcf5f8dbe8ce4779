/** What one subscriber is told of a conference: all of it, or what has changed. RFC 4575 §4.4 */
import type { Conference } from "./conference.ts";
import type {
  ConferenceDescription,
  ConferenceDocument,
  ConferenceUser,
  UserElement,
} from "./conference-info.ts";

export interface Subscriber {
  /** The entity under which he takes part himself; `undefined` when he only watches. */
  readonly entity: string | undefined;
  /** Of the document that is to be made: 0 first, then one more each time. */
  readonly version: number;
}

export function fullConference(conference: Conference, to: Subscriber): ConferenceDocument {
  return {
    entity: conference.entity,
    state: "full",
    version: to.version,
    description: conference.description ?? NOTHING_DESCRIBED, // RFC 4575 §5.2: must be there
    host: conference.host,
    status: conference.status,
    users: { state: "full", users: [...conference.users].map((user) => tell(user, to)) },
  };
}

/**
 * What makes `after` out of `before`, at the cost of what differs; `undefined` when nothing does.
 * What has no `state` of its own is told whole. RFC 4575 §4.6 (3.2)
 */
export function diffConference(
  before: Conference,
  after: Conference,
  to: Subscriber,
): ConferenceDocument | undefined {
  const changes = after.users.changesSince(before.users);
  const users = changes.map((change) =>
    change.after === undefined ? gone(change.key) : tell(change.after, to),
  );
  const description = after.description === before.description ? undefined : after.description;
  const host = after.host === before.host ? undefined : after.host;
  const status = after.status === before.status ? undefined : after.status;
  if ((description ?? host ?? status) === undefined && users.length === 0) return undefined;
  return {
    entity: after.entity,
    state: "partial",
    version: to.version,
    description,
    host,
    status,
    users: users.length === 0 ? undefined : { state: "partial", users },
  };
}

/** The last word: there is no such conference any more. RFC 4575 §4.6 */
export function endedConference(conference: Conference, to: Subscriber): ConferenceDocument {
  return {
    entity: conference.entity,
    state: "deleted",
    version: to.version,
    description: undefined,
    host: undefined,
    status: undefined,
    users: undefined,
  };
}

const NOTHING_DESCRIBED: ConferenceDescription = {
  displayText: undefined,
  subject: undefined,
  freeText: undefined,
  keywords: [],
  confUris: [],
  serviceUris: [],
  maximumUserCount: undefined,
  availableMedia: [],
};

function tell(user: ConferenceUser, to: Subscriber): UserElement {
  return {
    ...user,
    state: "full",
    yourOwn: user.entity === to.entity, // Appendix M: exactly one, and only in his own copy
    endpoints: user.endpoints.map((endpoint) => ({ ...endpoint, state: "full" })),
  };
}

function gone(entity: string): UserElement {
  return {
    entity,
    state: "deleted",
    yourOwn: false,
    displayText: undefined,
    nickname: undefined,
    associatedAors: [],
    roles: [],
    languages: [],
    cascadedFocus: undefined,
    endpoints: [],
  };
}
