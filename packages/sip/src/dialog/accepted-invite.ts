/**
 * The 2xx of an INVITE on the side that gave it: repeated until its ACK is here, whatever carries it. RFC 3261 §13.3.1.4,
 * RFC 6026 §8.1
 */
import type { Machine, Plan, Timing } from "../transaction/index.ts";

export interface AcceptedInvite {
  readonly state: "unacknowledged" | "terminated";
  readonly timer: "repeat" | "give up";
  readonly input: "ack" | "abandon";
  /** The user ends the session with BYE when no ACK has come. */
  readonly action: "send 2xx" | "report no ack";
}

export const acceptedInvite: Machine<AcceptedInvite> = {
  initial: ["unacknowledged", "send 2xx"], // RFC 6026 §8.1
  timers: {
    unacknowledged: ["repeat", "give up"],
    terminated: [],
  },
  rows: {
    unacknowledged: {
      repeat: ["unacknowledged", "send 2xx"], // RFC 6026 §8.1
      "give up": ["terminated", "report no ack"], // RFC 3261 §13.3.1.4
      ack: ["terminated"], // RFC 6026 §8.1
      abandon: ["terminated"], // The session has ended otherwise.
    },
    terminated: {},
  },
};

export function acceptedInviteOn({ t1, t2 }: Timing): Plan<AcceptedInvite> {
  return {
    machine: acceptedInvite,
    wait: (timer, firings) => (timer === "repeat" ? Math.min(t1 * 2 ** firings, t2) : 64 * t1), // RFC 3261 §13.3.1.4
  };
}
