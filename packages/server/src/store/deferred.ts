/** Messages that wait until their recipient is back. OMA SIMPLE IM clause 12 */

/** What is known of a waiting message without its content. */
export interface DeferredEntry {
  /** Rises with the time of storing: the order of ids is the order of reception. See `TimeOrderedIds`. */
  readonly id: string;
  /** Name of the account it waits for: it stays when the address changes. */
  readonly recipient: string;
  /** Address key of the asserted originator; never shown when `privacy` asks for it. */
  readonly originator: string;
  /** The originator as the recipient may see it. */
  readonly originatorShown: string;
  readonly privacy: string | undefined;
  /** The group or list it was sent to, if any. */
  readonly group: string | undefined;
  readonly subject: string | undefined;
  readonly kind: "message" | "imdn";
  readonly mode: "pager" | "large" | "file";
  readonly receivedAt: number;
  readonly expiresAt: number;
  /** Size of the content as shown to the user; the quota counts the bytes that are stored. */
  readonly sizeBytes: number;
  /** Of a large message or a file: under which id its octets lie outside of the store. They count too. */
  readonly content: string | undefined;
  readonly attempts: number;
  readonly nextAttemptAt: number;
  /** Not pushed any more: it failed too often or broke the one who tried. */
  readonly poisoned: boolean;
}

export interface DeferredMessage extends DeferredEntry {
  /** The whole message as it will be delivered. */
  readonly bytes: Uint8Array;
}

export interface DeferredQuota {
  readonly messages: number;
  readonly bytes: number;
}

export interface DeferredUsage {
  readonly messages: number;
  readonly bytes: number;
}

export interface DeferredAttempt {
  readonly attempts: number;
  readonly nextAttemptAt: number;
  readonly poisoned: boolean;
}

export interface DeferredStore {
  /**
   * Durable when it resolves "stored" or "known" (the id was there before). Checks the quota of the
   * recipient in the same commit: what waits is kept, the new one is refused.
   */
  add(message: DeferredMessage, quota: DeferredQuota): Promise<"stored" | "known" | "over quota">;

  /** Reads only: messages of a recipient in the order of reception, at most `limit`, those after the id `after`. */
  page(
    recipient: string,
    after: string | undefined,
    limit: number,
  ): Promise<readonly DeferredMessage[]>;

  /** Reads only: like `page`, without the content. */
  list(
    recipient: string,
    after: string | undefined,
    limit: number,
  ): Promise<readonly DeferredEntry[]>;

  /** Reads only. A message of another recipient is not found. */
  find(recipient: string, id: string): Promise<DeferredMessage | undefined>;

  /** Durable when it resolves. How many of them were there and are gone. */
  remove(recipient: string, ids: readonly string[]): Promise<number>;

  /** Durable when it resolves. Everything that waits for an account, when it is removed. */
  removeAll(recipient: string): Promise<number>;

  /** Durable when it resolves. False: there is no such message. */
  markAttempt(recipient: string, id: string, attempt: DeferredAttempt): Promise<boolean>;

  /**
   * Reads only: at most `limit` messages with `expiresAt` ≤ `now`, oldest first. They stay until
   * `remove`, so that the failure report is on its way before the message is forgotten.
   */
  expired(now: number, limit: number): Promise<readonly DeferredMessage[]>;

  /** Reads only: what counts against the quota. */
  usage(recipient: string): Promise<DeferredUsage>;

  /**
   * Reads only: the most messages that anybody has, and the most octets, be they of one user or of two.
   * Undefined where there is too much to be counted.
   */
  mostUsed(): Promise<DeferredUsage | undefined>;

  /** Reads only: ids of all contents that messages have outside of the store. */
  contents(): Promise<readonly string[]>;

  /** Reads only: users for whom something waits, in order, at most `limit`, those after `after`. */
  recipients(after: string | undefined, limit: number): Promise<readonly string[]>;
}
