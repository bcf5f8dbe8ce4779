export { watchProcess } from "./process-metrics.ts";
export { type Histogram, type MetricFamily, PrometheusMetrics } from "./prometheus-metrics.ts";
