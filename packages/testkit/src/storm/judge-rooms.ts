/**
 * What must hold after a storm of rooms, when everybody is back and nothing is under way.
 *
 * 1. Nobody is shown a message twice (but an application that died before it said that it had shown it), or one that
 *    nobody has written, or as something else than it was: to all, or private.
 * 2. A message to all that its author was told the room has is shown to everybody who was in before it was said, and has
 *    never left since; a private one to everybody it was for, if so.
 * 3. Nobody is shown what was said before he asked to come in, or what is private to others, or what was said after he was sent
 *    away and before he asked again.
 * 4. One author's messages are shown in the order of their writing, but for those that failed, and those that are so long that
 *    they come in pieces, between which others may pass. docs/conferences.md
 * 5. Every message has an end; `delivered` only if somebody else was shown it.
 * 6. Everybody who is to be in a room is in it, and all of them see the same people there: these, and nobody else.
 * 7. A phone without sessions is told, by the room, what is said there to all or to it, and nothing else that anybody has said; what the room
 *    has taken from it holds like what others have said.
 * 8. No octet that was sent to anybody's device names one who hides, or where his device is.
 */
import type { SentRecord } from "@parlance/client";
import type { Overhearing } from "../network/overhearing.ts";
import { judgeRoomFiles } from "./judge-room-files.ts";
import { judgeRoomPhones, wasSaidByPhone } from "./judge-room-phones.ts";
import { labelOf } from "./person.ts";
import type { PhonePerson } from "./phone-person.ts";
import type { RoomPerson } from "./room-person.ts";
import type { SaidInRoom } from "./room-record.ts";
import { hasLeftElsewhere, mayHear } from "./room-stays.ts";

/** Characters of a text which, with its envelope, may be more than one piece of 64 KiB. */
const IN_PIECES = 64_000;

type Overheard = Pick<Overhearing, "has">;
type Complain = (text: string) => void;

export async function judgeRooms(
  people: readonly RoomPerson[],
  overheard: Overheard,
  rooms: readonly string[],
  phones: readonly PhonePerson[] = [],
): Promise<readonly string[]> {
  const violations: string[] = [];
  const complain = (text: string): void => void violations.push(text);
  for (const author of people) {
    for (const said of author.said) {
      const record = await author.store.sent(said.id);
      if (record === undefined)
        complain(`${labelOf(said.text)} is gone from the store of its author`);
      else judgeSaid({ said, record, author, people, phones }, complain);
    }
  }
  for (const reader of people) {
    judgeShown(reader, people, phones, complain);
    for (const author of people) await judgeOrder(author, reader, complain);
    if (!reader.isOnline) complain(`${reader.name} has not come back`);
  }
  for (const room of rooms) judgeRoster(room, people, complain);
  judgeRoomFiles(people, complain);
  judgeRoomPhones(phones, people, complain);
  judgeHidden(people, [...people, ...phones], overheard, complain);
  return violations;
}

interface Said {
  readonly said: SaidInRoom;
  readonly record: SentRecord;
  readonly author: RoomPerson;
  readonly people: readonly RoomPerson[];
  readonly phones: readonly PhonePerson[];
}

function judgeSaid({ said, record, author, people, phones }: Said, complain: Complain): void {
  const { text } = said;
  const { state } = record;
  const others = people.filter((each) => each !== author);
  const seenBy = others.filter((reader) => reader.shown.some((shown) => shown.text === text));
  if (state === "queued" || state === "sent")
    complain(`${labelOf(text)} is ${state}: it has no end`);
  const byPhone = phones.some(({ shown }) => shown.some((each) => each.text.endsWith(`: ${text}`)));
  if (state === "delivered" && !byPhone && seenBy.every(({ user }) => user === author.user)) {
    complain(`${labelOf(text)} is delivered, and nobody was shown it`);
  }
  if (state !== "accepted" && state !== "delivered") return;
  for (const reader of others) {
    if (!isFor(said, reader, author) || seenBy.includes(reader)) continue;
    const stay = reader.stayIn(said.room);
    if (stay?.inAt === undefined || stay.inAt > said.saidAt) continue;
    if (hasLeftElsewhere(reader, said.room, stay.inAt, people)) continue;
    complain(`${labelOf(text)} is ${state}, and ${reader.name} was not shown it`);
  }
}

