/** Counts what the guard does not let in: who is attacked sees it in the metrics. */
import type { Metrics } from "../ports/index.ts";
import type { Verdict } from "./guard.ts";

export interface Denials {
  denied(verdict: Exclude<Verdict, { readonly do: "admit" }>): void;
}

export function denials(metrics: Metrics): Denials {
  const counter = metrics.counter("sip_denied_total", "Requests that the guard turned away", "why");
  return {
    denied(verdict) {
      if (verdict.do === "refuse") counter.add(1, "refused");
      else counter.add(1, verdict.failed ? "wrong password" : "challenged");
    },
  };
}
