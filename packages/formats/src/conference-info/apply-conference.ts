/** What a subscriber makes of one document after another: the state of the conference. RFC 4575 §4.6 */
import { PersistentMap } from "@parlance/wire";
import type { Conference, KnownConference } from "./conference.ts";
import type {
  ConferenceDocument,
  ConferenceUser,
  Endpoint,
  EndpointElement,
  EndpointMedia,
  UserElement,
  UsersElement,
} from "./conference-info.ts";

export type Application =
  | { readonly kind: "applied"; readonly known: KnownConference }
  /** Older than what is known, or the same again. */
  | { readonly kind: "stale" }
  /** Something in between was lost: keep what is known, refresh, and all of it comes. */
  | { readonly kind: "gap" }
  /** There is no such conference any more: end the subscription. */
  | { readonly kind: "ended" };

/** How far documents of a peer may make a conference grow; what is beyond is not kept. */
export const KNOWN_LIMITS = { users: 5000, endpointsAUser: 50, mediaAnEndpoint: 20 } as const;

/** `known` is what the documents before made within the same subscription. */
export function applyConference(
  known: KnownConference | undefined,
  document: ConferenceDocument,
): Application {
  const { state, version } = document;
  if (known !== undefined && version <= known.version) return { kind: "stale" };
  if (state === "deleted") return { kind: "ended" };
  if (state === "full") return { kind: "applied", known: replace(known, document) };
  if (known === undefined || version !== known.version + 1) return { kind: "gap" };
  const next: KnownConference = {
    entity: known.entity,
    version,
    // None of these has a state of its own: each comes whole or not at all. RFC 4575 §4.6 (3.2)
    description: document.description ?? known.description,
    host: document.host ?? known.host,
    status: document.status ?? known.status,
    users: applyUsers(known.users, document.users),
  };
  return { kind: "applied", known: next };
}

function replace(known: Conference | undefined, document: ConferenceDocument): KnownConference {
  const { entity, version, description, host, status } = document;
  const users = repopulate(known?.users ?? PersistentMap.empty(), document.users?.users ?? []);
  return { entity, version, description, host, status, users };
}

function applyUsers(
  known: Conference["users"],
  element: UsersElement | undefined,
): Conference["users"] {
  if (element === undefined) return known;
  if (element.state === "deleted") return PersistentMap.empty();
  if (element.state === "full") return repopulate(known, element.users);
  return element.users.reduce(applyUser, known);
}

/** Whoever is as he was stays the same value, so that two rosters differ only in what changed. */
function repopulate(
  known: Conference["users"],
  elements: readonly UserElement[],
): Conference["users"] {
  const told = new Set(elements.map(({ entity }) => entity));
  let users = known;
  for (const { entity } of known) if (!told.has(entity)) users = users.without(entity);
  return elements.reduce(applyUser, users);
}

function applyUser(users: Conference["users"], element: UserElement): Conference["users"] {
  const { entity, state } = element;
  if (state === "deleted") return users.without(entity);
  const known = users.get(entity);
  if (known === undefined && users.size >= KNOWN_LIMITS.users) return users;
  const user =
    state === "partial" && known !== undefined ? mergeUser(known, element) : plainUser(element);
  return known !== undefined && same(known, user) ? users : users.with(entity, user);
}

function mergeUser(known: ConferenceUser, said: UserElement): ConferenceUser {
  return {
    entity: known.entity,
    yourOwn: known.yourOwn || said.yourOwn,
    displayText: said.displayText ?? known.displayText,
    nickname: said.nickname ?? known.nickname,
    associatedAors: saidOr(said.associatedAors, known.associatedAors),
    roles: saidOr(said.roles, known.roles),
    languages: saidOr(said.languages, known.languages),
    cascadedFocus: said.cascadedFocus ?? known.cascadedFocus,
    endpoints: said.endpoints.reduce(applyEndpoint, known.endpoints),
  };
}

function plainUser(element: UserElement): ConferenceUser {
  const { state: _, ...user } = element;
  const endpoints = element.endpoints.filter((one) => one.state !== "deleted").map(plainEndpoint);
  return { ...user, endpoints: endpoints.slice(0, KNOWN_LIMITS.endpointsAUser) };
}

function applyEndpoint(known: readonly Endpoint[], said: EndpointElement): readonly Endpoint[] {
  const at = known.findIndex(({ entity }) => entity === said.entity);
  const before = known[at];
  if (said.state === "deleted") return known.filter((endpoint) => endpoint !== before);
  if (before === undefined) {
    const room = known.length < KNOWN_LIMITS.endpointsAUser;
    return room ? [...known, plainEndpoint(said)] : known;
  }
  return known.with(
    at,
    said.state === "partial" ? mergeEndpoint(before, said) : plainEndpoint(said),
  );
}

function mergeEndpoint(known: Endpoint, said: EndpointElement): Endpoint {
  return {
    entity: known.entity,
    displayText: said.displayText ?? known.displayText,
    referred: said.referred ?? known.referred,
    status: said.status ?? known.status,
    joiningMethod: said.joiningMethod ?? known.joiningMethod,
    joiningInfo: said.joiningInfo ?? known.joiningInfo,
    disconnectionMethod: said.disconnectionMethod ?? known.disconnectionMethod,
    disconnectionInfo: said.disconnectionInfo ?? known.disconnectionInfo,
    media: said.media.reduce(applyMedia, known.media),
  };
}

function plainEndpoint(element: EndpointElement): Endpoint {
  const { state: _, ...endpoint } = element;
  return { ...endpoint, media: endpoint.media.slice(0, KNOWN_LIMITS.mediaAnEndpoint) };
}

function applyMedia(
  known: readonly EndpointMedia[],
  said: EndpointMedia,
): readonly EndpointMedia[] {
  const at = known.findIndex(({ id }) => id === said.id);
  if (at >= 0) return known.with(at, said);
  return known.length < KNOWN_LIMITS.mediaAnEndpoint ? [...known, said] : known;
}

/** An empty list cannot be written: it means that nothing was said. */
function saidOr<T>(said: readonly T[], known: readonly T[]): readonly T[] {
  return said.length === 0 ? known : said;
}

/** Both were made here, with their keys in one order. */
function same(a: ConferenceUser, b: ConferenceUser): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
