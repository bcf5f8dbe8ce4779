/** The accounts, held in memory over the store, so that no request waits to learn who a user is. */

import type { Sealing, User } from "../ports/index.ts";
import type {
  AccountEvent,
  CredentialAlgorithm,
  Account as StoredAccount,
  UserStore,
} from "../store/index.ts";

const PAGE = 1_000;

interface Opened {
  readonly algorithm: CredentialAlgorithm;
  readonly realm: string;
  readonly secret: string | undefined;
}

/** One account in memory. Lives as long as the account; `user` is replaced when it changes. */
export class Account {
  user: User;
  #profileName: string | undefined;
  /** Grows whenever what was granted before must end: proofs of an older generation are void. */
  generation = 0;
  #stored: StoredAccount;
  /** One for each algorithm that was asked for. */
  #opened: readonly Opened[] = [];

  constructor(stored: StoredAccount) {
    this.#stored = stored;
    this.user = userOf(stored);
  }

  get stored(): StoredAccount {
    return this.#stored;
  }

  /** As his profile says from now on. OMA Shared Profile XDM */
  callsHimself(name: string | undefined): void {
    this.#profileName = name;
    this.user = { ...this.user, profileName: name };
  }

  /** H(user:realm:password), opened once and then kept: every registration needs it. */
  secret(algorithm: CredentialAlgorithm, realm: string, sealing: Sealing): string | undefined {
    for (const one of this.#opened) {
      if (one.algorithm === algorithm && one.realm === realm) return one.secret;
    }
    const credential = this.#stored.credentials.find(
      (one) => one.algorithm === algorithm && one.realm === realm,
    );
    const secret = credential === undefined ? undefined : sealing.open(credential.sealed);
    this.#opened = [...this.#opened, { algorithm, realm, secret }];
    return secret;
  }

  /** Takes over what the store says now. True: everything granted before has ended. */
  become(stored: StoredAccount): boolean {
    const revoked =
      stored.disabled ||
      stored.address !== this.#stored.address ||
      !sameCredentials(stored, this.#stored) ||
      this.#stored.identities.some((identity) => !stored.identities.includes(identity));
    this.#stored = stored;
    this.#opened = [];
    this.user = { ...userOf(stored), profileName: this.#profileName };
    if (revoked) this.generation += 1;
    return revoked;
  }
}

/** Told when everything granted to a user (connections, contacts, subscriptions) must end. */
export type Revoked = (user: User, account: Account) => void;

export class Directory {
  readonly #names = new Map<string, Account>();
  readonly #identities = new Map<string, Account>();
  readonly #revoked: Revoked[] = [];

  /** Reads every account, and follows the changes from before the first page on. */
  static async over(store: UserStore): Promise<Directory> {
    const directory = new Directory();
    const touched = new Set<string>();
    store.watch((event) => {
      touched.add(event.account.name);
      directory.follow(event);
    });
    let after: string | undefined;
    for (;;) {
      const page = await store.list(after, PAGE);
      // What changed while the pages came is known better from the change itself.
      for (const account of page) if (!touched.has(account.name)) directory.#put(account);
      after = page.at(-1)?.name;
      if (after === undefined || page.length < PAGE) return directory;
    }
  }

  get size(): number {
    return this.#names.size;
  }

  named(name: string): Account | undefined {
    return this.#names.get(name);
  }

  /** The user who owns an address, by any of his identities. */
  owner(addressKey: string): Account | undefined {
    return this.#identities.get(addressKey);
  }

  onRevoked(listener: Revoked): void {
    this.#revoked.push(listener);
  }

  follow(event: AccountEvent): void {
    if (event.kind === "removed") {
      this.#remove(event.account.name);
      return;
    }
    const known = this.#names.get(event.account.name);
    if (known === undefined) {
      this.#put(event.account);
      return;
    }
    const before = known.user;
    for (const identity of before.identities) this.#identities.delete(identity);
    const revoked = known.become(event.account);
    for (const identity of known.user.identities) this.#identities.set(identity, known);
    if (revoked) this.#tell(before, known);
  }

  #put(stored: StoredAccount): void {
    const account = new Account(stored);
    this.#names.set(stored.name, account);
    for (const identity of account.user.identities) this.#identities.set(identity, account);
  }

  #remove(name: string): void {
    const account = this.#names.get(name);
    if (account === undefined) return;
    account.generation += 1;
    this.#names.delete(name);
    for (const identity of account.user.identities) this.#identities.delete(identity);
    this.#tell(account.user, account);
  }

  #tell(user: User, account: Account): void {
    for (const listener of this.#revoked) listener(user, account);
  }
}

/** Without what only the login needs. */
export function userOf(stored: StoredAccount): User {
  const { name, address, displayName, disabled } = stored;
  const others = stored.identities.filter((identity) => identity !== address);
  return { name, address, identities: [address, ...others], displayName, disabled };
}

function sameCredentials(a: StoredAccount, b: StoredAccount): boolean {
  return (
    a.credentials.length === b.credentials.length &&
    a.credentials.every((one, at) => {
      const other = b.credentials[at];
      return (
        other !== undefined &&
        one.algorithm === other.algorithm &&
        one.realm === other.realm &&
        one.sealed.length === other.sealed.length &&
        one.sealed.every((octet, index) => octet === other.sealed[index])
      );
    })
  );
}
