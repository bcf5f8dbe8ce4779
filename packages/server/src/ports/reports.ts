/** Reports that the server itself makes about a message it took over. RFC 5438 §8 */
import type { Cpim } from "@parlance/formats";

/** A message whose author may have asked what becomes of it. */
export interface ReportSubject {
  /** The envelope, in which the author asked; undefined when there is none, and then no report. */
  readonly cpim: Cpim | undefined;
  /** URI of the author as the server knows it, whatever the envelope shows. */
  readonly author: string;
  /** URI of the one recipient whom the report is about. */
  readonly recipient: string;
}

/** Each does nothing when the author did not ask, or when the message is itself a report. */
export interface Reports {
  /** It waits for its recipient. Asked for by `processing`. RFC 5438 §8.1 */
  stored(subject: ReportSubject): Promise<void>;
  /** It will never arrive. Asked for by `negative-delivery`. RFC 5438 §8.2 */
  failed(subject: ReportSubject): Promise<void>;
}
