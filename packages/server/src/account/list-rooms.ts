/** The chat rooms and groups that a user may come into. OMA IM 7.2.1.3, 7.2.1.4 */
import { parseUri } from "@parlance/sip";
import { type Group, rightsIn } from "../controlling/index.ts";
import type { Originator, User } from "../ports/index.ts";

/** One row, as it is written. What is not known, or not his to know, is absent. */
export interface JoinableRoom {
  readonly address: string;
  /** A room waits for its people, a group calls its members when its session begins. */
  readonly kind: "room" | "group";
  readonly name: string | undefined;
  /** As it is now. */
  readonly subject: string | undefined;
  /** In its list; absent for a room, which has none. */
  readonly members: number | undefined;
  /** Who are in it now. */
  readonly present: number | undefined;
  /** One may come in without a name. */
  readonly anonymity: boolean;
}

/** Groups that there are, as far as a directory needs them. */
export interface JoinableGroups {
  /** Of the configuration and of the operator. */
  readonly service: () => Iterable<Group>;
  /** Kept by users, in whose lists one of these addresses stands. */
  readonly naming: (identities: readonly string[]) => Iterable<Group>;
  /** The session that runs. */
  readonly live: (identity: string) => LiveRoom | undefined;
}

export interface LiveRoom {
  readonly count: number;
  readonly subject: string | undefined;
}

/** More nobody looks through; one that is not among them is joined by its address. */
const MOST = 2_000;

/** In the order of their addresses. */
export function roomsFor(
  user: User,
  { service, naming, live }: JoinableGroups,
  now: number,
): readonly JoinableRoom[] {
  const asker: Originator = {
    uri: parseUri(user.address),
    address: user.address,
    anonymous: false,
    user,
  };
  const found = new Map<string, JoinableRoom>();
  for (const groups of [service(), naming(user.identities)]) {
    for (const group of groups) {
      if (found.size >= MOST) break;
      const rights = rightsIn(group, asker, now);
      if (!rights.join || found.has(group.identity)) continue;
      const session = live(group.identity);
      // Whom a group calls when its session begins has to be allowed to begin it. IM-7.2.1.3-04
      if (session === undefined && !rights.initiate) continue;
      found.set(group.identity, {
        address: group.identity,
        kind: group.inviteMembers ? "group" : "room",
        name: group.displayName,
        subject: session?.subject ?? group.document.group.subject,
        members: group.members.length === 0 ? undefined : group.members.length,
        present: rights.seeState ? (session?.count ?? 0) : undefined,
        anonymity: rights.anonymity,
      });
    }
  }
  return [...found.values()].toSorted((one, other) => (one.address < other.address ? -1 : 1));
}
