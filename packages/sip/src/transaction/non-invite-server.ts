/**
 * Non-INVITE server transaction. RFC 3261 §17.2.2, with the rules of RFC 4320 §4. When the user never answers it
 * completes without an answer, since a repeat may still be on its way.
 */
import type { Machine, Plan } from "@parlance/wire";
import type { Timing } from "./timing.ts";

export interface NonInviteServer {
  readonly state: "trying" | "proceeding" | "completed" | "terminated";
  readonly timer: "late" | "expiry" | "J";
  /** 408 is a class of its own here. A provisional answer of the TU has no row: RFC 4320 §4.1. */
  readonly input: "request" | "1xx" | "2xx-6xx" | "408" | "transport error";
  readonly action:
    | "send trying"
    | "send response"
    | "repeat response"
    | "report timeout"
    | "report transport error";
}

export const nonInviteServer: Machine<NonInviteServer> = {
  initial: ["trying"], // RFC 3261 §17.2.2
  timers: {
    trying: ["late"],
    proceeding: ["expiry"],
    completed: ["J"],
    terminated: [],
  },
  rows: {
    trying: {
      late: ["proceeding", "send trying"], // RFC 4320 §4.1
      "2xx-6xx": ["completed", "send response"], // RFC 3261 §17.2.2
      "408": ["completed"], // RFC 4320 §4.2: never sent
    },
    proceeding: {
      expiry: ["completed", "report timeout"], // RFC 4320 §4.2: too late for any answer
      request: ["proceeding", "repeat response"], // RFC 3261 §17.2.2
      "2xx-6xx": ["completed", "send response"], // RFC 3261 §17.2.2
      "408": ["completed"], // RFC 4320 §4.2
      "transport error": ["proceeding", "report transport error"], // as RFC 6026 §7.1 has it
    },
    completed: {
      J: ["terminated"], // RFC 3261 §17.2.2
      request: ["completed", "repeat response"], // RFC 3261 §17.2.2
      "transport error": ["completed", "report transport error"], // as RFC 6026 §7.1 has it
    },
    terminated: {},
  },
};

export function nonInviteServerOn({ t1, t2, reliable }: Timing): Plan<NonInviteServer> {
  const waits = {
    late: t2 - t1, // RFC 4320 §4.1: by then timer E of the client has grown to T2
    expiry: 64 * t1 - (t2 - t1), // RFC 4320 §4.2: together 64*T1, the client's timer F
    J: reliable ? 0 : 64 * t1, // RFC 3261 §17.2.2
  };
  return { machine: nonInviteServer, wait: (timer) => waits[timer] };
}
