/** The groups that a client is in, and those that it was in, as its store keeps them for the next run. OMA IM 4.9 */
import type { RoomEnd } from "./judge-end.ts";
import type { Member, RosterChange } from "./roster.ts";

/** What outlives sessions, and the program. */
export interface MembershipRecord {
  /** What messages to all go to: of the group, or of the session. Undefined until the focus has answered. */
  readonly address: string | undefined;
  /** URI of the session that we were in last. */
  readonly session: string | undefined;
  /** There is nothing but the session. */
  readonly adHoc: boolean;
  readonly anonymous: boolean;
  readonly nickname: string | undefined;
  /** What it has been called last, and what it has been about. */
  readonly name: string | undefined;
  readonly subject: string | undefined;
  /** Addresses of others who were in it, where there is nothing but the session. */
  readonly people: readonly string[];
}

export interface PastRoom {
  readonly address: string;
  /** It was made for once: it is not there for anybody to come into, unless somebody asks the user again. */
  readonly adHoc: boolean;
  readonly name: string | undefined;
  readonly subject: string | undefined;
  readonly anonymous: boolean;
  readonly nickname: string | undefined;
  /** Of one that was made for once: addresses of those who were in it beside the user, but for those who hid or were sent away. */
  readonly people: readonly string[];
  /** As of `room.ending`. */
  readonly why: RoomEnd["why"];
}

/** What the state of a group tells. */
export interface GroupFacts {
  readonly displayName: string | undefined;
  readonly subject: string | undefined;
  readonly members: readonly Member[];
}

/** So many are remembered as those who were in a group for once. */
const MOST_PEOPLE = 100;
const ENDS = ["left", "expelled", "ended", "failed"] as const;

/** The same where nothing is new. What a server does not tell of is as it was said on the way in. */
export function learned(
  record: MembershipRecord,
  { displayName: name = record.name, subject: told, members }: GroupFacts,
  change: RosterChange,
): MembershipRecord {
  const subject = change.type === "subject" ? told : (told ?? record.subject);
  const people = record.adHoc ? peopleAfter(record.people, members, change) : record.people;
  if (people === record.people && name === record.name && subject === record.subject) return record;
  return { ...record, name, subject, people };
}

function peopleAfter(
  before: readonly string[],
  members: readonly Member[],
  change: RosterChange,
): readonly string[] {
  const known = new Set(before);
  for (const { entity, me, anonymous, state } of members)
    if (!me && !anonymous && state === "in" && known.size < MOST_PEOPLE) known.add(entity);
  if (change.type === "removed" && change.why === "expelled") known.delete(change.member.entity);
  const same = known.size === before.length && before.every((one) => known.has(one));
  return same ? before : [...known];
}

export function writeMemberships(records: readonly (MembershipRecord | PastRoom)[]): string {
  return JSON.stringify(records);
}

/** What cannot be read is not there: it was written by another version. */
export function readMemberships(text: string | undefined): readonly MembershipRecord[] {
  return fieldsIn(text)
    .map(readRecord)
    .filter((one) => one !== undefined);
}

/** The same. */
export function readPastRooms(text: string | undefined): readonly PastRoom[] {
  return fieldsIn(text).flatMap((fields) => {
    const record = readRecord(fields);
    const why = ENDS.find((one) => one === fields.get("why"));
    if (record === undefined || why === undefined) return [];
    const { session: _, ...rest } = record;
    return [{ ...rest, why }];
  });
}

type Fields = ReadonlyMap<string, unknown>;

function fieldsIn(text: string | undefined): readonly Fields[] {
  const list = text === undefined ? undefined : fromJson(text);
  if (!Array.isArray(list)) return [];
  return list.flatMap((value: unknown) =>
    typeof value === "object" && value !== null ? [new Map(Object.entries(value))] : [],
  );
}

function readRecord(fields: Fields): (MembershipRecord & { readonly address: string }) | undefined {
  const text = (name: string): string | undefined => {
    const field = fields.get(name);
    return typeof field === "string" ? field : undefined;
  };
  const address = text("address");
  if (address === undefined) return undefined;
  const people = fields.get("people");
  return {
    address,
    session: text("session"),
    adHoc: fields.get("adHoc") === true,
    anonymous: fields.get("anonymous") === true,
    nickname: text("nickname"),
    name: text("name"),
    subject: text("subject"),
    people: Array.isArray(people) ? people.filter((one) => typeof one === "string") : [],
  };
}

function fromJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
