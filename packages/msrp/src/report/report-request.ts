/** REPORT requests: what became of a message, told to its sender. RFC 4975 §7.1.2 – §7.1.4 */
import {
  formatByteRange,
  formatReportStatus,
  type MsrpRequest,
  pathLines,
  type RequestParts,
} from "../frame/index.ts";

export interface ReportOn {
  readonly transactionId: string;
  /** 200 for success. */
  readonly status: number;
  /** Our URI in the session. */
  readonly fromUri: string;
  /** Octets that are reported on, counted from one, both included. RFC 4975 §7.1.4 */
  readonly start: number;
  readonly end: number;
  readonly total: number | undefined;
}

/** About what a SEND brought, along the way that it came. RFC 4975 §7.1.3 */
export function reportOn(send: MsrpRequest, of: ReportOn): RequestParts {
  const { transactionId, status, fromUri, start, end, total } = of;
  return {
    transactionId,
    method: "REPORT",
    paths: pathLines(send.fromPath, fromUri),
    headers: [
      ["Message-ID", send.messageId ?? ""],
      ["Byte-Range", formatByteRange({ start, end, total })],
      ["Status", formatReportStatus(status)],
    ],
  };
}
