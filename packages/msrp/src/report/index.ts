/** Delivery reports. RFC 4975 §7.1.2 – §7.1.4 */
export { OctetRanges } from "./octet-ranges.ts";
export { type ReportOn, reportOn } from "./report-request.ts";
