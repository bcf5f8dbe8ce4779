/** What the rest of the server uses of disposition notifications. */
export {
  type CollectorOptions,
  type CollectorPorts,
  DEFAULT_COLLECTOR_TIMES,
  ReportCollector,
} from "./collector.ts";
export { type ReportOptions, type ReportPorts, ServerReports } from "./reports.ts";
