/** The end of a confirmed call, from either side. RFC 3261 §15, RFC 5407 §3.2 */
import type { Machine, Plan } from "../transaction/index.ts";

export interface Ending {
  readonly state: "up" | "unacknowledged" | "leaving" | "over";
  readonly timer: never;
  readonly input:
    | "hang up"
    | "hang up before the ack"
    | "ack" // the last of our 2xx has it, or will never have it
    | "peer hangs up"
    | "bye answered";
  readonly action: "tell" | "send bye" | "forget";
}

export const ending: Machine<Ending> = {
  initial: ["up"],
  timers: { up: [], unacknowledged: [], leaving: [], over: [] },
  rows: {
    up: {
      "hang up": ["leaving", "send bye", "tell"], // RFC 3261 §15.1.1
      "hang up before the ack": ["unacknowledged", "tell"], // RFC 3261 §15
      "peer hangs up": ["over", "forget", "tell"], // RFC 3261 §15.1.2
    },
    unacknowledged: {
      ack: ["leaving", "send bye"], // RFC 3261 §15
      "peer hangs up": ["over", "forget"], // RFC 3261 §15.1.2
    },
    leaving: {
      "bye answered": ["over", "forget"], // RFC 3261 §15.1.1: whatever the answer
    },
    over: {},
  },
};

export const endingPlan: Plan<Ending> = { machine: ending, wait: () => undefined };
