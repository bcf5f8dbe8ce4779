/** Names that are taken in a conference, by what they look like. Clause 8.3, security rule 15 */
import { type NicknamePolicy, nicknameKeys, reservedKeys } from "@parlance/im";

export class Names {
  readonly #reserved: ReadonlySet<string>;
  readonly #holders = new Map<string, Set<string>>();
  readonly #keys = new Map<string, readonly string[]>();

  /** `own`: what the conference itself is called. */
  constructor(own: readonly string[]) {
    this.#reserved = reservedKeys(...own);
  }

  /** He goes by this name from now on. */
  take(holder: string, name: string): void {
    this.release(holder);
    const keys = nicknameKeys(name);
    this.#keys.set(holder, keys);
    for (const key of keys) {
      const holders = this.#holders.get(key);
      if (holders === undefined) this.#holders.set(key, new Set([holder]));
      else holders.add(holder);
    }
  }

  release(holder: string): void {
    for (const key of this.#keys.get(holder) ?? []) {
      const holders = this.#holders.get(key);
      holders?.delete(holder);
      if (holders?.size === 0) this.#holders.delete(key);
    }
    this.#keys.delete(holder);
  }

  /** What one of them may not be called. */
  policyFor(holder: string): NicknamePolicy {
    return {
      reserved: this.#reserved,
      inUse: (key) => [...(this.#holders.get(key) ?? [])].some((other) => other !== holder),
    };
  }
}
