/** Phones without sessions in rooms: they come in by what they write, and are told by MESSAGE what is said. Clause 11.5 */
import { labelOf } from "./person.ts";
import type { PhonePerson } from "./phone-person.ts";
import type { RoomPerson } from "./room-person.ts";
import { hasLeftElsewhere } from "./room-stays.ts";

type Complain = (text: string) => void;

/** As a phone shows it: who has said it, and what. */
const SAID = /^[^:]*: (\S+-\d+(?: |$)[^]*)$/;

export function wasSaidByPhone(
  phones: readonly PhonePerson[],
  room: string,
  text: string,
): boolean {
  return phones.some(({ written }) =>
    written.some((each) => each.text === text && each.to.includes(room)),
  );
}

export function judgeRoomPhones(
  phones: readonly PhonePerson[],
  people: readonly RoomPerson[],
  complain: Complain,
): void {
  for (const phone of phones) {
    for (const { from, text } of phone.shown)
      judgeHeard(phone, { from, text }, phones, people, complain);
    for (const written of phone.written) judgeTaken(phone, written, people, complain);
  }
}

function judgeHeard(
  phone: PhonePerson,
  { from, text }: PhonePerson["shown"][number],
  phones: readonly PhonePerson[],
  people: readonly RoomPerson[],
  complain: Complain,
): void {
  const said = SAID.exec(text)?.[1];
  if (said === undefined || wasSaidByPhone(phones, from, said)) return;
  const aside = text.includes(" (to you alone): ");
  const isFor = (to: readonly string[] | undefined): boolean =>
    aside ? to?.includes(phone.address) === true : to === undefined;
  const isIt = people.some((each) =>
    each.said.some((one) => one.room === from && one.text === said && isFor(one.to)),
  );
  if (!isIt) complain(`the phone of ${phone.name} was told ${labelOf(said)} in ${from}`);
}

function judgeTaken(
  phone: PhonePerson,
  { text, to, at, status }: PhonePerson["written"][number],
  people: readonly RoomPerson[],
  complain: Complain,
): void {
  if (status === undefined || status >= 300) return;
  for (const reader of people) {
    const room = to[0] ?? "";
    const stay = reader.stayIn(room);
    if (stay?.inAt === undefined || stay.inAt > at) continue;
    if (reader.shown.some((shown) => shown.text === text)) continue;
    if (hasLeftElsewhere(reader, room, stay.inAt, people)) continue;
    complain(
      `${text} of the phone of ${phone.name} is ${status}, and ${reader.name} was not shown it`,
    );
  }
}
