/**
 * What must hold of files in rooms: each that has come is, octet by octet, one that was given to that room while who has it could hear of it, and
 * came once; each has an end; and one on the file server that its author was told has left is announced to everybody who was in before.
 */
import { equalBytes } from "@parlance/wire";
import { isOver } from "./room-files.ts";
import type { RoomPerson } from "./room-person.ts";
import { hasLeftElsewhere, mayHear } from "./room-stays.ts";

type Complain = (text: string) => void;

export function judgeRoomFiles(people: readonly RoomPerson[], complain: Complain): void {
  for (const reader of people) judgeTaken(reader, people, complain);
  for (const author of people) {
    for (const { name, room, state, via, at, orphaned } of author.files.given) {
      if (!orphaned && !isOver(state)) complain(`${name} is ${state}: it has no end`);
      const left = state === "sent" || state === "deferred" || state === "delivered";
      if (via !== "http" || !left) continue;
      for (const reader of people.filter((one) => one !== author)) {
        const stay = reader.stayIn(room);
        if (stay?.inAt === undefined || stay.inAt > at) continue;
        if (hasLeftElsewhere(reader, room, stay.inAt, people)) continue;
        if (reader.files.announced.some((one) => one.name === name)) continue;
        complain(`${name} is ${state}, and ${reader.name} was not told of it`);
      }
    }
  }
}

function judgeTaken(reader: RoomPerson, people: readonly RoomPerson[], complain: Complain): void {
  const names = new Set<string>();
  const devices = people.filter(({ user }) => user === reader.user);
  for (const { name, room, content } of reader.files.taken) {
    // Who was killed before he said that he had shown it may be told of it again.
    if (names.has(name) && reader.forgiven.size === 0)
      complain(`${name} came twice to ${reader.name}`);
    names.add(name);
    const given = people
      .flatMap(({ files }) => files.given)
      .find((one) => one.name === name && one.room === room);
    if (given === undefined || !equalBytes(given.content, content)) {
      complain(`${reader.name} has ${name} (${content.length}), which was not given to ${room} so`);
    } else if (
      !given.toMembers &&
      !mayHear({ room, saidAt: given.at, acceptedAt: undefined }, devices)
    ) {
      complain(`${reader.name} has ${name} without having been in ${room}`);
    }
  }
}
