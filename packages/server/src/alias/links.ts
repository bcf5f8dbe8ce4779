/** Who may say by which link what he is called. Security rule 35 */
import type { Clock, Hashing, Random } from "@parlance/wire";
import type { AliasGuest } from "../ports/index.ts";

export interface LinkPorts {
  readonly clock: Clock;
  readonly random: Random;
  readonly hashing: Pick<Hashing, "hash">;
}

export interface LinkLimits {
  readonly links: number;
  readonly lifeMs: number;
}

export interface Entry {
  readonly guest: AliasGuest;
  /** Epoch ms. */
  readonly expiresAt: number;
}

const TOKEN_BITS = 160;

export class Links {
  readonly #ports: LinkPorts;
  readonly #limits: LinkLimits;
  /** By the hash of the token, the oldest first: whoever reads the memory of the server has no token. */
  readonly #entries = new Map<string, Entry>();

  constructor(ports: LinkPorts, limits: LinkLimits) {
    this.#ports = ports;
    this.#limits = limits;
  }

  /** Those that are over are forgotten with the next one that is made. */
  get count(): number {
    return this.#entries.size;
  }

  /** Undefined when there are too many. `until`: of the link before it, when this one takes its place. */
  issue(guest: AliasGuest, until?: number): (Entry & { readonly token: string }) | undefined {
    const now = this.#ports.clock.now();
    this.#forgetExpired(now);
    if (this.#entries.size >= this.#limits.links) return undefined;
    const token = this.#ports.random.token(TOKEN_BITS);
    const entry: Entry = { guest, expiresAt: until ?? now + this.#limits.lifeMs };
    this.#entries.set(this.#keyOf(token), entry);
    return { ...entry, token };
  }

  find(token: string): Entry | undefined {
    const entry = this.#entries.get(this.#keyOf(token));
    return entry !== undefined && entry.expiresAt > this.#ports.clock.now() ? entry : undefined;
  }

  /** It is used up. */
  take(token: string): Entry | undefined {
    const entry = this.find(token);
    this.#entries.delete(this.#keyOf(token));
    return entry;
  }

  withdraw(guest: AliasGuest): void {
    for (const [key, entry] of this.#entries) if (entry.guest === guest) this.#entries.delete(key);
  }

  #keyOf(token: string): string {
    return this.#ports.hashing.hash("sha-256", token);
  }

  #forgetExpired(now: number): void {
    for (const [key, { expiresAt }] of this.#entries) {
      if (expiresAt > now) return; // those behind it live longer
      this.#entries.delete(key);
    }
  }
}
