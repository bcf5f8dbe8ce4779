/**
 * What we have done with a request already, sealed into our branch in its Via, so that it is known
 * when the core brings it by once more. Nothing is remembered, and no user can write one himself.
 */
import { branchMarks, type SipRequest } from "@parlance/sip";
import { base64url, type Hashing } from "@parlance/wire";

export type Mark =
  /** The participating function of this originator has judged it, or we have made it ourselves. */
  | "originated"
  /** The participating function of this target user has judged it. */
  | "delivered"
  /** Deferred messaging sends it to this user: the devices are to get it, and no function. */
  | "pushed";

const MARK_BYTES = 16; // RFC 3261 §8.1.1.7 wants branches that nobody guesses: 128 bits
const MARK_CHARACTERS = 22; // in base64url

export class Marks {
  readonly #key: Uint8Array;
  readonly #hashing: Hashing;

  constructor(key: Uint8Array, hashing: Hashing) {
    this.#key = key;
    this.#hashing = hashing;
  }

  /** Holds for this one request, whatever is changed in its way: a device that sees it can use it for nothing else. */
  make(mark: Mark, party: string, request: SipRequest): string {
    const { callId, cseq, from } = request;
    const about = [mark, party, callId, cseq.number, cseq.method, from.params.get("tag") ?? ""];
    const whole = this.#hashing.hmacSha256(this.#key, about.join("\n"));
    return base64url(whole.subarray(0, MARK_BYTES));
  }

  has(mark: Mark, party: string, request: SipRequest): boolean {
    // Those of others, as Kamailio writes behind a dot of its own, are hardly ever as long.
    const found = branchMarks(request).filter(({ length }) => length === MARK_CHARACTERS);
    return found.length > 0 && found.includes(this.make(mark, party, request));
  }
}
