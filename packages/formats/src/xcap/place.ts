/** Where a new element goes among its siblings. RFC 4825 §8.2.3 */
import { children, type XmlElement } from "@parlance/wire";
import { isNamed } from "./locate.ts";
import type { SelectorStep } from "./selector.ts";

/** Behind the last child, or an offset in the octets; `undefined` when there is no such place. */
export type Place = "last" | number | undefined;

/** `step` finds nothing yet; the new element is what it is to find. */
export function placeFor(parent: XmlElement, { name, position }: SelectorStep): Place {
  const siblings = children(parent);
  const alike = siblings.filter((element) => isNamed(element, name));
  const [first] = alike;
  if (first === undefined) return position === undefined || position === 1 ? "last" : undefined;
  // Anything may stand in any place: one more goes to the end.
  if (position === undefined) return name === "*" ? "last" : alike.at(-1)?.end; // "earliest last"
  if (position === 1) return first.start;
  return alike[position - 2]?.end; // "earliest nth"
}
