/** Words that all files share: who plays, what a service must have, and how it is said that something does not hold. */

/** `room`: a chat room in which all may be. `group`: one that all of the people are members of. */
export type Need = "room" | "group";

/** The part of somebody in a scenario; the users who play it are those of the place. */
export type Role = "alice" | "bob" | "carol";

export const ROLES: readonly Role[] = ["alice", "bob", "carol"];

/** Thrown where the service says that it does not have what is tried. */
export class NotSupported extends Error {
  override readonly name = "NotSupported";
}

/** Thrown where something else came of it than has to. */
export class Unmet extends Error {
  override readonly name = "Unmet";
}

export function expect(met: boolean, words: string): asserts met {
  if (!met) throw new Unmet(words);
}
