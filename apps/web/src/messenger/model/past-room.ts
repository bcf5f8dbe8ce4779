/** A group that the user is in no more, as it is shown: what was said there is to be read, and nothing to be written. */
import type { PastRoom } from "@parlance/client";
import { domainOf, shortAddress } from "./addresses.ts";
import type { ConversationRow, Item, RoomView } from "./views.ts";

/** What is known of it without the SDK: by the server alone, on a device that was not in it. */
export type KnownPast = Pick<PastRoom, "address" | "adHoc" | "name" | "subject" | "why"> &
  Partial<PastRoom>;

export function pastView(past: KnownPast): RoomView {
  const { address, adHoc, name, subject, anonymous = false, nickname, people = [], why } = past;
  return {
    address,
    state: "left",
    adHoc,
    name,
    subject,
    nickname,
    anonymous,
    locked: false,
    members: [],
    ending: why,
    people,
    aliasUrl: undefined,
  };
}

/** One without a name is called by those who were in it. */
export function pastRow(
  { name, subject, adHoc, people = [] }: KnownPast,
  self: string,
): Partial<ConversationRow> {
  const those = people.map((one) => shortAddress(one, domainOf(self))).join(", ");
  const called = name ?? subject ?? (those === "" ? undefined : those);
  return { group: true, name: called, roomState: "left", over: adHoc };
}

/** Whom to ask when it is to begin again: those who were in it, or as far as is known those who wrote there. */
export function peopleOf(room: RoomView, items: readonly Item[]): readonly string[] {
  if (room.people.length > 0) return room.people;
  const writers = items.filter(
    ({ own, reach, from }) => !own && reach !== "system" && !from.endsWith("@anonymous.invalid"),
  );
  return [...new Set(writers.map(({ from }) => from))].filter((one) => one !== room.address);
}
