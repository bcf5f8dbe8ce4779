/** What tells a sick process from a busy one: event loop, memory, processor. */
import { monitorEventLoopDelay, performance } from "node:perf_hooks";
import type { Metrics } from "@parlance/server";

const RESOLUTION_MS = 20;
const NANOSECONDS = 1e-9;
const MICROSECONDS = 1e-6;

/** Registers what is measured; the returned function stops the measuring. */
export function watchProcess(metrics: Metrics): () => void {
  const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  delay.enable();
  let since = performance.eventLoopUtilization();

  metrics.gauge("parlance_event_loop_delay_p99_seconds", "99 % of delays were shorter", () => {
    const seconds = delay.percentile(99) * NANOSECONDS;
    delay.reset(); // since the last time it was asked for
    return seconds;
  });
  metrics.gauge("parlance_event_loop_utilization", "Share of time that is not idle", () => {
    const now = performance.eventLoopUtilization();
    const { utilization } = performance.eventLoopUtilization(now, since);
    since = now;
    return utilization;
  });
  metrics.gauge("parlance_heap_used_bytes", "Memory of JavaScript objects", () => {
    return process.memoryUsage().heapUsed;
  });
  metrics.gauge("parlance_resident_bytes", "Memory of the whole process", () => {
    return process.memoryUsage.rss();
  });
  metrics.total("parlance_cpu_seconds_total", "Processor time since the start", () => {
    const { user, system } = process.cpuUsage();
    return (user + system) * MICROSECONDS;
  });
  return () => delay.disable();
}
