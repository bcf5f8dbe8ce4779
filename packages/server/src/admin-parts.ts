/** What the operator sees and does, put together over the functions, and what becomes of an account that is removed. */
import type { AdminParts } from "./admin.ts";
import { adminGroups } from "./admin-groups.ts";
import type { ServerPorts } from "./config.ts";
import type { Conferences } from "./controlling/index.ts";
import type { Core } from "./core/core.ts";
import type { WaitingList } from "./deferred/index.ts";
import { forgetAccount } from "./forget-account.ts";
import { LiveSessions } from "./live-sessions.ts";
import type { User } from "./ports/index.ts";
import type { ServiceSettings } from "./settings/index.ts";
import type { UserDocuments } from "./user-documents.ts";
import type { UserPlane } from "./user-plane.ts";
import type { WebFunctions } from "./web-functions.ts";

export interface AdminSources {
  readonly core: Core;
  readonly web: WebFunctions;
  readonly documents: UserDocuments;
  readonly waiting: WaitingList;
}

export interface AdminFunctions {
  readonly settings: ServiceSettings;
  readonly conferences: Conferences | undefined;
  readonly plane: UserPlane | undefined;
}

type Account = Pick<User, "name" | "address">;

export function adminParts(
  { stores, transports, random }: ServerPorts,
  { core, web, documents, waiting }: AdminSources,
  { settings, conferences, plane }: AdminFunctions,
): AdminParts {
  const { accounts, directory, logins, registrar, signedOut } = core;
  const sessions = new LiveSessions({ anchored: plane?.sessions, conferences }, random);
  const { serviceGroups: service, groups: live, isFree } = documents;
  const groups = adminGroups({ service, live, directory, conferences, isFree });
  const discard = async (name: string, ids: readonly string[]): Promise<number> => {
    const gone = await waiting.discard(name, ids);
    const user = directory.named(name)?.user;
    if (user !== undefined && gone > 0) waiting.changed(user);
    return gone;
  };
  const others = [
    async ({ address }: Account) => {
      sessions.leave(address);
      conferences?.forget(address);
    },
    ({ name }: Account) => settings.removed(name),
    ({ name }: Account) => documents.removed(name),
    ({ address }: Account) => service.forget(address),
    ({ address }: Account) => signedOut.forget(address),
    async ({ name }: Account) => void (await web.files?.removeAllOf(name)),
  ];
  const { deferred, history, imdn, recordings, rooms } = stores;
  const forget = (user: Account) =>
    forgetAccount(user, { deferred, history, imdn, recordings, rooms, discard, others });
  const parts = { accounts, directory, logins, registrar, settings, sessions, groups, transports };
  return { ...parts, waiting: { discard }, forget };
}
