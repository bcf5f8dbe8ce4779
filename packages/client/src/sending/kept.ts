/** What the server keeps for those who are away: no session is to overtake it. RFC 3428 §8 */
import type { SentRecord } from "../store/client-store.ts";

/** No server that we know keeps a message longer, and not every one says when it has given one up. */
const MOST_KEPT_MS = 7 * 86_400_000;

export class Kept {
  /** By conversation and id: until when, in epoch ms. */
  readonly #until = new Map<string, Map<string, number>>();

  /** Of each change of a record. Until its receipt says that it has come, or its time is over. `at`: when the server took it. */
  note({ id, conversation, state, expiresAt }: SentRecord, at: number): void {
    const kept = this.#until.get(conversation) ?? new Map<string, number>();
    const until = Math.min(at + MOST_KEPT_MS, expiresAt ?? Number.POSITIVE_INFINITY);
    if (state === "deferred") kept.set(id, kept.get(id) ?? until);
    else kept.delete(id);
    this.#keep(conversation, kept);
  }

  /** Something written later has passed the server: nothing of before is kept there any more. */
  passed(conversation: string): void {
    this.#until.delete(conversation);
  }

  has(conversation: string, now: number): boolean {
    const kept = this.#until.get(conversation);
    if (kept === undefined) return false;
    for (const [id, until] of kept) if (until <= now) kept.delete(id);
    this.#keep(conversation, kept);
    return kept.size > 0;
  }

  #keep(conversation: string, kept: Map<string, number>): void {
    if (kept.size > 0) this.#until.set(conversation, kept);
    else this.#until.delete(conversation);
  }
}
