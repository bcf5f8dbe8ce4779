/** What went over the wire, for who has to find out why. */
export type { Outline } from "./outline.ts";
export { formatPcap } from "./pcap.ts";
export { conversationsOf, queryTrace, type TraceQuestion } from "./query.ts";
export { redact } from "./redact.ts";
export { DEFAULT_TRACE_LIMITS, type TraceLimits, type TraceRecord, TraceRing } from "./ring.ts";
export { fullText, ladderLine } from "./text.ts";
