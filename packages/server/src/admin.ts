/** What the operator can see and do while the server runs. */

import type { Transports } from "@parlance/sip";
import type { DigestSecret } from "@parlance/wire";
import type { AdminGroups } from "./admin-groups.ts";
import type { AccountFault, Accounts, AccountUpdate, NewAccount } from "./core/accounts.ts";
import type { Directory } from "./core/directory.ts";
import type { AccountLogins } from "./core/logins.ts";
import type { Sleeper } from "./core/push/sleepers.ts";
import type { Registrar } from "./core/registrar/registrar.ts";
import type { WaitingList } from "./deferred/index.ts";
import type { LiveSessions } from "./live-sessions.ts";
import type { Barrable, User, UserSettings } from "./ports/index.ts";

/** A contact, as the operator sees it. */
export interface BindingView {
  readonly contact: string;
  readonly instance: string | undefined;
  readonly expiresAt: number;
  readonly registeredAt: number;
  readonly q: number;
  readonly imClient: boolean;
  /** "TLS 192.0.2.1:49152" for a connection of the client. */
  readonly connection: string | undefined;
  /** By which push service it can be woken. RFC 8599 */
  readonly push: string | undefined;
  /** Its connection is gone: it has to be woken. */
  readonly asleep: boolean;
}

/** What a user has set for himself. */
export interface SettingsView {
  readonly visible: boolean;
  readonly offlineDelivery: "push" | "pull";
  readonly history: { readonly sessions: boolean; readonly messages: boolean };
  /** On all his devices. */
  readonly barred: Readonly<Record<Barrable, boolean>>;
}

export interface AccountPage {
  readonly users: readonly User[];
  /** Where to go on, also after a page without hits: one call looks at so many accounts and no more. */
  readonly next: string | undefined;
}

export interface AdminUsers {
  add(account: NewAccount): Promise<User | AccountFault>;
  /** With all that is kept for him. */
  remove(name: string): Promise<boolean>;
  setPassword(name: string, password: string): Promise<"changed" | "unknown" | AccountFault>;
  change(name: string, update: AccountUpdate): Promise<"changed" | "unknown" | AccountFault>;
  list(after: string | undefined, limit: number): Promise<readonly User[]>;
  /** `search`: part of a name, a display name or an address. */
  page(ask: {
    readonly after: string | undefined;
    readonly limit: number;
    readonly search: string | undefined;
  }): Promise<AccountPage>;
  find(name: string): User | undefined;
  /** What stands for his password here: who has it is this user. Undefined without one, and while the account is disabled. */
  secret(name: string): DigestSecret | undefined;
}

export interface Admin {
  readonly users: AdminUsers;
  bindings(name: string): readonly BindingView[];
  /** Ends the registrations of a user and closes his connections; false: there is no such user. */
  disconnect(name: string): boolean;
  readonly sessions: LiveSessions;
  readonly groups: AdminGroups;
  readonly deferred: {
    /** What waits for somebody; its authors are not told. How many there were. */
    remove(name: string, ids: readonly string[]): Promise<number>;
  };
  settings(name: string): SettingsView | undefined;
}

export interface AdminParts {
  readonly accounts: Accounts;
  readonly directory: Directory;
  readonly logins: Pick<AccountLogins, "secretOf">;
  readonly registrar: Registrar;
  readonly waiting: Pick<WaitingList, "discard">;
  readonly settings: UserSettings;
  readonly sessions: LiveSessions;
  readonly groups: AdminGroups;
  /** What functions keep of an account that is gone. */
  readonly forget: (user: Pick<User, "name" | "address">) => Promise<void>;
  readonly transports: Transports;
}

export function admin(of: AdminParts): Admin {
  const { directory, registrar, waiting, settings, sessions, groups, transports } = of;
  const userNamed = (name: string): User | undefined => directory.named(name)?.user;
  return {
    users: usersOf(of),
    bindings(name) {
      const user = userNamed(name);
      if (user === undefined) return [];
      const awake = registrar.contacts.of(user.address).map(viewOf);
      return [...awake, ...registrar.sleepersOf(user.address).map(sleeperView)];
    },
    disconnect(name) {
      const user = userNamed(name);
      if (user === undefined) return false;
      for (const { flow } of registrar.revoke(user.address)) {
        if (flow !== undefined) transports.close(flow);
      }
      return true;
    },
    sessions,
    groups,
    deferred: { remove: (name, ids) => waiting.discard(name, ids) },
    settings(name) {
      const user = userNamed(name);
      return user && settingsOf(user, settings);
    },
  };
}

