/** What SEND and REPORT say, read and checked in one go. What is wrong with them is answered with 400. RFC 4975 §7.1 */
import { FormatError, type Parsed, parsed } from "@parlance/wire";
import { type ByteRange, readByteRange } from "./byte-range.ts";
import { isAll, TOKEN, VISIBLE } from "./characters.ts";
import type { MsrpRequest } from "./frame.ts";
import { type FrameLimits, frameLimits } from "./limits.ts";
import { type ReportStatus, readReportStatus } from "./report-status.ts";

/** When a hop answers a SEND: always, on failure alone, or never. RFC 4975 §5.3 */
export type FailureReport = "yes" | "partial" | "no";

export interface SendFacts {
  /** Undefined for a SEND without a body, which binds a session or keeps it alive. */
  readonly content: ContentFacts | undefined;
  readonly failureReport: FailureReport;
  readonly successReport: boolean;
}

export interface ContentFacts {
  readonly messageId: string;
  /** Undefined where there is none: then this is the whole message. */
  readonly range: ByteRange | undefined;
  /** Type, subtype and parameters, as written. */
  readonly contentType: string;
}

export interface ReportFacts {
  readonly messageId: string;
  readonly range: ByteRange | undefined;
  readonly status: ReportStatus;
}

const MEDIA_TYPE = /^([^/;\s]+)\/([^/;\s]+)(?=\s*(?:;|$))/;

export function readSend(
  request: MsrpRequest,
  limits: FrameLimits = frameLimits,
): Parsed<SendFacts> {
  return parsed(() => ({
    content: readContent(request, limits),
    failureReport: failureReportOf(request),
    successReport: successReportOf(request),
  }));
}

export function readReport(
  request: MsrpRequest,
  limits: FrameLimits = frameLimits,
): Parsed<ReportFacts> {
  return parsed(() => ({
    messageId: messageIdOf(request, limits),
    range: rangeOf(request),
    status: readReportStatus(request.status ?? fail("Status is missing")),
  }));
}

/** Whether a request of this method gets a response with this status. RFC 4975 §7.1.2, §7.2 */
export function isAnswered(request: MsrpRequest, status: number): boolean {
  if (request.method === "REPORT") return false;
  const wish = request.failureReport?.toLowerCase();
  if (wish === "no") return false;
  return status !== 200 || wish !== "partial";
}

function readContent(request: MsrpRequest, limits: FrameLimits): ContentFacts | undefined {
  const { contentType, head, flag } = request;
  const hasBody = flag === undefined || request.body !== undefined;
  if (!hasBody) {
    if (head.byteRange !== undefined) rangeOf(request);
    return undefined;
  }
  if (contentType === undefined) fail("a body without Content-Type"); // RFC 4975 §7.1
  const [, type = "", subtype = ""] = MEDIA_TYPE.exec(contentType) ?? [];
  if (!isAll(TOKEN, type) || !isAll(TOKEN, subtype)) fail("Content-Type is not a media type");
  return { messageId: messageIdOf(request, limits), range: rangeOf(request), contentType };
}

/** Peers keep neither to the length nor to the characters that RFC 4975 §9 gives it. */
function messageIdOf({ messageId }: MsrpRequest, limits: FrameLimits): string {
  if (messageId === undefined) fail("Message-ID is missing");
  if (messageId.length > limits.messageIdCharacters) fail("Message-ID is too long");
  if (!isAll(VISIBLE, messageId)) fail("Message-ID holds what it may not");
  return messageId;
}

function rangeOf({ byteRange }: MsrpRequest): ByteRange | undefined {
  return byteRange === undefined ? undefined : readByteRange(byteRange);
}

function failureReportOf({ failureReport }: MsrpRequest): FailureReport {
  const value = failureReport?.toLowerCase();
  if (value === undefined) return "yes"; // RFC 4975 §7.1.1
  if (value === "yes" || value === "no" || value === "partial") return value;
  return fail("Failure-Report is neither yes, no nor partial");
}

function successReportOf({ successReport }: MsrpRequest): boolean {
  const value = successReport?.toLowerCase();
  if (value === undefined || value === "no") return false;
  return value === "yes" || fail("Success-Report is neither yes nor no");
}

function fail(reason: string): never {
  throw new FormatError("MSRP", 0, reason);
}
