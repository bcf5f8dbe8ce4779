/** All scenarios, one after the other, with three accounts of a server. */
import { setTimeout as pause } from "node:timers/promises";
import { ImError } from "@parlance/client";
import { connect } from "@parlance/client/node";
import {
  type Place,
  ROLES,
  type Role,
  runScenario,
  type Scenario,
  type Verdict,
} from "@parlance/conformance";
import { VERSION } from "../version.ts";
import type { Result } from "./report.ts";

export interface Trial {
  readonly server: string;
  /** Of alice, bob and carol. */
  readonly accounts: readonly { readonly user: string; readonly password: string }[];
  readonly has: Place["has"];
  /** For one scenario. */
  readonly limitMs: number;
  /** Ends it before the next one. */
  readonly signal: AbortSignal;
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

function placeOf({ server, accounts, has }: Trial): Place {
  const accountOf = (role: Role): Trial["accounts"][number] => {
    const account = accounts[ROLES.indexOf(role)];
    if (account === undefined) throw new RangeError(`no account for ${role}`);
    return account;
  };
  return {
    has,
    address: (role) => accountOf(role).user,
    connect: (role, options) =>
      patiently(
        () =>
          connect({
            ...options,
            ...accountOf(role),
            server,
            product: `Parlance-conform/${VERSION}`,
          }),
        options.signal,
      ),
  };
}

/** Users come and go faster here than a server has to bear. Where it says when to come again, that is obeyed. */
async function patiently<T>(
  connecting: () => Promise<T>,
  signal: { readonly aborted: boolean } | undefined,
): Promise<T> {
  for (;;) {
    try {
      return await connecting();
    } catch (error) {
      const waitMs = error instanceof ImError ? error.retryAfterMs : undefined;
      if (waitMs === undefined || signal?.aborted === true) throw error;
      await pause(waitMs);
    }
  }
}
