/** Accounts: who may log in, and which addresses are theirs. */

/** The algorithms a password was hashed for. RFC 8760 §2.3 */
export type CredentialAlgorithm = "MD5" | "SHA-256" | "SHA-512-256";

/** H(user ":" realm ":" password) of one algorithm and realm, sealed with the server key: the store never sees a password. */
export interface Credential {
  readonly algorithm: CredentialAlgorithm;
  readonly realm: string;
  readonly sealed: Uint8Array;
}

export interface Account {
  /** Login name; unique. */
  readonly name: string;
  /** Address key of the primary IM Address. */
  readonly address: string;
  /** Address keys of all identities, the primary one included; each belongs to one account only. */
  readonly identities: readonly string[];
  readonly displayName: string | undefined;
  readonly disabled: boolean;
  readonly credentials: readonly Credential[];
  readonly createdAt: number;
  readonly changedAt: number;
}

/** A key that is left out stays as it is; `displayName: undefined` removes it. */
export type AccountChange = Partial<
  Pick<Account, "address" | "identities" | "displayName" | "disabled" | "credentials">
>;

export type AccountEvent =
  | { readonly kind: "created"; readonly account: Account }
  | { readonly kind: "changed"; readonly account: Account; readonly before: Account }
  | { readonly kind: "removed"; readonly account: Account };

export interface UserStore {
  /** Durable when it resolves. Says which of the names is another account's, and then stores nothing. */
  create(account: Account): Promise<"created" | "name taken" | "identity taken">;

  /** Durable when it resolves. The account as it is now. */
  update(
    name: string,
    change: AccountChange,
    now: number,
  ): Promise<Account | "unknown" | "identity taken">;

  /** Durable when it resolves. The account that was removed; its messages and bindings are the caller's to remove. */
  remove(name: string): Promise<Account | undefined>;

  /** Reads only. */
  find(name: string): Promise<Account | undefined>;

  /** Reads only: accounts in the order of their names, at most `limit`, those after `after`. */
  list(after: string | undefined, limit: number): Promise<readonly Account[]>;

  /**
   * Tells each change after its commit and before the promise of its caller resolves, so that a
   * cache over the store is never behind an answer that left. Returns how to stop listening.
   */
  watch(listener: (event: AccountEvent) => void): () => void;
}
