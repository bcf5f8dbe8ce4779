/** Bounds of deferred messaging, each with its reason. */
import { defaultLimits, workLimits } from "../limits.ts";

export interface DeferredOptions {
  readonly messagesPerUser: number;
  readonly bytesPerUser: number;
  readonly maxSeconds: number;
  /** Reports are of no use to an author who stays away longer. */
  readonly maxReportSeconds: number;
  /** Users who get their messages at the same time; each holds a page in memory. */
  readonly flushes: number;
  readonly pageSize: number;
  /** How often expired messages are looked for, and how many at a time. */
  readonly sweepMs: number;
  readonly sweepSize: number;
  /** A new message for a user whose client has just failed does not try it again sooner. */
  readonly restMs: number;
}

export const DEFAULT_DEFERRED_OPTIONS: DeferredOptions = {
  messagesPerUser: defaultLimits.deferredMessagesPerUser,
  bytesPerUser: defaultLimits.deferredBytesPerUser,
  maxSeconds: defaultLimits.deferredSeconds,
  maxReportSeconds: 7 * 86_400,
  flushes: workLimits.flushes,
  pageSize: 32,
  sweepMs: 10_000,
  sweepSize: 200,
  restMs: 10_000,
};
