/** Bounds of deferred messaging, each with its reason. */
import { defaultLimits, workLimits } from "../limits.ts";

export interface DeferredOptions {
  readonly messagesPerUser: number;
  readonly bytesPerUser: number;
  readonly maxSeconds: number;
  /** Reports are of no use to an author who stays away longer. */
  readonly maxReportSeconds: number;
  /** Longer bodies are not sent in datagrams. RFC 3428 §8 */
  readonly datagramBytes: number;
  /** Users who get their messages at the same time; each holds a page in memory. */
  readonly flushes: number;
  /** Messages read at a time for one user. */
  readonly pageSize: number;
  /** Deliveries that are forgotten in one commit. */
  readonly removeTogether: number;
  /** How often expired messages are looked for, and how many at a time. */
  readonly sweepMs: number;
  readonly sweepSize: number;
  /** Between two such looks, when there are more of them. */
  readonly sweepPauseMs: number;
  readonly patience: Patience;
}

/** With clients that are there and do not take what waits. */
export interface Patience {
  /** After the first, second … round that failed; after the last one the next registration is awaited. */
  readonly retryMs: readonly number[];
  /** A new message for a user whose client has just failed does not try it again sooner. */
  readonly restMs: number;
  /** From so many failures on a message no longer holds up the ones behind it. */
  readonly failuresToStepAside: number;
  readonly silencesToStepAside: number;
  /** So many failures of one message while others get through: it is at fault. */
  readonly failuresToQuarantine: number;
}

const MINUTE_MS = 60_000;

export const DEFAULT_DEFERRED_OPTIONS: DeferredOptions = {
  messagesPerUser: defaultLimits.deferredMessagesPerUser,
  bytesPerUser: defaultLimits.deferredBytesPerUser,
  maxSeconds: defaultLimits.deferredSeconds,
  maxReportSeconds: 7 * 86_400,
  datagramBytes: defaultLimits.datagramMessageBytes,
  flushes: workLimits.flushes,
  pageSize: 32, // some tens of KiB a flush: what comes next is read while a client answers anyway
  removeTogether: 16, // a commit costs as much as ten rows; a crash repeats no more than so many
  sweepMs: 10_000, // an author need not know to the second that nobody came
  sweepSize: 200, // a few milliseconds of the store
  sweepPauseMs: 100, // lets traffic through
  patience: {
    retryMs: [MINUTE_MS, 5 * MINUTE_MS, 30 * MINUTE_MS], // a restart, an update, a bad half hour
    restMs: 10_000, // a busy conversation must not turn each of its messages into an attempt
    failuresToStepAside: 3, // one round more than chance explains
    silencesToStepAside: 12, // silence is most often that of the way, and order counts for more
    failuresToQuarantine: 5, // two more, after it has stepped aside
  },
};
