/** Reports about messages, as far as the server makes or gathers them. RFC 5438 §8 */
import type { Cpim } from "@parlance/formats";

/** A message whose author may have asked what becomes of it. */
export interface ReportSubject {
  readonly cpim: Cpim;
  /** URI of the author as the server knows it, whatever the envelope shows. */
  readonly author: string;
  /** URI of the one recipient whom the report is about. */
  readonly recipient: string;
}

/** Each does nothing when the author did not ask, or when the message is itself a report. */
export interface Reports {
  /** It waits for its recipient. Asked for by `processing`. RFC 5438 §8.1 */
  stored(subject: ReportSubject): Promise<void>;
  /** Its recipient is asked whether he wants it. Asked for by `processing`. RFC 5438 §5.2 */
  asked(subject: ReportSubject): Promise<void>;
  /**
   * It will never arrive, `declined`: because its recipient has said no. Asked for by `negative-delivery`. Rejects when
   * the report cannot be taken over now: whoever asks keeps the message until then. RFC 5438 §8.2
   */
  failed(subject: ReportSubject, why?: "declined"): Promise<void>;
  /**
   * It has arrived, which its device has told nobody but us. Asked for by `positive-delivery`. Rejects like `failed`.
   * RFC 5438 §8
   */
  delivered(subject: ReportSubject): Promise<void>;
}

/** A message that goes out in copies, whose reports are to come back in few messages. */
export interface CopiedMessage {
  readonly messageId: string;
  /** URI of the author, who gets the reports. */
  readonly author: string;
  /** URI that the copies show as their author; for an anonymous one it is of this message only. */
  readonly shownAuthor: string;
  /** Address keys. */
  readonly recipients: readonly string[];
}

/** RFC 5438 §8.3 */
export interface ReportCollection {
  /** What the copies carry as IMDN-Record-Route, so that their reports come here. */
  readonly route: string;
  /** Resolves after the commit; from then on reports are taken. */
  open(message: CopiedMessage): Promise<void>;
}
