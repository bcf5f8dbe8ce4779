/** Every registered contact in memory, by user and by connection. RFC 3261 §10.3 */
import type { Flow } from "@parlance/sip";
import type { RegisteredContact as Contact } from "./contact.ts";
import { type Due, Expiry } from "./expiry.ts";

interface OfUser extends Due {
  readonly user: string;
  /** A list is replaced, never changed, so that a reader may keep it. */
  contacts: readonly Contact[];
}

const NONE: readonly Contact[] = [];

export class Contacts {
  /** By address of the user. */
  readonly #users = new Map<string, OfUser>();
  /** By connection, for the contacts that die with theirs. */
  readonly #flows = new Map<string, Set<Contact>>();
  readonly #expiry = new Expiry<OfUser>();
  #count = 0;

  get count(): number {
    return this.#count;
  }

  /** Of the user who has most. */
  get most(): number {
    let most = 0;
    for (const { contacts } of this.#users.values()) most = Math.max(most, contacts.length);
    return most;
  }

  get users(): number {
    return this.#users.size;
  }

  /** The most lately refreshed first. */
  of(user: string): readonly Contact[] {
    return this.#users.get(user)?.contacts ?? NONE;
  }

  /** From now on these are the contacts of the user. */
  replace(user: string, contacts: readonly Contact[]): void {
    const known = this.#users.get(user);
    const before = known?.contacts ?? NONE;
    for (const contact of contacts) if (!before.includes(contact)) this.#arrived(contact);
    for (const contact of before) if (!contacts.includes(contact)) this.#left(contact);
    this.#count += contacts.length - before.length;
    if (contacts.length > 0) this.#keep(known ?? this.#enter(user), contacts);
    else if (known !== undefined) this.#forget(known);
  }

  remove(user: string, gone: readonly Contact[]): void {
    const before = this.of(user);
    const left = before.filter((contact) => !gone.includes(contact));
    if (left.length < before.length) this.replace(user, left);
  }

  /** Contacts that live on this connection and die with it. */
  on(flow: Flow): readonly Contact[] {
    return [...(this.#flows.get(flow.id) ?? NONE)];
  }

  /** At most `limit` contacts that have expired; they stay until they are removed. */
  expired(now: number, limit: number): readonly Contact[] {
    const expired: Contact[] = [];
    const seen: OfUser[] = [];
    while (expired.length < limit) {
      const due = this.#expiry.take(now);
      if (due === undefined) break;
      seen.push(due);
      expired.push(...due.contacts.filter(({ expiresAt }) => expiresAt <= now));
    }
    for (const due of seen) this.#expect(due);
    return expired.slice(0, limit);
  }

  #enter(user: string): OfUser {
    const entered = { user, contacts: NONE, dueSecond: undefined };
    this.#users.set(user, entered);
    return entered;
  }

  #keep(of: OfUser, contacts: readonly Contact[]): void {
    of.contacts = contacts;
    this.#expect(of);
  }

  #forget(of: OfUser): void {
    this.#users.delete(of.user);
    this.#expiry.delete(of);
  }

  #expect(of: OfUser): void {
    for (const { expiresAt } of of.contacts) this.#expiry.expect(of, expiresAt);
  }

  #arrived(contact: Contact): void {
    if (contact.flow === undefined) return;
    const others = this.#flows.get(contact.flow.id);
    if (others === undefined) this.#flows.set(contact.flow.id, new Set([contact]));
    else others.add(contact);
  }

  #left(contact: Contact): void {
    if (contact.flow === undefined) return;
    const others = this.#flows.get(contact.flow.id);
    others?.delete(contact);
    if (others?.size === 0) this.#flows.delete(contact.flow.id);
  }
}
