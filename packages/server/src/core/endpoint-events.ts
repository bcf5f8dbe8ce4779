/** What the endpoint notices: mistakes of ours are logged, those of peers are watched. */
import type { EndpointEvent } from "@parlance/sip";
import type { LimitWatch, Log, SecurityWatch } from "../ports/index.ts";

export function noted(
  event: EndpointEvent,
  hits: LimitWatch,
  watch: SecurityWatch,
  log: Log,
): void {
  if (event.kind === "limit reached") {
    const limit = event.limit === "total" ? "transactions" : "transactionsPerSource";
    return hits.hit(limit, event.flow.remote.host);
  }
  if (event.kind === "malformed") {
    const { limit, format = "message", flow } = event;
    if (limit !== undefined) return hits.hit(limit, flow.remote.host);
    return watch.report(`malformed ${format}`, flow.remote.host, { transport: flow.transport });
  }
  const method = "method" in event ? event.method : undefined;
  log.error(event.kind, { method, error: errorText(event.error) });
}

export function errorText(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
