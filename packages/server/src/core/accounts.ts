/** What the operator does with accounts. Passwords are hashed at once and never kept. RFC 8760 §2.3 */
import { addressKey, parseUri, secretHash, sipUri } from "@parlance/sip";
import { type Clock, type HashAlgorithm, type Hashing, parsed } from "@parlance/wire";
import type { Sealing, User } from "../ports/index.ts";
import type {
  AccountChange,
  Credential,
  CredentialAlgorithm,
  Account as StoredAccount,
  UserStore,
} from "../store/index.ts";
import { userOf } from "./directory.ts";

export interface AccountPorts {
  readonly store: UserStore;
  readonly hashing: Hashing;
  readonly sealing: Sealing;
  readonly clock: Clock;
  readonly domain: string;
  readonly md5: boolean;
}

export interface NewAccount {
  readonly name: string;
  /** None: the user can log in only at a core that vouches for him. */
  readonly password?: string | undefined;
  readonly displayName?: string | undefined;
  /** Addresses beside `sip:NAME@DOMAIN`, sip: or tel:. */
  readonly identities?: readonly string[] | undefined;
}

export type AccountFault =
  | "name not usable"
  | "password not usable"
  | "identity not usable"
  | "name taken"
  | "identity taken";

export interface AccountUpdate {
  readonly displayName?: string | undefined;
  readonly disabled?: boolean | undefined;
  /** All addresses beside the IM Address. */
  readonly identities?: readonly string[] | undefined;
}

// Fits a URI and a digest without any escape, and no log or page can be misled by it.
const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;
const MAX_PASSWORD = 1_024;
const MAX_IDENTITIES = 16;

export class Accounts {
  readonly #ports: AccountPorts;

  constructor(ports: AccountPorts) {
    this.#ports = ports;
  }

  async add(account: NewAccount): Promise<User | AccountFault> {
    const { name, password, displayName, identities = [] } = account;
    if (!NAME.test(name)) return "name not usable";
    if (password !== undefined && !isPassword(password)) return "password not usable";
    const all = this.#identities(name, identities);
    if (all === undefined) return "identity not usable";
    const now = this.#ports.clock.now();
    const stored: StoredAccount = {
      name,
      address: this.#address(name),
      identities: all,
      displayName,
      disabled: false,
      credentials: password === undefined ? [] : this.#credentials(name, password),
      createdAt: now,
      changedAt: now,
    };
    const made = await this.#ports.store.create(stored);
    return made === "created" ? userOf(stored) : made;
  }

  async setPassword(name: string, password: string): Promise<"changed" | "unknown" | AccountFault> {
    if (!isPassword(password)) return "password not usable";
    return this.#update(name, { credentials: this.#credentials(name, password) });
  }

  /** `displayName: undefined` removes it; what is left out stays. */
  async change(name: string, update: AccountUpdate): Promise<"changed" | "unknown" | AccountFault> {
    const { identities, disabled, ...rest } = update;
    const change = { ...rest, ...(disabled === undefined ? {} : { disabled }) };
    if (identities === undefined) return this.#update(name, change);
    const all = this.#identities(name, identities);
    if (all === undefined) return "identity not usable";
    return this.#update(name, { ...change, identities: all });
  }

  async remove(name: string): Promise<boolean> {
    return (await this.#ports.store.remove(name)) !== undefined;
  }

  /** In the order of names, at most `limit`, those after `after`. */
  async list(after: string | undefined, limit: number): Promise<readonly User[]> {
    const accounts = await this.#ports.store.list(after, limit);
    return accounts.map(userOf);
  }

  async #update(
    name: string,
    change: AccountChange,
  ): Promise<"changed" | "unknown" | "identity taken"> {
    const result = await this.#ports.store.update(name, change, this.#ports.clock.now());
    return typeof result === "string" ? result : "changed";
  }

  #address(name: string): string {
    return addressKey(sipUri(name, this.#ports.domain));
  }

  /** The IM Address and those beside it; undefined when one of them is none, or there are too many. */
  #identities(name: string, others: readonly string[]): readonly string[] | undefined {
    const keys = others.map(keyOf).filter((key) => key !== undefined);
    if (keys.length < others.length || keys.length > MAX_IDENTITIES) return undefined;
    return [...new Set([this.#address(name), ...keys])];
  }

  #credentials(username: string, password: string): readonly Credential[] {
    const { hashing, sealing, domain: realm, md5 } = this.#ports;
    const hashes: (readonly [CredentialAlgorithm, HashAlgorithm])[] = [["SHA-256", "sha-256"]];
    if (md5) hashes.push(["MD5", "md5"]);
    return hashes.map(([algorithm, hash]) => ({
      algorithm,
      realm,
      sealed: sealing.seal(secretHash(hashing, hash, { username, realm, password })),
    }));
  }
}

function isPassword(password: string): boolean {
  return password.length > 0 && password.length <= MAX_PASSWORD && !/[\r\n\0]/.test(password);
}

function keyOf(identity: string): string | undefined {
  const uri = parsed(() => parseUri(identity));
  return uri.ok && uri.value.kind !== "other" ? addressKey(uri.value) : undefined;
}
