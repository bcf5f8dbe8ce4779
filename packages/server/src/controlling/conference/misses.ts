/** Whom somebody has asked to come in vain, and why: told to him alone. RFC 5366 §4, RFC 4575 §5.7.7 */
import type { ConferenceUser } from "@parlance/formats";
import { bareAddress, missedBy } from "@parlance/im";
import { reasonPhrase, type Uri } from "@parlance/sip";
import { goneUserOf } from "./participant.ts";

/** Of one who asks; the oldest are forgotten. A list is never longer. */
const MOST_OF_ONE = 200;
/** Of an address; nobody has a longer one, and each is kept as long as the session. */
const MOST_CHARACTERS = 512;

export class Misses {
  /** By the address of whoever has asked, by entity. */
  readonly #byInviter = new Map<string, Map<string, ConferenceUser>>();

  /** `status`: the final one of his devices, or of whoever refuses for them. `at`: epoch ms. */
  add(inviter: string, missed: Uri, status: number, at: number): void {
    // As whoever asks has named him, also when the others were to see somebody without a name.
    const entity = bareAddress(missed);
    if (entity.length > MOST_CHARACTERS) return;
    const user = goneUserOf(entity, { method: missedBy(status), reason: reasonOf(status), at });
    const known = this.#byInviter.get(inviter) ?? new Map<string, ConferenceUser>();
    known.delete(user.entity);
    known.set(user.entity, user);
    this.#byInviter.set(inviter, known);
    if (known.size <= MOST_OF_ONE) return;
    for (const oldest of known.keys()) return void known.delete(oldest);
  }

  /** He is asked anew, or has come. */
  forget(entity: string): void {
    for (const known of this.#byInviter.values()) known.delete(entity);
  }

  of(inviter: string): Iterable<ConferenceUser> {
    return this.#byInviter.get(inviter)?.values() ?? [];
  }
}

/** As the example of RFC 4575 §5.7.7 has it. */
function reasonOf(status: number): string {
  return `Reason: SIP;cause=${status};text="${reasonPhrase(status)}"`;
}
