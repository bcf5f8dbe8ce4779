/** Bounds of connections and of who speaks over them; one table. */
export interface LineLimits {
  /** More than this waiting to leave: no message is written until it has gone. */
  readonly backlogBytes: number;
  /** A connection to which no session is bound yet. */
  readonly unboundMs: number;
  /** One whose last session has ended. */
  readonly releasedMs: number;
  /** A frame that has begun and does not go on. */
  readonly gapMs: number;
  /** Requests for sessions that do not exist, before the connection is closed. */
  readonly unknownSessions: number;
}

export const lineLimits: LineLimits = {
  backlogBytes: 131_072,
  unboundMs: 30_000, // RFC 4976 §6.1
  releasedMs: 5000,
  gapMs: 10_000,
  unknownSessions: 10,
};