function judgeShown(
  reader: RoomPerson,
  people: readonly RoomPerson[],
  phones: readonly PhonePerson[],
  complain: Complain,
): void {
  const times = new Map<string, number>();
  for (const { room, text, reach } of reader.shown) {
    times.set(text, (times.get(text) ?? 0) + 1);
    if (reach === "all" && wasSaidByPhone(phones, room, text)) continue;
    const isIt = (each: SaidInRoom): boolean => each.text === text && each.room === room;
    const author = people.find((each) => each !== reader && each.said.some(isIt));
    const said = author?.said.find(isIt);
    if (author === undefined || said === undefined) {
      complain(`${reader.name} was shown ${labelOf(text)} in ${room}, which nobody has said there`);
      continue;
    }
    if (!isFor(said, reader, author))
      complain(`${reader.name} was shown ${labelOf(text)}, private to others`);
    if (reach !== (said.to === undefined ? "all" : "private")) {
      complain(`${reader.name} was shown ${labelOf(text)} as ${reach}`);
    }
    const devices = people.filter(({ user }) => user === reader.user);
    if (!mayHear(said, devices))
      complain(`${reader.name} was shown ${labelOf(text)} without being there`);
  }
  for (const [text, count] of times) {
    const most = reader.forgiven.has(text) ? 2 : 1;
    if (count > most) complain(`${reader.name} was shown ${labelOf(text)} ${count} times`);
  }
}

async function judgeOrder(
  author: RoomPerson,
  reader: RoomPerson,
  complain: Complain,
): Promise<void> {
  const sure = new Map<string, number>();
  for (const { id, text, number, room } of author.said) {
    if (text.length > IN_PIECES) continue;
    const state = (await author.store.sent(id))?.state;
    if (state === "accepted" || state === "delivered") sure.set(`${room} ${text}`, number);
  }
  const rooms = new Set(author.said.map(({ room }) => room));
  for (const room of rooms) {
    const texts = new Set(
      reader.shown.filter((shown) => shown.room === room).map(({ text }) => text),
    );
    const numbers = [...texts]
      .map((text) => sure.get(`${room} ${text}`))
      .filter((one) => one !== undefined);
    if (numbers.some((number, at) => number < (numbers[at - 1] ?? 0))) {
      complain(`${reader.name} was shown ${numbers.join(", ")} of ${author.name} in this order`);
    }
  }
}

function judgeRoster(room: string, people: readonly RoomPerson[], complain: Complain): void {
  const inside = people.filter((each) => each.stayIn(room) !== undefined);
  const wanted = namesOf(inside.map((each) => each.roomAt(room)?.me?.entity ?? "nobody"));
  for (const each of inside) {
    const at = each.roomAt(room);
    if (at?.state !== "in") {
      complain(`${each.name} is ${at?.state ?? "nowhere"} in ${room}`);
      continue;
    }
    const seen = at.members.filter(({ state }) => state === "in").map(({ entity }) => entity);
    if (namesOf(seen) !== wanted) {
      complain(`${each.name} sees ${seen.join(" ")} in ${room}, where there are ${wanted}`);
    }
  }
}

function namesOf(entities: readonly string[]): string {
  return [...new Set(entities)].toSorted((a, b) => (a < b ? -1 : 1)).join(" ");
}

function judgeHidden(
  people: readonly RoomPerson[],
  everybody: readonly (RoomPerson | PhonePerson)[],
  overheard: Overheard,
  complain: Complain,
): void {
  for (const hidden of people.filter(({ habits }) => habits.anonymous)) {
    for (const other of everybody.filter((each) => userOf(each) !== hidden.user)) {
      for (const word of hidden.secrets) {
        if (!overheard.has(other.name, word)) continue;
        complain(`${other.name} was sent "${word}", which tells of ${hidden.name}`);
      }
    }
  }
}

function userOf(one: RoomPerson | PhonePerson): string {
  return "user" in one ? one.user : one.name;
}

/** Other devices of its author hear it as well. */
function isFor({ to }: SaidInRoom, reader: RoomPerson, author: RoomPerson): boolean {
  if (to === undefined || reader.user === author.user) return true;
  return to.some((entity) => reader.entities.has(entity));
}
