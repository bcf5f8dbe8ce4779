/** How one who takes part in a conference appears to the others. Clause 7.2.3.2, Appendix M */
import type { DisconnectionMethod, NamedUri } from "@parlance/formats";
import type { Uri } from "@parlance/sip";
import type { Random } from "@parlance/wire";
import { ANONYMOUS_NAME, anonymousEntity } from "./anonymity.ts";
import { bareAddress } from "./originator.ts";

/** What a role entry of the conference state says. RFC 4575 §5.6.3 leaves the words to us. */
export type Role = (typeof ROLES)[number];

export const ROLES = [
  "creator", // made the conference
  "moderator", // may expel others and name the subject
  "participant",
  "reader", // writes nothing, as the group says
] as const;

/** What the others may be shown of somebody, and what he is called for want of that. */
export interface Appearance {
  /** Names him in this conference: his address, or an anonymous entity. */
  readonly entity: string;
  readonly anonymous: boolean;
  /** What he asked to be called here. */
  readonly alias: string | undefined;
  /** Of the request by which he joined. */
  readonly displayName: string | undefined;
  /** Of his entry in the document of the group. */
  readonly groupName: string | undefined;
  /** Of his own profile document. */
  readonly profileName: string | undefined;
}

const ANONYMOUS_ENTITY = /^sip:anonymous-[0-9a-f]{8}@anonymous\.invalid$/;

/** Two random entities are the same once in four thousand million times: enough to ask, not to loop. */
const MOST_TRIES = 16;

/** The entity of one who joins; `taken` says which anonymous ones the conference has given away. */
export function participantEntity(
  address: Uri,
  anonymous: boolean,
  random: Random,
  taken: (entity: string) => boolean,
): string {
  if (!anonymous) return bareAddress(address);
  for (let left = MOST_TRIES; left > 0; left -= 1) {
    const entity = anonymousEntity(random);
    if (!taken(entity)) return entity;
  }
  throw new Error("random entities are not random");
}

/** An entity as a focus gives it to one who wants no name, written as it was given. */
export function isAnonymousEntity(entity: string): boolean {
  return ANONYMOUS_ENTITY.test(entity);
}

/** The first that there is; of one who hides, no name by which he could be known. Clause 5.5 */
export function displayTextOf(one: Appearance): string {
  if (one.anonymous) return one.alias ?? ANONYMOUS_NAME;
  const { alias, displayName, groupName, profileName, entity } = one;
  return alias ?? displayName ?? groupName ?? profileName ?? userPart(entity);
}

/** What stands in From of his messages in the conference. */
export function namedEntity(one: Appearance): NamedUri {
  return { name: displayTextOf(one), uri: one.entity };
}

/** The key of one of his devices: its contact, or nothing that leads to him. RFC 4575 §5.7 */
export function endpointEntity(one: Appearance, contact: string): string {
  return one.anonymous ? one.entity : contact;
}

/** How somebody is gone who was invited and did not come, by the final status of his device. */
export function missedBy(status: number): DisconnectionMethod {
  return status === 486 || status === 600 || status === 603 ? "busy" : "failed";
}

function userPart(entity: string): string {
  const from = entity.indexOf(":") + 1;
  const end = entity.indexOf("@", from);
  return end === -1 ? entity.slice(from) : entity.slice(from, end);
}
