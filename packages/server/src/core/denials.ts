/** Counts what the guard does not let in: who is attacked sees it in the metrics. */
import type { Flow } from "@parlance/sip";
import type { LimitWatch, Metrics, SecurityWatch } from "../ports/index.ts";
import type { Verdict } from "./guard.ts";

export interface Denials {
  denied(verdict: Exclude<Verdict, { readonly do: "admit" }>, flow: Flow): void;
}

export function denials(metrics: Metrics, watch: SecurityWatch, hits: LimitWatch): Denials {
  const counter = metrics.counter("sip_denied_total", "Requests that the guard turned away", "why");
  return {
    denied(verdict, { remote }) {
      if (verdict.do === "refuse") {
        if (verdict.locked) hits.hit("loginFailures", remote.host);
        return counter.add(1, "refused");
      }
      counter.add(1, verdict.failed ? "wrong password" : "challenged");
      if (verdict.failed) watch.report("login failed", remote.host);
    },
  };
}
