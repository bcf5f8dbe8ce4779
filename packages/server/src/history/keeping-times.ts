/** How long what is said is kept: as the operator has it for a user, for a group or room, or for everybody. */

export interface KeepingRules {
  readonly usualMs: number;
  /** By account name. */
  readonly users: ReadonlyMap<string, number>;
  /** By address key of the group or room. */
  readonly groups: ReadonlyMap<string, number>;
}

/** Where there is a rule for the user and one for the group, the shorter time. */
export function keptMs(rules: KeepingRules, user: string, conversation: string): number {
  const own = rules.users.get(user);
  const there = rules.groups.get(conversation);
  if (own === undefined || there === undefined) return own ?? there ?? rules.usualMs;
  return Math.min(own, there);
}
