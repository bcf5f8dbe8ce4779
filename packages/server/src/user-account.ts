/** What a user asks about his own account over HTTP, put together over the core and the groups. */
import { AccountWeb } from "./account/index.ts";
import type { ServerPorts } from "./config.ts";
import type { Conferences } from "./controlling/index.ts";
import type { Core } from "./core/core.ts";
import { Rate } from "./core/rate.ts";
import { AT_THE_CORE } from "./core/registrar/contact.ts";
import type { Bounds } from "./limits.ts";
import type { User, WebLogin } from "./ports/index.ts";
import type { StoredBinding } from "./store/index.ts";
import type { UserDocuments } from "./user-documents.ts";
import type { WebHandler } from "./web/index.ts";

export interface AccountParts {
  readonly core: Core;
  readonly documents: UserDocuments;
  readonly conferences: () => Conferences | undefined;
}

/** Everything below `/account`, for who has logged in. */
export function accountHandler(
  limits: Bounds,
  { clock, hashing, transports }: ServerPorts,
  { core, documents, conferences }: AccountParts,
): (login: WebLogin) => WebHandler {
  const { registrar, signedOut, hits } = core;
  const { groups, serviceGroups } = documents;
  const rate = new Rate(limits.accountRequestsPerSecond, limits.accountRequestBurst);
  hits.uses("accountRequestBurst", () => rate.used(clock.now()));
  const deviceOf = ({ instance, id }: StoredBinding): string =>
    hashing.hash("sha-256", instance ?? id).slice(0, ID_DIGITS);
  return (login) => {
    const web = new AccountWeb({
      login,
      groups: {
        service: () => [...serviceGroups.all].map(({ group }) => group),
        naming: (identities) => groups.naming(identities),
        live: (identity) => conferences()?.ofGroup(identity),
      },
      devices: {
        bindings: ({ address }) => [
          ...registrar.contacts.of(address).map((contact) => ({
            ...factsOf(contact.row),
            device: deviceOf(contact.row),
            seenAt: contact.refreshedAt,
            expiresAt: contact.expiresAt,
            asleep: false,
          })),
          ...registrar.sleepersOf(address).map(({ row, expiresAt }) => ({
            ...factsOf(row),
            device: deviceOf(row),
            seenAt: row.registeredAt,
            expiresAt,
            asleep: true,
          })),
        ],
        async signOut({ address }: User, device) {
          const isIt = (row: StoredBinding): boolean => deviceOf(row) === device;
          const known = [...registrar.contacts.of(address), ...registrar.sleepersOf(address)];
          const row = known.map((one) => one.row).find(isIt);
          if (row === undefined) return "unknown";
          if (row.flow === AT_THE_CORE) return "elsewhere";
          // Before its registrations end: it would be back at once.
          const refused =
            row.instance === undefined ? undefined : signedOut.add(address, row.instance);
          const gone = await registrar.reject(address, isIt);
          for (const { flow } of gone) if (flow !== undefined) transports.close(flow);
          await refused;
          return "done";
        },
      },
      now: () => clock.now(),
      take: (user) => rate.take(user, clock.now()),
      hits,
    });
    return (request) => web.handle(request);
  };
}

const ID_DIGITS = 24;

function factsOf({ instance, userAgent: name, registeredAt }: StoredBinding) {
  return { instance, name, registeredAt };
}
