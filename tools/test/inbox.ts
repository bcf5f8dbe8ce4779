/** What a raw user is sent: taken with 200, kept in order, and awaited. */
import { within } from "./deadline.ts";
import { ANSWER_MS } from "./peers.ts";
import { type RawUser, responseTo } from "./raw-user.ts";
import type { WireMessage } from "./wire-message.ts";

export class Inbox {
  readonly seen: WireMessage[] = [];
  readonly #waiting: { readonly until: () => boolean; readonly met: () => void }[] = [];

  /** From now on the user takes every MESSAGE; sessions he is not there for. */
  constructor({ peer }: RawUser) {
    peer.respond = (request) => {
      if (request.method === "ACK") return "";
      if (request.method !== "MESSAGE") return responseTo(request, 480, "Temporarily Unavailable");
      this.seen.push(request);
      const met = this.#waiting.filter(({ until }) => until());
      for (const one of met) {
        this.#waiting.splice(this.#waiting.indexOf(one), 1);
        one.met();
      }
      return responseTo(request, 200, "OK");
    };
  }

  /** Resolves when what has come satisfies. */
  until(satisfied: (seen: readonly WireMessage[]) => boolean, ms = ANSWER_MS): Promise<void> {
    if (satisfied(this.seen)) return Promise.resolve();
    const met = Promise.withResolvers<void>();
    this.#waiting.push({ until: () => satisfied(this.seen), met: met.resolve });
    return within(ms, met.promise, () => `${this.seen.length} messages have come`);
  }
}
