/** The address book, as it is shown: everybody once, in the order of names. */

import { userPart } from "./addresses.ts";
import { cleanLine } from "./clean-text.ts";
import type { PersonView } from "./views.ts";

/** Whoever stands in several lists is there once, with the first name that he has in one of them. */
export function peopleIn(people: readonly PersonView[]): readonly PersonView[] {
  const byAddress = new Map<string, PersonView>();
  for (const person of people) {
    const known = byAddress.get(person.address);
    if (known?.name === undefined) byAddress.set(person.address, person);
  }
  return [...byAddress.values()].toSorted((one, other) => shown(one).localeCompare(shown(other)));
}

function shown(person: PersonView): string {
  return contactName(person) ?? userPart(person.address);
}

export function contactName({ name }: PersonView): string | undefined {
  const clean = name === undefined ? "" : cleanLine(name, 64);
  return clean === "" ? undefined : clean;
}
