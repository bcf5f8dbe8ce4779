/** How fast a user may write, by whatever way; receipts are measured apart. Security §6 */
import { mimeHeader } from "@parlance/formats";
import { bodyKind, CPIM } from "@parlance/im";
import type { Clock } from "@parlance/wire";
import type { Limits } from "../limits.ts";
import type { LimitWatch, Passage } from "../ports/index.ts";
import { Rate } from "./rate.ts";

export class WritingRate {
  readonly #hits: LimitWatch;
  readonly #messages: Rate;
  readonly #receipts: Rate;

  constructor(limits: Limits, hits: LimitWatch, clock: Clock) {
    this.#hits = hits;
    this.#messages = new Rate(limits.messagesPerSecond, limits.messageBurst);
    this.#receipts = new Rate(limits.receiptsPerSecond, limits.receiptBurst);
    hits.uses("messageBurst", () => this.#messages.used(clock.now()));
    hits.uses("receiptBurst", () => this.#receipts.used(clock.now()));
  }

  /** Takes a request from what a user may write; how many seconds to wait when there is none left. */
  request(passage: Passage, user: string): number | undefined {
    const receipt = isReceipt(passage);
    const rate = receipt ? this.#receipts : this.#messages;
    const waitSeconds = rate.take(user, passage.receivedAt);
    if (waitSeconds !== undefined) {
      this.#hits.hit(receipt ? "receiptsPerSecond" : "messagesPerSecond");
    }
    return waitSeconds;
  }

  /** Takes a message of a session. */
  message(user: string, now: number): boolean {
    if (this.#messages.take(user, now) === undefined) return true;
    this.#hits.hit("messagesPerSecond");
    return false;
  }
}

/** The reader of many messages sends as many receipts: they must not use up what he may write. */
function isReceipt({ request, content }: Passage): boolean {
  if (request.method !== "MESSAGE" || content.mediaType !== CPIM) return false;
  if (content.cpim?.ok !== true) return false;
  const type = mimeHeader(content.cpim.value.contentHeaders, "Content-Type");
  return bodyKind(type ?? "") === "receipt"; // RFC 5438 §7.2.1
}
