/** What the operator can see and do while the server runs. */

import type { Transports } from "@parlance/sip";
import type { AccountFault, Accounts, AccountUpdate, NewAccount } from "./core/accounts.ts";
import type { Directory } from "./core/directory.ts";
import type { Registrar } from "./core/registrar/registrar.ts";
import type { User } from "./ports/index.ts";
import type { DeferredStore, HistoryStore } from "./store/index.ts";

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
}

export interface Admin {
  readonly users: {
    add(account: NewAccount): Promise<User | AccountFault>;
    remove(name: string): Promise<boolean>;
    setPassword(name: string, password: string): Promise<"changed" | "unknown" | AccountFault>;
    change(name: string, update: AccountUpdate): Promise<"changed" | "unknown">;
    list(after: string | undefined, limit: number): Promise<readonly User[]>;
    find(name: string): User | undefined;
  };
  bindings(name: string): readonly BindingView[];
  /** Ends the registrations of a user and closes his connections; false: there is no such user. */
  disconnect(name: string): boolean;
}

export function admin(of: {
  readonly accounts: Accounts;
  readonly directory: Directory;
  readonly registrar: Registrar;
  readonly deferred: Pick<DeferredStore, "removeAll">;
  readonly history: Pick<HistoryStore, "removeNewest">;
  /** What other functions keep of an account that is gone. */
  readonly forget: (name: string) => Promise<void>;
  readonly transports: Transports;
}): Admin {
  const { accounts, directory, registrar, deferred, history, forget, transports } = of;
  return {
    users: {
      add: (account) => accounts.add(account),
      async remove(name) {
        const removed = await accounts.remove(name);
        if (removed) {
          await deferred.removeAll(name); // what waited for him waits for nobody
          await forgetHistory(name, history);
          await forget(name);
        }
        return removed;
      },
      setPassword: (name, password) => accounts.setPassword(name, password),
      change: (name, update) => accounts.change(name, update),
      list: (after, limit) => accounts.list(after, limit),
      find: (name) => directory.named(name)?.user,
    },
    bindings(name) {
      const user = directory.named(name)?.user;
      return user === undefined ? [] : registrar.contacts.of(user.address).map(viewOf);
    },
    disconnect(name) {
      const user = directory.named(name)?.user;
      if (user === undefined) return false;
      for (const { flow } of registrar.revoke(user.address)) {
        if (flow !== undefined) transports.close(flow);
      }
      return true;
    },
  };
}

const FORGOTTEN_AT_ONCE = 1_000; // a few milliseconds of the store, with room for others between two parts

/** Nobody finds it from now on; the retention takes it away. */
async function forgetHistory(
  name: string,
  history: Pick<HistoryStore, "removeNewest">,
): Promise<void> {
  while ((await history.removeNewest(name, undefined, FORGOTTEN_AT_ONCE)) > 0);
}

function viewOf(contact: ReturnType<Registrar["contacts"]["of"]>[number]): BindingView {
  const { contactText, instance, expiresAt, q, imClient, row, flow } = contact;
  return {
    contact: contactText,
    instance,
    expiresAt,
    registeredAt: row.registeredAt,
    q: q / 1_000,
    imClient,
    connection:
      flow === undefined ? undefined : `${flow.transport} ${flow.remote.host}:${flow.remote.port}`,
  };
}
