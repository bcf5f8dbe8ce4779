/** Accounts over the worker. */
import type { Account, AccountChange, AccountEvent, UserStore } from "@parlance/server";
import { flagNumber, RowReader } from "../rows.ts";
import type { StoreWorker } from "../store-worker.ts";
import type { AccountPatch, AccountRows } from "../tables/accounts.ts";

const ALGORITHMS = ["MD5", "SHA-256", "SHA-512-256"] as const;

export class SqliteUsers implements UserStore {
  readonly #worker: StoreWorker;
  readonly #listeners = new Set<(event: AccountEvent) => void>();

  constructor(worker: StoreWorker) {
    this.#worker = worker;
  }

  async create(account: Account): Promise<"created" | "name taken" | "identity taken"> {
    const result = await this.#worker.call("createAccount", account.name, accountRows(account));
    if (result === "created") this.#tell({ kind: "created", account });
    return result;
  }

  async update(
    name: string,
    change: AccountChange,
    now: number,
  ): Promise<Account | "unknown" | "identity taken"> {
    const result = await this.#worker.call("updateAccount", name, patchOf(change, now));
    if (typeof result === "string") return result;
    const account = readAccount(result.after);
    this.#tell({ kind: "changed", account, before: readAccount(result.before) });
    return account;
  }

  async remove(name: string): Promise<Account | undefined> {
    const rows = await this.#worker.call("removeAccount", name);
    if (rows === undefined) return undefined;
    const account = readAccount(rows);
    this.#tell({ kind: "removed", account });
    return account;
  }

  async find(name: string): Promise<Account | undefined> {
    const rows = await this.#worker.call("findAccount", name);
    return rows && readAccount(rows);
  }

  async list(after: string | undefined, limit: number): Promise<readonly Account[]> {
    const accounts = await this.#worker.call("listAccounts", after ?? "", limit);
    return accounts.map(readAccount);
  }

  watch(listener: (event: AccountEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #tell(event: AccountEvent): void {
    for (const listener of this.#listeners) listener(event);
  }
}

function accountRows(account: Account): AccountRows {
  const { name, address, displayName, disabled, createdAt, changedAt } = account;
  return [
    [name, address, displayName ?? null, flagNumber(disabled), createdAt, changedAt],
    account.identities,
    credentialRows(account.credentials),
  ];
}

function credentialRows(credentials: Account["credentials"]): AccountRows[2] {
  return credentials.map(({ algorithm, realm, sealed }) => [algorithm, realm, sealed.slice()]);
}

function patchOf(change: AccountChange, now: number): AccountPatch {
  const { address, identities, disabled, credentials } = change;
  return {
    address,
    displayName: "displayName" in change ? [change.displayName ?? null] : undefined,
    disabled: disabled === undefined ? undefined : flagNumber(disabled),
    changedAt: now,
    identities,
    credentials: credentials && credentialRows(credentials),
  };
}

function readAccount([columns, identities, credentials]: AccountRows): Account {
  const row = new RowReader(columns);
  return {
    name: row.text(),
    address: row.text(),
    displayName: row.optionalText(),
    disabled: row.flag(),
    createdAt: row.number(),
    changedAt: row.number(),
    identities,
    credentials: credentials.map((columnsOfOne) => {
      const credential = new RowReader(columnsOfOne);
      return {
        algorithm: credential.word(ALGORITHMS),
        realm: credential.text(),
        sealed: credential.bytes(),
      };
    }),
  };
}
