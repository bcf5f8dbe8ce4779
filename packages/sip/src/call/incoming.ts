/** An INVITE of a peer up to our final answer. RFC 3261 §13.3.1, RFC 3262 §3 */
import type { Machine, Plan } from "../transaction/index.ts";

export interface IncomingInvite {
  /** `held`: accepted, but a provisional answer with a description has no PRACK yet. */
  readonly state: "pending" | "held" | "accepted" | "refused";
  /** Those of the Expires of the INVITE, and the minutes in which nothing new happens. */
  readonly timer: "expires" | "minute";
  readonly input:
    | "accept"
    | "accept later"
    | "refuse"
    | "prack"
    | "no prack"
    | "cancel"
    | "peer hangs up";
  readonly action:
    | "send 2xx"
    | "send refusal"
    | "send 487"
    | "send 504"
    | "tell cancelled"
    | "ring again";
}

export const incomingInvite: Machine<IncomingInvite> = {
  initial: ["pending"],
  timers: { pending: ["expires", "minute"], held: [], accepted: [], refused: [] },
  rows: {
    pending: {
      minute: ["pending", "ring again"], // RFC 3261 §13.3.1.1
      expires: ["refused", "send 487", "tell cancelled"], // RFC 3261 §13.3.1
      accept: ["accepted", "send 2xx"], // RFC 3261 §13.3.1.4
      "accept later": ["held"], // RFC 3262 §3
      refuse: ["refused", "send refusal"], // RFC 3261 §13.3.1.3
      cancel: ["refused", "send 487", "tell cancelled"], // RFC 3261 §9.2
      "peer hangs up": ["refused", "send 487", "tell cancelled"], // RFC 3261 §15.1.2
      "no prack": ["refused", "send 504", "tell cancelled"], // RFC 3262 §3
    },
    held: {
      prack: ["accepted", "send 2xx"], // RFC 3262 §3
      refuse: ["refused", "send refusal"],
      cancel: ["refused", "send 487", "tell cancelled"], // RFC 3261 §9.2
      "peer hangs up": ["refused", "send 487", "tell cancelled"], // RFC 3261 §15.1.2
      "no prack": ["refused", "send 504", "tell cancelled"], // RFC 3262 §3
    },
    accepted: {}, // RFC 3261 §9.2: a CANCEL is too late
    refused: {},
  },
};

const MINUTE_MS = 60_000;

export function incomingOn(expiresMs: number | undefined): Plan<IncomingInvite> {
  return {
    machine: incomingInvite,
    wait: (timer) => (timer === "minute" ? MINUTE_MS : expiresMs),
  };
}
