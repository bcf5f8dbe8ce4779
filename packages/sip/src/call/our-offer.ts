/** A change of the session that our side wants, by UPDATE or re-INVITE: from the wish to its end. RFC 3261 §14.1, RFC 3311 §5.1 */
import type { Machine, Plan } from "../transaction/index.ts";

export interface OurOffer {
  readonly state: "wanted" | "sent" | "pausing" | "done";
  /** The pause after a collision, and the end of waiting for one's turn. */
  readonly timer: "again" | "turn";
  readonly input:
    | "clear" // nothing else is being agreed upon
    | "2xx"
    | "collided" // 491, or 500 with a short Retry-After
    | "refused"
    | "no such session" // 481, 408, or no answer at all
    | "call over";
  readonly action:
    | "look whether clear"
    | "send"
    | "tell answered"
    | "tell refused"
    | "tell over"
    | "end call";
}

export const ourOffer: Machine<OurOffer> = {
  initial: ["wanted", "look whether clear"],
  timers: { wanted: ["turn"], sent: [], pausing: ["again"], done: [] },
  rows: {
    wanted: {
      turn: ["done", "tell refused"], // two that wait for one another, as a relay may, come free
      clear: ["sent", "send"], // RFC 3311 §5.1: only while no other offer waits for its answer
      "call over": ["done", "tell over"],
    },
    sent: {
      "2xx": ["done", "tell answered"],
      collided: ["pausing"], // RFC 3261 §14.1
      refused: ["done", "tell refused"], // RFC 3261 §14.1: the session stays as it was
      "no such session": ["done", "tell over", "end call"], // RFC 3261 §14.1, §12.2.1.2
      "call over": ["done", "tell over"],
    },
    pausing: {
      again: ["wanted", "look whether clear"], // RFC 3261 §14.1
      "call over": ["done", "tell over"], // RFC 3261 §14.1: after a BYE it does not take place
    },
    done: {},
  },
};

export function ourOfferOn(turnMs: number, pauseMs: () => number): Plan<OurOffer> {
  return { machine: ourOffer, wait: (timer) => (timer === "turn" ? turnMs : pauseMs()) };
}