/** A page of accounts, in the order of names. */
type List = (after: string | undefined, limit: number) => Promise<readonly User[]>;

function usersOf({ accounts, directory, logins, forget }: AdminParts): AdminUsers {
  // What users call themselves is not in the store of accounts.
  const list: List = async (after, limit) =>
    (await accounts.list(after, limit)).map((user) => directory.named(user.name)?.user ?? user);
  return {
    add: (account) => accounts.add(account),
    async remove(name) {
      const user = directory.named(name)?.user;
      const removed = await accounts.remove(name);
      if (removed && user !== undefined) await forget(user);
      return removed;
    },
    setPassword: (name, password) => accounts.setPassword(name, password),
    change: (name, update) => accounts.change(name, update),
    list,
    page: ({ after, limit, search }) =>
      search === undefined ? pageOf(list, after, limit) : searched(list, { after, limit, search }),
    find: (name) => directory.named(name)?.user,
    secret: (name) => logins.secretOf(name),
  };
}

async function pageOf(list: List, after: string | undefined, limit: number): Promise<AccountPage> {
  const users = await list(after, limit);
  return { users, next: users.length < limit ? undefined : users.at(-1)?.name };
}

const LOOKED_AT_ONCE = 1_000;
const LOOKS = 5;

async function searched(
  list: List,
  ask: { readonly after: string | undefined; readonly limit: number; readonly search: string },
): Promise<AccountPage> {
  const wanted = ask.search.toLowerCase();
  const found: User[] = [];
  let { after } = ask;
  for (let look = 0; look < LOOKS; look += 1) {
    const page = await list(after, LOOKED_AT_ONCE);
    for (const user of page) {
      after = user.name;
      if (!texts(user).some((text) => text.toLowerCase().includes(wanted))) continue;
      found.push(user);
      if (found.length === ask.limit) return { users: found, next: after };
    }
    if (page.length < LOOKED_AT_ONCE) return { users: found, next: undefined };
  }
  return { users: found, next: after };
}

function texts({ name, displayName = "", profileName = "", identities }: User): readonly string[] {
  return [name, displayName, profileName, ...identities];
}

function settingsOf(user: User, settings: UserSettings): SettingsView {
  return {
    visible: settings.visible(user),
    offlineDelivery: settings.pushes(user) ? "push" : "pull",
    history: {
      sessions: settings.keepsHistory(user, "sessions"),
      messages: settings.keepsHistory(user, "messages"),
    },
    barred: {
      sessions: settings.bars(user, "sessions"),
      messages: settings.bars(user, "messages"),
      files: settings.bars(user, "files"),
    },
  };
}

function sleeperView({ row, expiresAt, provider }: Sleeper): BindingView {
  const { contactText, instance, registeredAt, q } = row;
  return {
    contact: withoutPush(contactText),
    instance,
    expiresAt,
    registeredAt,
    q: q / 1_000,
    imClient: true,
    connection: undefined,
    push: provider,
    asleep: true,
  };
}

/** By it anybody could wake the device. */
function withoutPush(contactText: string): string {
  return contactText.replaceAll(/;pn-(?:prid|param)=[^;>]*/gi, "");
}

function viewOf(contact: ReturnType<Registrar["contacts"]["of"]>[number]): BindingView {
  const { contactText, instance, expiresAt, q, imClient, row, flow } = contact;
  return {
    contact: withoutPush(contactText),
    instance,
    expiresAt,
    registeredAt: row.registeredAt,
    q: q / 1_000,
    imClient,
    connection:
      flow === undefined ? undefined : `${flow.transport} ${flow.remote.host}:${flow.remote.port}`,
    push: contact.push?.provider,
    asleep: false,
  };
}
