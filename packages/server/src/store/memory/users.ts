/** Accounts in memory. */
import type { Account, AccountChange, AccountEvent, UserStore } from "../users.ts";
import type { Ledger } from "./ledger.ts";
import { compareText } from "./order.ts";

export class MemoryUsers implements UserStore {
  readonly #ledger: Ledger;
  readonly #accounts = new Map<string, Account>();
  readonly #owners = new Map<string, string>();
  readonly #listeners = new Set<(event: AccountEvent) => void>();

  constructor(ledger: Ledger, accounts: readonly Account[]) {
    this.#ledger = ledger;
    for (const account of accounts) this.#keep(account);
  }

  records(): readonly Account[] {
    return [...this.#accounts.values()];
  }

  async create(account: Account): Promise<"created" | "name taken" | "identity taken"> {
    const result = await this.#ledger.change(() => {
      if (this.#accounts.has(account.name)) return "name taken";
      if (this.#taken(account)) return "identity taken";
      this.#keep(account);
      return "created";
    });
    if (result === "created") this.#tell({ kind: "created", account });
    return result;
  }

  async update(
    name: string,
    change: AccountChange,
    now: number,
  ): Promise<Account | "unknown" | "identity taken"> {
    const result = await this.#ledger.change(() => {
      const before = this.#accounts.get(name);
      if (before === undefined) return "unknown";
      const account = { ...before, ...change, changedAt: now };
      if (this.#taken(account)) return "identity taken";
      this.#drop(before);
      this.#keep(account);
      return { account, before };
    });
    if (typeof result === "string") return result;
    this.#tell({ kind: "changed", ...result });
    return result.account;
  }

  async remove(name: string): Promise<Account | undefined> {
    const account = await this.#ledger.change(() => {
      const found = this.#accounts.get(name);
      if (found !== undefined) this.#drop(found);
      return found;
    });
    if (account !== undefined) this.#tell({ kind: "removed", account });
    return account;
  }

  find(name: string): Promise<Account | undefined> {
    return this.#ledger.read(() => this.#accounts.get(name));
  }

  list(after: string | undefined, limit: number): Promise<readonly Account[]> {
    return this.#ledger.read(() =>
      [...this.#accounts.values()]
        .filter((account) => after === undefined || account.name > after)
        .sort((a, b) => compareText(a.name, b.name))
        .slice(0, limit),
    );
  }

  watch(listener: (event: AccountEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #tell(event: AccountEvent): void {
    for (const listener of this.#listeners) listener(event);
  }

  #taken(account: Account): boolean {
    return account.identities.some((identity) => {
      const owner = this.#owners.get(identity);
      return owner !== undefined && owner !== account.name;
    });
  }

  #keep(account: Account): void {
    this.#accounts.set(account.name, account);
    for (const identity of account.identities) this.#owners.set(identity, account.name);
  }

  #drop(account: Account): void {
    this.#accounts.delete(account.name);
    for (const identity of account.identities) this.#owners.delete(identity);
  }
}
