/** An INVITE of ours up to its end. RFC 3261 §13.2.2, §9.1 */
import type { Machine, Plan } from "../transaction/index.ts";

export interface OutgoingInvite {
  /** `leaving` and `late`: cancelled by the owner, or because it took too long. */
  readonly state: "calling" | "leaving" | "late" | "answered" | "over";
  /** The patience of the owner. */
  readonly timer: "patience";
  readonly input: "1xx" | "2xx" | "refused" | "no answer" | "cancel";
  readonly action:
    | "take 1xx"
    | "take call"
    | "end call" // ACK and BYE
    | "send cancel"
    | "tell refused"
    | "tell cancelled"
    | "tell timeout"
    | "tell unreachable";
}

export const outgoingInvite: Machine<OutgoingInvite> = {
  initial: ["calling"],
  timers: { calling: ["patience"], leaving: [], late: [], answered: [], over: [] },
  rows: {
    calling: {
      "1xx": ["calling", "take 1xx"], // RFC 3261 §13.2.2.1
      "2xx": ["answered", "take call"], // RFC 3261 §13.2.2.4
      refused: ["over", "tell refused"], // RFC 3261 §13.2.2.2, §13.2.2.3
      "no answer": ["over", "tell unreachable"], // RFC 3261 §8.1.3.1
      cancel: ["leaving", "send cancel"], // RFC 3261 §9.1
      patience: ["late", "send cancel"], // RFC 3261 §9.1
    },
    leaving: {
      "2xx": ["over", "end call", "tell cancelled"], // RFC 3261 §9.1, §15: it has crossed the CANCEL
      refused: ["over", "tell cancelled"], // RFC 3261 §9.1
      "no answer": ["over", "tell cancelled"],
    },
    late: {
      "2xx": ["over", "end call", "tell timeout"],
      refused: ["over", "tell timeout"],
      "no answer": ["over", "tell timeout"],
      cancel: ["leaving"],
    },
    answered: {
      "2xx": ["answered", "end call"], // RFC 3261 §13.2.2.4: another fork
    },
    over: {
      "2xx": ["over", "end call"], // RFC 3261 §13.2.2.4: another fork
    },
  },
};

export function outgoingOn(patienceMs: number | undefined): Plan<OutgoingInvite> {
  return {
    machine: outgoingInvite,
    wait: (_timer, firings) => (firings === 0 ? patienceMs : undefined),
  };
}
