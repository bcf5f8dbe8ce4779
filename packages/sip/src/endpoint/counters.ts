/** What an endpoint counts. */
import type { EndpointStats } from "./ports.ts";

type Counted = Exclude<keyof EndpointStats, "serverTransactions" | "clientTransactions">;

export type Counters = { -readonly [Name in Counted]: number };

export function newCounters(): Counters {
  return {
    requestsIn: 0,
    responsesIn: 0,
    requestsOut: 0,
    responsesOut: 0,
    repeatsIn: 0,
    repeatsOut: 0,
    strayResponses: 0,
    malformed: 0,
    refusedByLimit: 0,
    timeouts: 0,
    failures: 0,
    handlerErrors: 0,
  };
}
