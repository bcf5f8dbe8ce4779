/**
 * The next document for one subscriber, no longer than he can take: what of a long roster does not fit follows in
 * partial ones. RFC 4575 §4.4, clause 10.2
 */
import {
  type Conference,
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

/** `known`: what he knows; undefined for a document of its own. */
export function fitting(
  known: Conference | undefined,
  now: Conference,
  to: Subscriber,
  maxBytes: number,
): StateDocument {
  for (let most = Number.POSITIVE_INFINITY; ; most = half(most, now)) {
    const told = known === undefined ? firstOf(now, most) : towards(known, now, most);
    const document =
      known === undefined ? fullConference(told, to) : diffConference(known, told, to);
    // A NOTIFY follows each SUBSCRIBE, also where nothing has changed.
    const bytes = formatConference(document ?? fullConference(told, to));
    if (bytes.length <= maxBytes || most <= 1) return { bytes, told, more: differ(told, now) };
  }
}

function half(most: number, { users }: Conference): number {
  return Math.max(1, Math.floor(Math.min(most, users.size) / 2));
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
