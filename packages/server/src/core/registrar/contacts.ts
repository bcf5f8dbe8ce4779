/** Every registered contact in memory, by user and by connection. RFC 3261 §10.3 */
import type { Flow } from "@parlance/sip";
import type { RegisteredContact as Contact } from "./contact.ts";
import { Expiry } from "./expiry.ts";

const NONE: readonly Contact[] = [];

export class Contacts {
  /** By address of the user. A list is replaced, never changed, so that a reader may keep it. */
  readonly #users = new Map<string, readonly Contact[]>();
  /** By connection, for the contacts that die with theirs. */
  readonly #flows = new Map<string, Set<Contact>>();
  readonly #expiry = new Expiry<Contact>();
  #count = 0;

  get count(): number {
    return this.#count;
  }

  get users(): number {
    return this.#users.size;
  }

  /** The most lately refreshed first. */
  of(user: string): readonly Contact[] {
    return this.#users.get(user) ?? NONE;
  }

  /** From now on these are the contacts of the user. */
  replace(user: string, contacts: readonly Contact[]): void {
    const before = this.of(user);
    for (const contact of before) if (!contacts.includes(contact)) this.#forget(contact);
    for (const contact of contacts) if (!before.includes(contact)) this.#remember(contact);
    if (contacts.length === 0) this.#users.delete(user);
    else this.#users.set(user, contacts);
    this.#count += contacts.length - before.length;
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

  /** At most `limit` contacts that have expired and are still here. */
  expired(now: number, limit: number): readonly Contact[] {
    return this.#expiry.due(now, limit);
  }

  #remember(contact: Contact): void {
    this.#expiry.add(contact);
    if (contact.flow === undefined) return;
    const others = this.#flows.get(contact.flow.id);
    if (others === undefined) this.#flows.set(contact.flow.id, new Set([contact]));
    else others.add(contact);
  }

  #forget(contact: Contact): void {
    this.#expiry.delete(contact);
    if (contact.flow === undefined) return;
    const others = this.#flows.get(contact.flow.id);
    others?.delete(contact);
    if (others?.size === 0) this.#flows.delete(contact.flow.id);
  }
}
