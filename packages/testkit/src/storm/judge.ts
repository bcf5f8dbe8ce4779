/**
 * What must hold after a storm, when everybody is back and nothing is under way.
 *
 * 1. Nobody is shown a message twice, or one that was not for him, or another text than was written.
 *    (An application that died before it said that it had shown a message may show it once more.)
 * 2. Every message has an end. Its author is told `delivered` or `displayed` only if it was shown
 *    (without receipts also if the other device dropped it because its time had run out). He is told `failed` only if it was not; where he asked for no receipt, `failed` means that nobody
 *    can tell, and whatever the code says, it may have been shown once.
 * 3. `accepted` and `deferred` are ends only where no receipt was asked for, and then it was shown,
 *    unless its time ran out, or it was too long for the way to a device.
 * 4. One author's messages of one conversation are shown in the order of their writing, but for those
 *    that he was told had failed: then the conversation went on without them.
 * 5. The server keeps nothing for anybody who is back.
 * 6. A file that has come is, octet by octet, one that was sent to who has it, and came once. Its sender is told
 *    `delivered` only then (by way of the file server: also when its address has come at once), and `failed` only if it
 *    has not come; and every file has an end: one that nobody has wanted stays on the file server, and of one whose
 *    report was lost with its session the sender hears that nobody will say more. A sender who went before cannot know.
 */
import type { SendingState, SentRecord } from "@parlance/client";
import { equalBytes } from "@parlance/wire";
import type { World } from "../world/world.ts";
import { judgePhones } from "./judge-phones.ts";
import { isFileOver, labelOf, type Person, type Written } from "./person.ts";
import { PhonePerson } from "./phone-person.ts";

export async function judge(
  people: readonly Person[],
  world: World,
  group: string,
  phones: readonly PhonePerson[] = [],
): Promise<readonly string[]> {
  const violations: string[] = [];
  const complain = (text: string): void => void violations.push(text);
  for (const reader of people) {
    judgeShown(reader, [...people, ...phones], group, complain);
    const { messages } = await world.stores.deferred.usage(reader.name);
    if (messages > 0) complain(`${messages} messages still wait for ${reader.name}`);
    if (!reader.isOnline) complain(`${reader.name} has not come back`);
    judgeTaken(reader, people, complain);
  }
  for (const author of people) {
    for (const written of author.written) {
      const record = await author.store.sent(written.id);
      if (record === undefined)
        complain(`${labelOf(written.text)} is gone from the store of its author`);
      else judgeEnd({ written, record, author, people, group }, complain);
    }
    for (const reader of people) judgeOrder(author, reader, complain);
    judgeGiven(author, people, complain);
  }
  await judgePhones(phones, people, world, group, complain);
  return violations;
}

type Complain = (text: string) => void;

function judgeShown(
  reader: Person,
  people: readonly (Person | PhonePerson)[],
  group: string,
  complain: Complain,
): void {
  const times = new Map<string, number>();
  for (const { text, from } of reader.shown) {
    times.set(text, (times.get(text) ?? 0) + 1);
    const author = people.find(({ address }) => address === from);
    const written = author?.written.find((each) => each.text === text);
    if (written === undefined) complain(`${reader.name} was shown ${labelOf(text)}, from ${from}`);
    else if (!isFor(written, reader, group)) complain(`${reader.name} was shown ${labelOf(text)}`);
  }
  for (const [text, count] of times) {
    const most = reader.forgiven.has(text) || isNameless(text, people) ? 2 : 1;
    if (count > most) complain(`${reader.name} was shown ${labelOf(text)} ${count} times`);
  }
}

/** A phone gives its message no id: kept (202) since the answer of a device was lost, it comes again as another one. */
function isNameless(text: string, people: readonly (Person | PhonePerson)[]): boolean {
  return people.some(
    (author) =>
      author instanceof PhonePerson &&
      author.written.some((each) => each.text === text && each.status === 202),
  );
}

function judgeTaken(reader: Person, people: readonly Person[], complain: Complain): void {
  const names = new Set<string>();
  for (const { name, from, content } of reader.taken) {
    if (names.has(name)) complain(`${name} came twice to ${reader.name}`);
    names.add(name);
    const author = people.find(({ address }) => address === from);
    const given = author?.files.find((each) => each.name === name && each.to === reader.address);
    if (given === undefined || !equalBytes(given.content, content)) {
      complain(`${reader.name} has ${name} (${content.length}), which was not sent to him so`);
    }
  }
}

function judgeGiven(author: Person, people: readonly Person[], complain: Complain): void {
  for (const { name, to, state, via, unreported, orphaned } of author.files) {
    const reader = people.find(({ address }) => address === to);
    const came = reader?.taken.some((taken) => taken.name === name) === true;
    if (state === "delivered" && via === "session" && !came)
      complain(`${name} is delivered, and has not come`);
    if (state === "failed" && came && !orphaned) complain(`${name} has failed, and has come`);
    if (!isFileOver({ state, via, unreported }) && !orphaned) {
      complain(`${name} is ${state}: it has no end`);
    }
  }
}

interface End {
  readonly written: Written;
  readonly record: SentRecord;
  readonly author: Person;
  readonly people: readonly Person[];
  readonly group: string;
}

function judgeEnd({ written, record, author, people, group }: End, complain: Complain): void {
  for (const reader of people) {
    if (reader === author || !isFor(written, reader, group)) continue;
    const own = record.recipients.find(({ address }) => address === reader.address);
    const toGroup = own === undefined;
    // The list of the others makes a copy too long for datagrams. RFC 3428 §8
    const tooLong = written.to.length > 1 && reader.transport === "udp";
    const state = own?.state ?? record.state;
    const wasShown = reader.shown.some(({ text }) => text === written.text);
    const perishable = written.perishable || tooLong;
    const verdict = judgeState(state, wasShown, { ...written, perishable, toGroup });
    const code = record.failure?.code ?? "";
    if (verdict !== undefined) {
      complain(`${labelOf(written.text)} to ${reader.name} is ${state} ${code}: ${verdict}`);
    }
  }
}

function judgeState(
  state: SendingState,
  wasShown: boolean,
  { receipts, perishable, toGroup }: Written & { readonly toGroup: boolean },
): string | undefined {
  switch (state) {
    case "queued":
    case "sent":
      return "it has no end";
    case "accepted":
    case "deferred":
      if (receipts && !toGroup) return "no receipt has come";
      return wasShown || perishable ? undefined : "it was not shown";
    case "delivered":
    case "displayed":
      if (perishable && (toGroup || !receipts)) return undefined;
      return wasShown ? undefined : "it was not shown";
    case "failed":
      return wasShown && receipts && !toGroup ? "it was shown" : undefined;
  }
}

function judgeOrder(author: Person, reader: Person, complain: Complain): void {
  const conversations = Map.groupBy(author.written, ({ to }) => to.toSorted().join(" "));
  for (const written of conversations.values()) {
    const sure = written.filter(({ failed }) => !failed).map(({ text }) => text);
    const first = new Set(reader.shown.map(({ text }) => text));
    const shown = [...first].filter((text) => sure.includes(text));
    const wanted = sure.filter((text) => first.has(text));
    if (shown.join() !== wanted.join()) {
      complain(`${reader.name} was shown ${shown.map(labelOf).join(", ")} in this order`);
    }
  }
}

function isFor({ to }: Pick<Written, "to">, reader: Person, group: string): boolean {
  return to.includes(reader.address) || to.includes(group);
}
