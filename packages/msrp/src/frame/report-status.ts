/** The Status header of a REPORT. RFC 4975 §7.1.2, §9 */
import { FormatError, type Parsed, parsed } from "@parlance/wire";
import { statusPhrase } from "./status-codes.ts";

export interface ReportStatus {
  /** "000" means that the code is one of those of responses; no other is in use. */
  readonly namespace: string;
  readonly code: number;
  readonly comment: string;
}

const STATUS = /^(?<namespace>\d{3}) (?<code>\d{3})(?: (?<comment>.*))?$/;

export function parseReportStatus(text: string): Parsed<ReportStatus> {
  return parsed(() => readReportStatus(text));
}

export function formatReportStatus(code: number): string {
  return `000 ${code} ${statusPhrase(code)}`.trimEnd();
}

/** Throws `FormatError`. */
export function readReportStatus(text: string): ReportStatus {
  const { namespace, code, comment = "" } = STATUS.exec(text)?.groups ?? {};
  if (namespace === undefined || code === undefined) {
    throw new FormatError("MSRP Status", 0, "expected namespace and code");
  }
  return { namespace, code: Number(code), comment };
}
