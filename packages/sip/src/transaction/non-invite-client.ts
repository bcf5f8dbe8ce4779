/** Non-INVITE client transaction. RFC 3261 §17.1.2 */
import type { Machine, Plan } from "@parlance/wire";
import type { Timing } from "./timing.ts";

export interface NonInviteClient {
  readonly state: "trying" | "proceeding" | "completed" | "terminated";
  readonly timer: "E" | "F" | "K";
  readonly input: "1xx" | "2xx-6xx" | "transport error";
  readonly action: "send request" | "pass up" | "report timeout" | "report transport error";
}

export const nonInviteClient: Machine<NonInviteClient> = {
  initial: ["trying", "send request"], // RFC 3261 §17.1.2.2
  timers: {
    trying: ["E", "F"],
    proceeding: ["E", "F"],
    completed: ["K"],
    terminated: [],
  },
  rows: {
    trying: {
      E: ["trying", "send request"], // RFC 3261 §17.1.2.2
      F: ["terminated", "report timeout"], // RFC 3261 §17.1.2.2
      "1xx": ["proceeding", "pass up"], // RFC 3261 §17.1.2.2
      "2xx-6xx": ["completed", "pass up"], // RFC 3261 §17.1.2.2
      "transport error": ["terminated", "report transport error"], // RFC 3261 §17.1.4
    },
    proceeding: {
      E: ["proceeding", "send request"], // RFC 3261 §17.1.2.2
      F: ["terminated", "report timeout"], // RFC 3261 §17.1.2.2
      "1xx": ["proceeding", "pass up"], // RFC 3261 figure 6
      "2xx-6xx": ["completed", "pass up"], // RFC 3261 §17.1.2.2
      "transport error": ["terminated", "report transport error"], // RFC 3261 §17.1.4
    },
    completed: {
      K: ["terminated"], // RFC 3261 §17.1.2.2
      "2xx-6xx": ["completed"], // RFC 3261 §17.1.2.2: repeated answers end here
    },
    terminated: {},
  },
};

export function nonInviteClientOn({ t1, t2, t4, reliable }: Timing): Plan<NonInviteClient> {
  /** In proceeding every repeat comes after T2. RFC 3261 §17.1.2.2 */
  const repeat = (firings: number, state: NonInviteClient["state"]) =>
    state === "proceeding" ? t2 : Math.min(t1 * 2 ** firings, t2);
  return {
    machine: nonInviteClient,
    wait(timer, firings, state) {
      if (timer === "E") return reliable ? undefined : repeat(firings, state); // RFC 3261 §17.1.2.2
      if (timer === "F") return 64 * t1; // RFC 3261 §17.1.2.2
      return reliable ? 0 : t4; // K, RFC 3261 §17.1.2.2
    },
  };
}
