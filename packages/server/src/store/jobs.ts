/** Messages to many that were accepted and whose copies have not all been made. RFC 5365 §7 */

export interface Job {
  /** Rises with the time of storing. See `TimeOrderedIds`. */
  readonly id: string;
  /** Address key of the asserted originator. */
  readonly originator: string;
  readonly createdAt: number;
  /** When nobody wants the copies any more. */
  readonly expiresAt: number;
  /** The addresses that still wait for their copy. */
  readonly recipients: readonly string[];
  /** The rest that making copies needs, in the words of its writer; the store does not read it. */
  readonly context: string;
  /** The request as it was accepted. */
  readonly bytes: Uint8Array;
}

export interface JobStore {
  /** Durable when it resolves: now the sender may be told 202. "known": the id was there before. */
  add(job: Job): Promise<"stored" | "known">;

  /**
   * Durable when it resolves. These recipients have their copy, or never will: they are taken from
   * the job, and the job is forgotten when none is left. Unknown ids and addresses change nothing.
   */
  settle(id: string, recipients: readonly string[]): Promise<void>;

  /** Durable when it resolves. False: there is no such job. */
  remove(id: string): Promise<boolean>;

  /** Reads only: jobs in the order in which they were accepted, at most `limit`, those after `after`. */
  list(after: string | undefined, limit: number): Promise<readonly Job[]>;
}
