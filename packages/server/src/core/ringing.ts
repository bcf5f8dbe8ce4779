/** INVITEs that ring at devices of users: one device may want its kind no more while another still does. IM-5.2.4-08a, IM-5.2.4-08g */
import type { SipRequest } from "@parlance/sip";
import type { Branch } from "./fork.ts";
import type { RegisteredContact } from "./registrar/contact.ts";

export interface RingingFork {
  /** Gives up those of its branches that are unwanted, and those among them that are still to come. */
  leave(unwanted: (branch: Branch) => boolean): void;
}

/** Does a device want an INVITE no more, as it came to its user? */
export type Unwanted = (invite: SipRequest, device: RegisteredContact) => boolean;

export class Ringing {
  /** By the address of the user. */
  readonly #forks = new Map<string, Map<RingingFork, SipRequest>>();

  /** Call what this returns when the fork has ended. */
  enter(user: string, fork: RingingFork, invite: SipRequest): () => void {
    const known = this.#forks.get(user) ?? new Map<RingingFork, SipRequest>();
    this.#forks.set(user, known.set(fork, invite));
    return () => {
      known.delete(fork);
      if (known.size === 0 && this.#forks.get(user) === known) this.#forks.delete(user);
    };
  }

  /** What else rings there, and what has been answered, goes on. */
  stop(user: string, unwanted: Unwanted): void {
    for (const [fork, invite] of this.#forks.get(user) ?? []) {
      fork.leave(({ contact }) => contact !== undefined && unwanted(invite, contact));
    }
  }
}
