/**
 * The next document for one subscriber, no longer than he can take: what of a long roster does not fit follows in
 * partial ones. RFC 4575 §4.4, clause 10.2
 */
import {
  type Conference,
  type ConferenceDocument,
  type ConferenceUser,
  diffConference,
  formatConference,
  fullConference,
  type Subscriber,
  type UserElement,
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
/** With what else is in a document they are to fit into a datagram. */
const MISSED_BYTES = 6_000;
/** Of one of them, beside his address, which is there twice. */
const MISSED_USER_BYTES = 450;
/** Of what would fit if all users were as long as those that did not. */
const MARGIN = 0.9;

export interface StateReader extends Subscriber {
  /** His phone has a word of its own for those who may change the session. */
  readonly admins?: boolean;
  /** Of whom he alone is told: whom he has asked in vain. So many at once, and until then nothing of them. */
  readonly missed?: readonly ConferenceUser[];
}

/** A NOTIFY follows each SUBSCRIBE, also where nothing has changed. */
function unchanged(now: Conference, to: StateReader): ConferenceDocument {
  if ((to.missed ?? []).length === 0) return fullConference(now, to);
  const { entity } = now;
  const same = { description: undefined, host: undefined, status: undefined, users: undefined };
  return { entity, state: "partial", version: to.version, ...same };
}

function inWordsOf(to: StateReader, document: ConferenceDocument): ConferenceDocument {
  return withAdmins(to, withMissed(to, document));
}

function withMissed({ missed = [] }: StateReader, document: ConferenceDocument) {
  if (missed.length === 0) return document;
  const entities = new Set(missed.map(({ entity }) => entity));
  const now = missedAtOnce(missed);
  const { state = "partial", users = [] } = document.users ?? {};
  const others = users.filter(({ entity }) => !entities.has(entity));
  return { ...document, users: { state, users: [...others, ...now.map(wholeUser)] } };
}

/** Of whom one document tells: the first of them, and one at least. */
export function missedAtOnce(missed: readonly ConferenceUser[]): readonly ConferenceUser[] {
  let bytes = 0;
  const end = missed.findIndex(({ entity }, at) => {
    bytes += MISSED_USER_BYTES + 2 * entity.length;
    return at > 0 && bytes > MISSED_BYTES;
  });
  return end < 0 ? missed : missed.slice(0, end);
}

function wholeUser(user: ConferenceUser): UserElement {
  const endpoints = user.endpoints.map((one) => ({ ...one, state: "full" as const }));
  return { ...user, state: "full", endpoints };
}

function withAdmins({ admins = false }: StateReader, document: ConferenceDocument) {
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
    const bytes = formatConference(inWordsOf(to, document ?? unchanged(told, to)));
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
