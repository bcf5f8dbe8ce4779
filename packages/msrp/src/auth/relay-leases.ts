/** The URIs that a relay has handed out: to whom, on which connection, until when. RFC 4976 §6.3, §6.4 */
import type { Random } from "@parlance/wire";

export interface Lease {
  /** The session id of the URI. Nobody can guess it. */
  readonly token: string;
  readonly username: string;
  /** The connection that it was given over, and that alone it is good for. RFC 4976 §6.3 */
  readonly holder: string;
  /** Epoch ms. */
  readonly expiresAt: number;
}

export interface LeaseLimits {
  readonly total: number;
  readonly perUser: number;
  readonly perHolder: number;
}

export const leaseLimits: LeaseLimits = { total: 50_000, perUser: 50, perHolder: 50 };

const TOKEN_BITS = 128; // RFC 4976 §6.3 wants 64

export class RelayLeases {
  readonly #limits: LeaseLimits;
  readonly #random: Random;
  readonly #leases = new Map<string, Lease>();
  readonly #byUser = new Map<string, Set<string>>();
  readonly #byHolder = new Map<string, Set<string>>();

  constructor(random: Random, limits: LeaseLimits = leaseLimits) {
    this.#random = random;
    this.#limits = limits;
  }

  get size(): number {
    return this.#leases.size;
  }

  /** Of the user who has most. */
  get most(): number {
    let most = 0;
    for (const { size } of this.#byUser.values()) most = Math.max(most, size);
    return most;
  }

  /** Undefined when there are too many already: answer 403. Expired ones make room first. */
  grant(username: string, holder: string, expiresAt: number, now: number): Lease | undefined {
    if (this.#isFull(username, holder)) this.expire(now);
    if (this.#isFull(username, holder)) return undefined;
    const lease = { token: this.#random.token(TOKEN_BITS), username, holder, expiresAt };
    this.#leases.set(lease.token, lease);
    index(this.#byUser, username, lease.token);
    index(this.#byHolder, holder, lease.token);
    return lease;
  }

  /** The same URI for longer: the user has asked again over the same connection. RFC 4976 §5.1 */
  renew(username: string, holder: string, expiresAt: number, now: number): Lease | undefined {
    for (const token of this.#byHolder.get(holder) ?? []) {
      const lease = this.find(token, now);
      if (lease?.username !== username) continue;
      const renewed = { ...lease, expiresAt };
      this.#leases.set(token, renewed);
      return renewed;
    }
    return undefined;
  }

  find(token: string, now: number): Lease | undefined {
    const lease = this.#leases.get(token);
    return lease !== undefined && now < lease.expiresAt ? lease : undefined;
  }

  drop(token: string): void {
    this.#drop([token]);
  }

  /** The connection is gone, and its URIs with it. */
  dropHolder(holder: string): readonly Lease[] {
    return this.#drop(this.#byHolder.get(holder));
  }

  /** The user may no longer: what he has ends at once. */
  dropUser(username: string): readonly Lease[] {
    return this.#drop(this.#byUser.get(username));
  }

  /** What has ended by itself. */
  expire(now: number): readonly Lease[] {
    const over: string[] = [];
    for (const { token, expiresAt } of this.#leases.values())
      if (expiresAt <= now) over.push(token);
    return this.#drop(over);
  }

  #isFull(username: string, holder: string): boolean {
    const { total, perUser, perHolder } = this.#limits;
    return (
      this.#leases.size >= total ||
      (this.#byUser.get(username)?.size ?? 0) >= perUser ||
      (this.#byHolder.get(holder)?.size ?? 0) >= perHolder
    );
  }

  #drop(tokens: Iterable<string> = []): readonly Lease[] {
    const dropped: Lease[] = [];
    for (const token of Array.from(tokens)) {
      const lease = this.#leases.get(token);
      if (lease === undefined) continue;
      this.#leases.delete(token);
      unindex(this.#byUser, lease.username, token);
      unindex(this.#byHolder, lease.holder, token);
      dropped.push(lease);
    }
    return dropped;
  }
}

function index(table: Map<string, Set<string>>, key: string, token: string): void {
  const tokens = table.get(key) ?? new Set();
  tokens.add(token);
  table.set(key, tokens);
}

function unindex(table: Map<string, Set<string>>, key: string, token: string): void {
  const tokens = table.get(key);
  tokens?.delete(token);
  if (tokens?.size === 0) table.delete(key);
}
