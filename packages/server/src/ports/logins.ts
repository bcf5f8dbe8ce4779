/** Accounts, for functions that let users in by themselves. */
import type { FailureLimiter, SecretLookup } from "@parlance/sip";
import type { User } from "./principal.ts";

export interface LoginAccount {
  readonly user: User;
  /** Epoch ms of the last change: what was granted before it has ended. */
  readonly changedAt: number;
}

export interface Logins {
  readonly realm: string;
  readonly secrets: SecretLookup;
  readonly failures: FailureLimiter;
  /** By digest username; disabled accounts as well. */
  named(username: string): LoginAccount | undefined;
}
