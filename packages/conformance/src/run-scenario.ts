/** One scenario played at one place, and what came of it. */
import { ImError } from "@parlance/client";
import type { ExchangeStep } from "./exchange.ts";
import type { Place } from "./place.ts";
import type { Scenario } from "./scenario.ts";
import { Stage } from "./stage.ts";
import { NotSupported } from "./words.ts";

export type Verdict =
  | { readonly kind: "passed" }
  /** `exchange`: what went over the wires until then. */
  | {
      readonly kind: "failed";
      readonly why: string;
      readonly exchange: readonly ExchangeStep[];
    }
  | { readonly kind: "not supported"; readonly why: string };

export interface RunOptions {
  /** Of this run alone. */
  readonly mark: string;
  /** Rejects when it has taken too long. */
  readonly limit: Promise<never>;
}

export async function runScenario(
  scenario: Scenario,
  place: Place,
  { mark, limit }: RunOptions,
): Promise<Verdict> {
  const missing = scenario.needs.find((need) => place.has[need] === undefined);
  if (missing !== undefined) return { kind: "not supported", why: `no ${missing} is named` };
  const stage = new Stage(place, mark);
  try {
    const run = scenario.run(stage);
    run.catch(() => {}); // it may go on after the limit
    await Promise.race([run, limit]);
    return { kind: "passed" };
  } catch (error) {
    return judge(error, stage.exchange);
  } finally {
    await stage.close();
  }
}

function judge(error: unknown, exchange: readonly ExchangeStep[]): Verdict {
  if (error instanceof NotSupported) return { kind: "not supported", why: error.message };
  const isSaid = error instanceof ImError && error.code === "not supported";
  if (isSaid) return { kind: "not supported", why: error.message };
  return { kind: "failed", why: error instanceof Error ? error.message : String(error), exchange };
}
