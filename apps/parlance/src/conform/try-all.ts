/** All scenarios, one after the other, with three accounts of a server. */
import {
  type Place,
  ROLES,
  type Role,
  runScenario,
  type Scenario,
  type Verdict,
} from "@parlance/conformance";
import type { Account, Connecting } from "./accounts.ts";
import type { Result } from "./report.ts";

/** `limitMs`: for one scenario. `signal` ends it, and the one that is played then has no verdict. */
export interface Trial extends Connecting {
  /** Of alice, bob and carol. */
  readonly accounts: readonly Account[];
  readonly has: Place["has"];
  readonly done: (result: Result) => void;
}

export async function tryAll(
  scenarios: readonly Scenario[],
  trial: Trial,
): Promise<readonly Result[]> {
  const results: Result[] = [];
  const place = placeOf(trial);
  for (const scenario of scenarios) {
    if (trial.signal.aborted) break;
    const began = performance.now();
    const verdict = await within(trial, (limit) =>
      runScenario(scenario, place, { mark: crypto.randomUUID().slice(0, 8), limit }),
    );
    if (trial.signal.aborted) break;
    const result = { scenario, verdict, tookMs: performance.now() - began };
    results.push(result);
    trial.done(result);
  }
  return results;
}

async function within(
  { limitMs, signal }: Trial,
  run: (limit: Promise<never>) => Promise<Verdict>,
): Promise<Verdict> {
  const { promise, reject } = Promise.withResolvers<never>();
  promise.catch(() => {}); // it may come after the end
  const timer = setTimeout(() => {
    reject(new Error(`nothing came of it in ${limitMs / 1_000} s`));
  }, limitMs);
  const stop = (): void => reject(new Error("interrupted"));
  signal.addEventListener("abort", stop, { once: true });
  try {
    return await run(promise);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", stop);
  }
}

function placeOf({ accounts, has, connect }: Trial): Place {
  const accountOf = (role: Role): Account => {
    const account = accounts[ROLES.indexOf(role)];
    if (account === undefined) throw new RangeError(`no account for ${role}`);
    return account;
  };
  return {
    has,
    address: (role) => accountOf(role).user,
    connect: (role, options) => connect(accountOf(role), options),
  };
}
