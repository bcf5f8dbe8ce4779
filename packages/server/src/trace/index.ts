/** What went over the wire and what was decided about it, for who has to find out why. */
export { type FeedAnswer, TraceFeed, type TraceFilter } from "./feed.ts";
export { formatHep, hepPacket } from "./hep.ts";
export { type Outline, outlineOf } from "./outline.ts";
export { formatPcap } from "./pcap.ts";
export { conversationsOf, queryTrace, type TraceQuestion } from "./query.ts";
export { redact } from "./redact.ts";
export {
  DEFAULT_TRACE_LIMITS,
  type TraceFacts,
  type TraceFlow,
  type TraceLimits,
  type TraceProtocol,
  type TraceRecord,
  TraceRing,
} from "./ring.ts";
export { type Showing, stepOf, type TraceStep } from "./step.ts";
export { fullText, ladderLine } from "./text.ts";
export { Tracer, type TracerOptions, type TracerPorts, type Watched } from "./tracer.ts";
