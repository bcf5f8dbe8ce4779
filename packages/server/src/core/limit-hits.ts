/** Counts the bounds that are hit, by name: an operator sees which of them is too low, or attacked. */
import type { LimitWatch, Metrics, SecurityWatch } from "../ports/index.ts";

export function limitHits(metrics: Metrics, watch: SecurityWatch): LimitWatch {
  const help = "Times that a bound was hit";
  const counter = metrics.counter("parlance_limit_hits_total", help, "limit");
  return {
    hit(limit, source) {
      counter.add(1, limit);
      if (source !== undefined) watch.report(`limit: ${limit}`, source);
    },
  };
}
