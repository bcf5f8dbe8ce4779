/** Which reports a message sent to many still expects, and which have come. RFC 5438 §8.3 */

/** RFC 5438 §7.1.1.1.3: a report of each kind comes once. */
export type DispositionKind = "delivery" | "processing" | "display";

/** A message whose reports are gathered. */
export interface SentMessage {
  /** imdn.Message-ID; with `author` it names the message. RFC 5438 §6.3 */
  readonly messageId: string;
  /** Address key of who wrote it and gets the reports. */
  readonly author: string;
  /** Address keys of the recipients from whom reports may come; no others are taken. */
  readonly recipients: readonly string[];
  /** The rest that sending the aggregate needs, in the words of its writer; the store does not read it. */
  readonly context: string;
  readonly sentAt: number;
  /** When the next aggregate is due, however many reports have come. */
  readonly deadline: number;
  /** When the message is forgotten; later reports are unknown. */
  readonly expiresAt: number;
}

export interface DispositionReport {
  readonly recipient: string;
  readonly kind: DispositionKind;
  /** Status element: delivered, failed, displayed, stored … RFC 5438 §11 */
  readonly status: string;
  readonly receivedAt: number;
  /** The report as it came, to be a part of the aggregate. */
  readonly bytes: Uint8Array;
}

/** What is true as soon as one device of a user says it, whatever the others say. */
const GOOD: ReadonlySet<string> = new Set(["delivered", "displayed"]);

/** A user has many devices: one has refused a message, and then another takes it. Or nobody has answered, and it waits. */
export function corrects(later: string, earlier: string): boolean {
  if (later === "stored") return earlier === "processed";
  return GOOD.has(later) && !GOOD.has(earlier);
}

/** A sent message with the reports that came and have not been passed on yet. */
export interface SentMessageState {
  readonly message: SentMessage;
  readonly reports: readonly DispositionReport[];
  /** How many recipients have sent a report of the kind "delivery", passed on or not. */
  readonly delivered: number;
}

export type ReportOutcome = "recorded" | "corrected" | "duplicate" | "unknown";

/** Which of the reports. */
export type ReportKey = Pick<DispositionReport, "recipient" | "kind" | "status">;

export interface ImdnStore {
  /** Durable when it resolves. "known": this author has used the Message-ID before; nothing was changed. */
  open(message: SentMessage): Promise<"opened" | "known">;

  /**
   * Durable when it resolves.
   * "unknown": no such message, or it never went to that recipient. "duplicate": that recipient has sent a report of that kind.
   * "corrected": he had, and this one takes its place and is to be passed on. See `corrects`.
   */
  report(messageId: string, author: string, report: DispositionReport): Promise<ReportOutcome>;

  /** Reads only. */
  find(messageId: string, author: string): Promise<SentMessageState | undefined>;

  /** Reads only: at most `limit` messages with `deadline` ≤ `now`, oldest deadline first. */
  due(now: number, limit: number): Promise<readonly SentMessageState[]>;

  /**
   * Durable when it resolves. These reports have been passed on: their content is dropped, that they
   * came is kept. `deadline` is when the next aggregate is due.
   */
  passedOn(
    messageId: string,
    author: string,
    reports: readonly ReportKey[],
    deadline: number,
  ): Promise<void>;

  /** Durable when it resolves. */
  close(messageId: string, author: string): Promise<void>;

  /**
   * Durable when it resolves. Forgets at most `limit` messages of an author whose account is gone, those among them that name him in their context
   * alone because he hid himself; says how many.
   */
  removeOf(author: string, limit: number): Promise<number>;

  /**
   * Durable when it resolves. Of at most `limit` messages of others that went to an account which is gone: no report of his is waited for any
   * more, and those that came are forgotten; so are messages that went to nobody else. Says how many it were.
   */
  forgetRecipient(recipient: string, limit: number): Promise<number>;

  /** Durable when it resolves. Forgets at most `limit` messages with `expiresAt` ≤ `now`; says how many. */
  expire(now: number, limit: number): Promise<number>;
}
