/** A client and its relay: reached, asked, granted, asked again in time. RFC 4976 §5.1 */
import type { Machine, Plan } from "@parlance/wire";

export interface RelayStates {
  readonly state:
    | "idle"
    | "reaching"
    | "asking" // for the first URI on this connection
    | "granted"
    | "refreshing"
    | "waiting" // to try again
    | "terminated";
  readonly timer: "refresh" | "retry";
  readonly input:
    | "start"
    | "reached"
    | "not reached"
    | "granted"
    | "asked for more" // 401 that can be answered, or 423 with a bound that can be kept
    | "denied"
    | "no answer"
    | "line closed"
    | "close";
  readonly action:
    | "reach"
    | "send auth"
    | "tell granted"
    | "tell lost"
    | "tell denied"
    | "leave line";
}

const relayMachine: Machine<RelayStates> = {
  initial: ["idle"],
  timers: {
    idle: [],
    reaching: [],
    asking: [],
    granted: ["refresh"],
    refreshing: [],
    waiting: ["retry"],
    terminated: [],
  },
  rows: {
    idle: { start: ["reaching", "reach"], close: ["terminated"] },
    reaching: {
      reached: ["asking", "send auth"],
      "not reached": ["waiting"],
      close: ["terminated", "leave line"],
    },
    asking: {
      granted: ["granted", "tell granted"],
      "asked for more": ["asking", "send auth"],
      denied: ["terminated", "leave line", "tell denied"],
      "no answer": ["waiting", "leave line"],
      "line closed": ["waiting"],
      close: ["terminated", "leave line"],
    },
    granted: {
      refresh: ["refreshing", "send auth"],
      "line closed": ["waiting", "tell lost"], // RFC 4976 §6.3: the URI goes with the connection
      close: ["terminated", "leave line"],
    },
    refreshing: {
      granted: ["granted", "tell granted"],
      "asked for more": ["refreshing", "send auth"],
      denied: ["terminated", "leave line", "tell lost", "tell denied"],
      "no answer": ["waiting", "leave line", "tell lost"],
      "line closed": ["waiting", "tell lost"],
      close: ["terminated", "leave line"],
    },
    waiting: { retry: ["reaching", "reach"], close: ["terminated"] },
    terminated: {},
  },
};

export interface RelayWaits {
  /** From the grant to the next AUTH. */
  refreshMs(): number;
  retryMs(): number;
}

export function relayPlan(waits: RelayWaits): Plan<RelayStates> {
  return {
    machine: relayMachine,
    wait: (timer) => (timer === "refresh" ? waits.refreshMs() : waits.retryMs()),
  };
}
