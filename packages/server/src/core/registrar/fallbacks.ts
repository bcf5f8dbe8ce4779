/** What the contacts of a user fall back to when a change does not reach the disk. RFC 3261 §10.3 step 7 */
import type { RegisteredContact } from "./contact.ts";

interface Fallback {
  contacts: readonly RegisteredContact[];
  /** Changes under way. */
  changes: number;
}

/** Several changes of one user may be under way; they end in the order in which they began. */
export class Fallbacks {
  readonly #users = new Map<string, Fallback>();

  /** A change is under way that starts from these. */
  begin(user: string, before: readonly RegisteredContact[]): void {
    const known = this.#users.get(user);
    if (known === undefined) this.#users.set(user, { contacts: before, changes: 1 });
    else known.changes += 1;
  }

  /** It has reached the disk. */
  succeed(user: string, after: readonly RegisteredContact[]): void {
    const known = this.#users.get(user);
    if (known !== undefined) known.contacts = after;
    this.#end(user);
  }

  /** It has not: gives what is on the disk. */
  fail(user: string): readonly RegisteredContact[] {
    const contacts = this.#users.get(user)?.contacts ?? [];
    this.#end(user);
    return contacts;
  }

  #end(user: string): void {
    const known = this.#users.get(user);
    if (known === undefined) return;
    known.changes -= 1;
    if (known.changes === 0) this.#users.delete(user);
  }
}
