/** INVITE server transaction. RFC 3261 §17.2.1, with the accepted state of RFC 6026 §7.1. */
import type { Machine, Plan } from "@parlance/wire";
import type { Timing } from "./timing.ts";

export interface InviteServer {
  /** `received` is the part of the RFC's proceeding state in which nothing has been answered. */
  readonly state: "received" | "proceeding" | "accepted" | "completed" | "confirmed" | "terminated";
  readonly timer: "trying" | "G" | "H" | "I" | "L";
  readonly input: "request" | "ack" | "1xx" | "2xx" | "3xx-6xx" | "transport error";
  readonly action:
    | "send trying"
    | "send response"
    | "repeat response"
    | "pass ack up"
    | "report timeout"
    | "report transport error";
}

export const inviteServer: Machine<InviteServer> = {
  initial: ["received"], // RFC 3261 §17.2.1
  timers: {
    received: ["trying"],
    proceeding: [],
    accepted: ["L"],
    completed: ["G", "H"],
    confirmed: ["I"],
    terminated: [],
  },
  rows: {
    received: {
      trying: ["proceeding", "send trying"], // RFC 3261 §17.2.1
      "1xx": ["proceeding", "send response"], // RFC 3261 §17.2.1
      "2xx": ["accepted", "send response"], // RFC 6026 §8.5
      "3xx-6xx": ["completed", "send response"], // RFC 3261 §17.2.1
    },
    proceeding: {
      request: ["proceeding", "repeat response"], // RFC 3261 §17.2.1
      "1xx": ["proceeding", "send response"], // RFC 3261 §17.2.1
      "2xx": ["accepted", "send response"], // RFC 6026 §8.5
      "3xx-6xx": ["completed", "send response"], // RFC 3261 §17.2.1
      "transport error": ["proceeding", "report transport error"], // RFC 6026 §7.1
    },
    accepted: {
      L: ["terminated"], // RFC 6026 §7.1
      request: ["accepted"], // RFC 6026 §7.1: absorbed, the TU repeats its 2xx itself
      ack: ["accepted", "pass ack up"], // RFC 6026 §7.1
      "2xx": ["accepted", "send response"], // RFC 6026 §7.1
      "transport error": ["accepted", "report transport error"], // RFC 6026 §7.1
    },
    completed: {
      G: ["completed", "repeat response"], // RFC 3261 §17.2.1
      H: ["terminated", "report timeout"], // RFC 3261 §17.2.1
      request: ["completed", "repeat response"], // RFC 3261 §17.2.1
      ack: ["confirmed"], // RFC 3261 §17.2.1
      "transport error": ["completed", "report transport error"], // RFC 6026 §7.1
    },
    confirmed: {
      I: ["terminated"], // RFC 3261 §17.2.1
    },
    terminated: {},
  },
};

export function inviteServerOn({ t1, t2, t4, reliable }: Timing): Plan<InviteServer> {
  const waits = {
    trying: (firings: number) => (firings === 0 ? 200 : undefined), // RFC 3261 §17.2.1
    G: (firings: number) => (reliable ? undefined : Math.min(t1 * 2 ** firings, t2)), // §17.2.1
    H: () => 64 * t1, // RFC 3261 §17.2.1
    I: () => (reliable ? 0 : t4), // RFC 3261 §17.2.1
    L: () => 64 * t1, // RFC 6026 §7.1
  };
  return { machine: inviteServer, wait: (timer, firings) => waits[timer](firings) };
}
