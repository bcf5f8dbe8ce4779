/** Frames of MSRP: out of octets, into octets, and what stands in them. RFC 4975 §9 */
export { answerTo, responsePaths } from "./answer.ts";
export { type ByteRange, formatByteRange, parseByteRange, WHOLE_RANGE } from "./byte-range.ts";
export { type Flag, holdsEndLine } from "./end-line.ts";
export {
  type ContentFacts,
  type FailureReport,
  isAnswered,
  type ReportFacts,
  readReport,
  readSend,
  type SendFacts,
} from "./facts.ts";
export { type MsrpFrame, MsrpRequest, MsrpResponse } from "./frame.ts";
export { FrameFault } from "./frame-fault.ts";
export { type FrameSink, MsrpFramer } from "./framer.ts";
export { newIdent } from "./ident.ts";
export { type FrameLimits, frameLimits } from "./limits.ts";
export { type ParsedFrame, parseMsrp } from "./parse-msrp.ts";
export {
  type HeaderParts,
  type PathLines,
  pathLines,
  type RequestParts,
  type ResponseParts,
} from "./parts.ts";
export { firstUri, formatPath, lastUri, type MsrpPath, parsePath } from "./path.ts";
export { formatReportStatus, parseReportStatus, type ReportStatus } from "./report-status.ts";
export { STATUS_CODES, statusPhrase } from "./status-codes.ts";
export {
  MSRP_PORT,
  type MsrpUri,
  type MsrpUriParts,
  makeMsrpUri,
  parseMsrpUri,
  sessionIdOf,
} from "./uri.ts";
export { equalMsrpUris, hostKey, matchesUri, type UriComparison } from "./uri-comparison.ts";
export { MsrpWriter } from "./writer.ts";
