/**
 * The next document for one subscriber, no longer than he can take: what of a long roster does not fit follows in
 * partial ones. RFC 4575 §4.4, clause 10.2
 */
import {
  type Conference,
  type ConferenceDocument,
  diffConference,
  formatConference,
  fullConference,
  type Subscriber,
} from "@parlance/formats";
import { PersistentMap } from "@parlance/wire";

export interface StateDocument {
  readonly bytes: Uint8Array;
  /** What the subscriber knows when he has it. */
  readonly told: Conference;
  /** There is something that he does not know even then. */
  readonly more: boolean;
}

/** No user takes less in a document: more of them need not be tried. */
const LEAST_USER_BYTES = 200;
/** Of what would fit if all users were as long as those that did not. */
const MARGIN = 0.9;

export interface StateReader extends Subscriber {
  /** His phone has a word of its own for those who may change the session. */
  readonly admins?: boolean;
}

function inWordsOf({ admins = false }: StateReader, document: ConferenceDocument) {
  const { users } = document;
  if (!admins || users === undefined) return document;
  const named = users.users.map((user) =>
    user.roles.some((role) => MAY_CHANGE.has(role))
      ? { ...user, roles: [...user.roles, "admin"] }
      : user,
  );
  return { ...document, users: { ...users, users: named } };
}

const MAY_CHANGE: ReadonlySet<string> = new Set(["creator", "moderator"]);

/** `known`: what he knows; undefined for a document of its own. */
export function fitting(
  known: Conference | undefined,
  now: Conference,
  to: StateReader,
  maxBytes: number,
): StateDocument {
  for (let most = Math.max(1, Math.floor(maxBytes / LEAST_USER_BYTES)); ; ) {
    const told = known === undefined ? firstOf(now, most) : towards(known, now, most);
    const document =
      known === undefined ? fullConference(told, to) : diffConference(known, told, to);
    // A NOTIFY follows each SUBSCRIBE, also where nothing has changed.
    const bytes = formatConference(inWordsOf(to, document ?? fullConference(told, to)));
    const users = document?.users?.users.length ?? 0;
    if (bytes.length <= maxBytes || users <= 1) return { bytes, told, more: differ(told, now) };
    most = Math.max(1, Math.floor((users * maxBytes * MARGIN) / bytes.length));
  }
}

/** The same conference with its oldest users alone; how many there are is said rightly. */
function firstOf(now: Conference, most: number): Conference {
  if (now.users.size <= most) return now;
  const users = [...now.users].slice(0, most);
  return { ...now, users: PersistentMap.from(users.map((user) => [user.entity, user])) };
}

/** What is known, brought up to date in so many users. */
function towards(known: Conference, now: Conference, most: number): Conference {
  const changes = now.users.changesSince(known.users);
  if (changes.length <= most) return now;
  let { users } = known;
  for (const { key, after } of changes.slice(0, most)) {
    users = after === undefined ? users.without(key) : users.with(key, after);
  }
  return { ...now, users };
}

function differ({ users }: Conference, now: Conference): boolean {
  return users !== now.users && users.changesSince(now.users).length > 0;
}
