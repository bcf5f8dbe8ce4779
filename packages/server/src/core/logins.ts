/** What every way of logging in stands on: the secrets of users, and the count of wrong answers. RFC 8760 */
import { FAILURE_LIMITS, FailureLimiter, type SecretLookup } from "@parlance/sip";
import type { DigestSecret, HashAlgorithm } from "@parlance/wire";
import type { Limits } from "../limits.ts";
import type { LoginAccount, Logins, Sealing } from "../ports/index.ts";
import type { CredentialAlgorithm } from "../store/index.ts";
import type { Account, Directory } from "./directory.ts";

export interface LoginPorts {
  readonly directory: Directory;
  readonly sealing: Sealing;
  readonly realm: string;
  readonly limits: Limits;
}

const CREDENTIAL: Readonly<Record<HashAlgorithm, CredentialAlgorithm>> = {
  md5: "MD5",
  "sha-256": "SHA-256",
  "sha-512-256": "SHA-512-256",
};

export class AccountLogins implements Logins {
  readonly realm: string;
  /** One for all protocols: who guesses over one of them gets no new tries over another. */
  readonly failures: FailureLimiter;
  readonly #directory: Directory;
  readonly #sealing: Sealing;
  readonly #suffix: string;

  constructor({ directory, sealing, realm, limits }: LoginPorts) {
    this.realm = realm;
    this.#suffix = `@${realm}`;
    this.#directory = directory;
    this.#sealing = sealing;
    this.failures = new FailureLimiter({
      ...FAILURE_LIMITS,
      perPair: limits.loginFailuresPerPair,
      perSource: limits.loginFailuresPerSource,
      longestDelayMs: limits.loginDelaySeconds * 1_000,
    });
  }

  readonly secrets: SecretLookup = (username, realm, hash) => {
    const account = this.account(username);
    if (account === undefined || account.user.disabled) return undefined;
    return account.secret(CREDENTIAL[hash], realm, this.#sealing);
  };

  /** What stands for a password here, undefined without one and for accounts that are disabled. */
  secretOf(name: string): DigestSecret | undefined {
    const account = this.#directory.named(name);
    if (account === undefined || account.user.disabled) return undefined;
    const secret = account.secret("SHA-256", this.realm, this.#sealing);
    return secret === undefined ? undefined : { realm: this.realm, hashes: { "sha-256": secret } };
  }

  /** Clients write the user alone or his whole address. */
  account(username: string): Account | undefined {
    const suffix = this.#suffix;
    const name = username.endsWith(suffix) ? username.slice(0, -suffix.length) : username;
    return this.#directory.named(name);
  }

  named(username: string): LoginAccount | undefined {
    const account = this.account(username);
    return account && { user: account.user, changedAt: account.stored.changedAt };
  }
}
