/** What waits for one user, as far as its state is held in memory. */
import type { Cancel } from "@parlance/wire";

/** A user for whom something waits. */
export interface Queue {
  readonly userName: string;
  /** Ids of what is brought to him beside what waits. */
  readonly underWay: ReadonlySet<string>;
  /** Messages given to the store; those that an earlier life left count as one. */
  count: number;
  /** Of these, how many the last flush that found nothing more had seen. */
  served: number;
  state: "resting" | "queued" | "running";
  /** What is left is for contacts that are not there: nothing has to wait behind it. */
  parked: boolean;
  /** The user registered while a flush ran. */
  again: boolean;
  /** Rounds that failed since the last registration. */
  failedRounds: number;
  failedAt: number;
  retry: Cancel | undefined;
}

export function newQueue(userName: string, underWay: ReadonlySet<string>): Queue {
  return {
    userName,
    underWay,
    count: 0,
    served: 0,
    state: "resting",
    parked: false,
    again: false,
    failedRounds: 0,
    failedAt: Number.NEGATIVE_INFINITY,
    retry: undefined,
  };
}
