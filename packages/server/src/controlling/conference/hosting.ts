/** What the procedures of a session stand on. */
import { ANONYMOUS_NAME, type GroupRights, isOpen } from "@parlance/im";
import { parseUri } from "@parlance/sip";
import { parsed } from "@parlance/wire";
import { keyOf } from "../../address-key.ts";
import type { Originator } from "../../ports/index.ts";
import type { Group } from "../model.ts";
import { appearanceOf } from "./appearance.ts";
import type { Conference, ConferenceFacts, ConferenceProcedures } from "./conference.ts";
import { Participant, type Person, personOf } from "./participant.ts";
import type { ConferenceOptions, ConferencePorts } from "./ports.ts";
import type { Registry } from "./registry.ts";
import { rightsOf } from "./rights.ts";

export interface Hosting {
  readonly ports: ConferencePorts;
  readonly options: ConferenceOptions;
  readonly registry: Registry;
  readonly procedures: ConferenceProcedures;
}

export function open(facts: Omit<ConferenceFacts, "user" | "startedAt">, on: Hosting): Conference {
  return on.registry.open(facts, on.procedures);
}

export function rightsFor(
  originator: Originator,
  of: Pick<Conference, "group" | "creator">,
  { ports, options }: Hosting,
): GroupRights {
  return rightsOf(originator, of, {
    now: ports.clock.now(),
    adHocAnonymity: options.adHocAnonymity,
  });
}

/** Is a session of the group to be at this time? Clause 16.4 */
export function mayBeOpen(group: Group, { ports }: Hosting): boolean {
  return isOpen(group.document.group, ports.clock.now());
}

/** Is he in as many sessions as one may be? */
export function isBusy(originator: Originator | undefined, on: Hosting): boolean {
  if (originator === undefined) return false;
  const { registry, options, ports } = on;
  const busy = registry.running(originator.address) >= options.limits.perUser;
  if (busy) ports.hits.hit("conferencesPerUser");
  return busy;
}

/** Whoever comes, as he is known here already or as he appears now. */
export function comer(
  originator: Originator,
  name: string | undefined,
  conference: Conference,
  on: Hosting,
): Participant {
  const person = personOf(originator);
  const rights = rightsFor(originator, conference, on);
  const known = conference.people.get(person.address);
  if (known !== undefined) {
    known.rights = rights;
    known.identities = person.identities;
    // He was asked by name, and comes without one: nobody is to see that it is he.
    if (known.state !== "invited" || !originator.anonymous || known.appearance.anonymous)
      return known;
    conference.roster.remove(known.entity, conference.count);
  }
  const appearance = appearanceOf(
    {
      uri: originator.uri,
      anonymous: originator.anonymous,
      wish: wishIn(name, originator),
      accountName: originator.user?.displayName,
      profileName: originator.user?.profileName,
      groupName: groupNameOf(person.address, conference.group),
    },
    conference.people.names.policyFor(person.address),
    on.ports.random,
    (entity) => conference.people.isTaken(entity),
  );
  const one = known ?? new Participant(person, { appearance, rights, state: "invited" });
  one.appearance = appearance;
  one.wish = wishIn(name, originator);
  return one;
}

/** A name that is not that of his account or profile is what he wishes to be called here. Clause 7.1.1.15 */
function wishIn(name: string | undefined, { user, anonymous }: Originator): string | undefined {
  const known = name === user?.displayName || name === user?.profileName;
  return known || (anonymous && name === ANONYMOUS_NAME) ? undefined : name;
}

export interface Guest {
  readonly uri: string;
  readonly displayName?: string | undefined;
  /** The others must not learn his address. RFC 5364 §4 */
  readonly anonymize?: boolean;
  /** The others must not learn that he was asked. RFC 5364 §4 */
  readonly hidden?: boolean;
}

/** One who is to be asked; undefined for what is no address. */
export function guest(
  { uri: text, displayName, anonymize = false, hidden = false }: Guest,
  conference: Conference,
  on: Hosting,
): Participant | undefined {
  const uri = parsed(() => parseUri(text));
  if (!uri.ok) return undefined;
  const user = on.ports.userAt(keyOf(text));
  const address = user?.address ?? keyOf(text);
  const known = conference.people.get(address);
  if (known?.state === "present" && !known.awaited) return known;
  const asked: Originator = { uri: uri.value, address, anonymous: anonymize, user };
  const person: Person = personOf(asked);
  const rights = rightsFor(asked, conference, on);
  const appearance = appearanceOf(
    {
      uri: uri.value,
      anonymous: anonymize,
      wish: undefined,
      accountName: displayName ?? user?.displayName,
      profileName: displayName === undefined ? user?.profileName : undefined,
      groupName: groupNameOf(address, conference.group),
    },
    conference.people.names.policyFor(address),
    on.ports.random,
    (entity) => conference.people.isTaken(entity),
  );
  if (known === undefined) {
    return new Participant(person, { appearance, rights, state: "invited", hidden });
  }
  known.state = "invited";
  known.awaited = false;
  // Whoever was here without a name is asked by his own: nobody is to see that it was he.
  if (known.appearance.anonymous && !anonymize) known.appearance = appearance;
  return known;
}

function groupNameOf(address: string, group: Group | undefined): string | undefined {
  const entry = group?.document.group.entries.find(({ uri }) => keyOf(uri) === address);
  return entry?.displayName;
}
