/** INVITE client transaction. RFC 3261 §17.1.1, with the accepted state of RFC 6026 §8.4. */
import type { Machine, Plan } from "@parlance/wire";
import type { Timing } from "./timing.ts";

export interface InviteClient {
  readonly state: "calling" | "proceeding" | "accepted" | "completed" | "terminated";
  readonly timer: "A" | "B" | "D" | "M";
  readonly input: "1xx" | "2xx" | "3xx-6xx" | "transport error" | "abandon";
  readonly action:
    | "send request"
    | "send ack"
    | "pass up"
    | "report timeout"
    | "report transport error";
}

export const inviteClient: Machine<InviteClient> = {
  initial: ["calling", "send request"], // RFC 3261 §17.1.1.2
  timers: {
    calling: ["A", "B"],
    proceeding: [],
    accepted: ["M"],
    completed: ["D"],
    terminated: [],
  },
  rows: {
    calling: {
      A: ["calling", "send request"], // RFC 3261 §17.1.1.2
      B: ["terminated", "report timeout"], // RFC 3261 §17.1.1.2
      "1xx": ["proceeding", "pass up"], // RFC 3261 §17.1.1.2
      "2xx": ["accepted", "pass up"], // RFC 6026 §8.4
      "3xx-6xx": ["completed", "send ack", "pass up"], // RFC 6026 §8.4
      "transport error": ["terminated", "report transport error"], // RFC 3261 §17.1.4
    },
    proceeding: {
      "1xx": ["proceeding", "pass up"], // RFC 3261 §17.1.1.2
      "2xx": ["accepted", "pass up"], // RFC 6026 §8.4
      "3xx-6xx": ["completed", "send ack", "pass up"], // RFC 6026 §8.4
      "transport error": ["terminated", "report transport error"], // RFC 3261 §17.1.4
      abandon: ["terminated", "report timeout"], // RFC 3261 §9.1: cancelled, and still no answer
    },
    accepted: {
      M: ["terminated"], // RFC 6026 §8.4
      "2xx": ["accepted", "pass up"], // RFC 6026 §8.4: repeats, and other branches of a fork
    },
    completed: {
      D: ["terminated"], // RFC 3261 §17.1.1.2
      "3xx-6xx": ["completed", "send ack"], // RFC 6026 §8.4
      "transport error": ["terminated", "report transport error"], // RFC 6026 figure 5
    },
    terminated: {},
  },
};

export function inviteClientOn({ t1, reliable }: Timing): Plan<InviteClient> {
  const waits = {
    A: (firings: number) => (reliable ? undefined : t1 * 2 ** firings), // RFC 3261 §17.1.1.2
    B: () => 64 * t1, // RFC 3261 §17.1.1.2
    D: () => (reliable ? 0 : 32_000), // RFC 3261 §17.1.1.2
    M: () => 64 * t1, // RFC 6026 §8.4
  };
  return { machine: inviteClient, wait: (timer, firings) => waits[timer](firings) };
}
