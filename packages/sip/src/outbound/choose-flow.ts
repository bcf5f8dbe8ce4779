/** Which of several flows to one device a request takes, and which one next. RFC 5626 §7 */

/** A registered contact, as far as the choice needs it. */
export interface FlowChoice {
  readonly instance: string | undefined;
  readonly regId: number | undefined;
  /** When it was last registered; the most lately refreshed one is tried first. */
  readonly refreshedAt: number;
}

/**
 * Groups contacts so that each device appears once. A contact without instance is a device of its
 * own. Inside a group the order is that of trial; groups keep the order in which they were found.
 */
export function groupByDevice<T extends FlowChoice>(
  contacts: readonly T[],
): readonly (readonly T[])[] {
  if (contacts.length < 2) return contacts.length === 0 ? [] : [contacts];
  const groups: T[][] = [];
  const byInstance = new Map<string, T[]>();
  for (const contact of contacts) {
    const group = contact.instance === undefined ? undefined : byInstance.get(contact.instance);
    if (group !== undefined) {
      group.push(contact);
      continue;
    }
    const fresh = [contact];
    groups.push(fresh);
    if (contact.instance !== undefined) byInstance.set(contact.instance, fresh);
  }
  for (const group of groups) group.sort((a, b) => b.refreshedAt - a.refreshedAt);
  return groups;
}

/**
 * Whether another flow of the same device may be tried after this answer: only when the first one
 * never reached it. Any other answer is the device's own. RFC 5626 §7, RFC 5627 §6.1
 */
export function mayTryNextFlow(status: number): boolean {
  return status === 408 || status === 430;
}
