/** What a message is about, when a copy of it brings along who else got one. RFC 5364 §4 */
import { dispositionOf, type Entity, parseLeaves } from "@parlance/formats";

const RECIPIENT_LIST_HISTORY = "recipient-list-history"; // RFC 5364 §6

/** The only other part beside such a list; else the whole, as it is. */
export function essentialPart(whole: Entity): Entity {
  const leaves = parseLeaves(whole);
  if (!leaves.ok) return whole;
  const [only, ...more] = leaves.value.filter(
    ({ headers }) => dispositionOf(headers) !== RECIPIENT_LIST_HISTORY,
  );
  return only !== undefined && more.length === 0 ? only : whole;
}
