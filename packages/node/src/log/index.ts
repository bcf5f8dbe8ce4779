export { type Redaction, redact } from "./redact.ts";
export { SecurityEvents, type SecurityEventsOptions } from "./security-events.ts";
export { type LogLevel, StructuredLog, type StructuredLogOptions } from "./structured-log.ts";
