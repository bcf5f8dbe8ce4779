/**
 * What must hold for phones that know neither sessions nor receipts, besides what `judge.ts` has:
 *
 * 1. A phone shows nothing but what somebody has written to its user, or to a group that he is in, under the name of its author.
 * 2. What its author was told the server has, it has shown, unless its time ran out or it was too long for the way there.
 *    It may show it again: it knows no Message-ID, and its answer may be lost with its connection.
 * 3. What the server has taken from it is shown to whoever it was for, once.
 * 4. The server keeps nothing for it once it is back.
 */
import type { World } from "../world/world.ts";
import { labelOf, type Person } from "./person.ts";
import type { PhonePerson } from "./phone-person.ts";

type Complain = (text: string) => void;

export async function judgePhones(
  phones: readonly PhonePerson[],
  people: readonly Person[],
  world: World,
  group: string,
  complain: Complain,
): Promise<void> {
  for (const phone of phones) {
    judgeHeard(phone, [...people, ...phones], group, complain);
    for (const author of people) await judgeArrived(author, phone, group, complain);
    judgeSaid(phone, people, group, complain);
    const { messages } = await world.stores.deferred.usage(phone.name);
    if (messages > 0) complain(`${messages} messages still wait for the phone of ${phone.name}`);
    if (!phone.isOnline) complain(`the phone of ${phone.name} has not come back`);
  }
}

function judgeHeard(
  phone: PhonePerson,
  authors: readonly (Person | PhonePerson)[],
  group: string,
  complain: Complain,
): void {
  for (const { from, text } of phone.shown) {
    const author = authors.find(({ address }) => address === from);
    const written = author?.written.find((each) => each.text === text);
    const isHis = written?.to.some((to) => to === phone.address || to === group);
    if (isHis !== true) complain(`the phone of ${phone.name} shows ${labelOf(text)} from ${from}`);
  }
}

async function judgeArrived(
  author: Person,
  phone: PhonePerson,
  group: string,
  complain: Complain,
): Promise<void> {
  for (const { id, text, to, perishable } of author.written) {
    const toGroup = to.includes(group);
    if (perishable || (!toGroup && !to.includes(phone.address))) continue;
    const record = await author.store.sent(id);
    const own = record?.recipients.find(({ address }) => address === phone.address);
    const state = own?.state ?? record?.state;
    if (state === "failed" || state === undefined) continue;
    if (state === "queued" || state === "sent") {
      complain(`${labelOf(text)} to the phone of ${phone.name} is ${state}: it has no end`);
    } else if (!phone.shown.some((shown) => shown.text === text)) {
      complain(`${labelOf(text)} is ${state}, and the phone of ${phone.name} has not shown it`);
    }
  }
}

function judgeSaid(
  phone: PhonePerson,
  people: readonly Person[],
  group: string,
  complain: Complain,
): void {
  for (const { text, to, status } of phone.written) {
    for (const reader of people) {
      if (!to.includes(reader.address) && !to.includes(group)) continue;
      const count = reader.shown.filter((shown) => shown.text === text).length;
      if (count === 0 && status !== undefined && status < 300) {
        complain(
          `${text} of the phone of ${phone.name} is ${status}, and ${reader.name} has not seen it`,
        );
      }
    }
  }
}
