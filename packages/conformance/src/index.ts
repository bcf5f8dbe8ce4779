/** Scenarios of OMA SIMPLE IM for any server, and their verdicts. */

import type { Scenario } from "./scenario.ts";
import { groups } from "./scenarios/groups.ts";
import { pager } from "./scenarios/pager.ts";
import { sessions } from "./scenarios/sessions.ts";

export type { ExchangeStep } from "./exchange.ts";
export type { PersonOptions, Place } from "./place.ts";
export { type RunOptions, runScenario, type Verdict } from "./run-scenario.ts";
export type { Scenario } from "./scenario.ts";
export { type Need, ROLES, type Role } from "./words.ts";

/** By what they are about. */
export const parts: Readonly<Record<string, readonly Scenario[]>> = { pager, sessions, groups };

export const scenarios: readonly Scenario[] = Object.values(parts).flat();
