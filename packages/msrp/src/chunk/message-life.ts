/** What becomes of a message that is sent. RFC 4975 §5.3, §7.1.1, §7.3.2 */
import type { Machine, Plan } from "@parlance/wire";

export interface MessageStates {
  readonly state:
    | "sending" // chunks are still to be written
    | "written" // answers to some of them are still to come
    | "accepted" // the next hop has all of it; only reports may still come
    | "terminated";
  readonly timer: "report";
  readonly input:
    | "last chunk written"
    | "all answered"
    | "all reported"
    | "failed"
    | "connection lost"
    | "no room";
  readonly action: "tell accepted" | "tell delivered" | "tell unreported" | "tell failed";
}

const messageMachine: Machine<MessageStates> = {
  initial: ["sending"],
  timers: { sending: [], written: [], accepted: ["report"], terminated: [] },
  rows: {
    sending: {
      "last chunk written": ["written"],
      failed: ["terminated", "tell failed"], // RFC 4975 §7.3.2
    },
    written: {
      "all answered": ["accepted", "tell accepted"],
      // A report may overtake the answer of the hop: what has arrived was accepted.
      "all reported": ["terminated", "tell accepted", "tell delivered"],
      failed: ["terminated", "tell failed"],
      "connection lost": ["sending"], // RFC 4975 §5.4: may be sent again under the same Message-ID
    },
    accepted: {
      "all reported": ["terminated", "tell delivered"],
      report: ["terminated", "tell unreported"], // RFC 4975 §7.1.1
      failed: ["terminated", "tell failed"], // RFC 4975 §7.1.4: it may fail after its 200
      "no room": ["terminated", "tell unreported"],
    },
    terminated: {},
  },
};

export function messagePlan(reportMs: number): Plan<MessageStates> {
  return { machine: messageMachine, wait: () => reportMs };
}
