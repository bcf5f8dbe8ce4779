/** What deferred messaging counts. */
import type { Counter, Metrics } from "../ports/index.ts";

export interface Counters {
  readonly stored: Counter;
  readonly refused: Counter;
  readonly pushed: Counter;
  readonly failed: Counter;
  readonly expired: Counter;
  readonly quarantined: Counter;
}

export function countersOf(metrics: Metrics): Counters {
  const counter = (name: string, help: string): Counter =>
    metrics.counter(`deferred_${name}_total`, help);
  return {
    stored: counter("stored", "Messages stored for users who were away"),
    refused: counter("refused", "Messages not stored: over quota, expired or never to be stored"),
    pushed: counter("pushed", "Stored messages that reached their user"),
    failed: counter("failed", "Stored messages given up after a refusal of the client"),
    expired: counter("expired", "Stored messages whose time ran out"),
    quarantined: counter("quarantined", "Stored messages kept but not tried any more"),
  };
}
