export { watchProcess } from "./process-metrics.ts";
export { type Histogram, PrometheusMetrics } from "./prometheus-metrics.ts";
