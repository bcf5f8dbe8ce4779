/** Every bound of the server with how often it was hit, and how much of it is in use where one number says so. */
import { defaultLimits, type ServerStats } from "@parlance/server";
import { LIMITS } from "../config/limits.ts";
import type { OperatorPorts } from "./route.ts";

export interface LimitRow {
  readonly name: string;
  readonly value: number;
  readonly usual?: number | undefined;
  readonly about?: string | undefined;
  readonly used?: number | undefined;
  readonly hits: number;
}

/** What is in use of a bound that holds for all together. */
const USED: ReadonlyMap<string, (stats: ServerStats) => number> = new Map([
  ["transactions", (stats: ServerStats) => stats.serverTransactions + stats.clientTransactions],
  ["conferences", (stats: ServerStats) => stats.conferences],
]);

const HITS = "parlance_limit_hits_total";

export async function limitRows({ server, metrics }: OperatorPorts): Promise<LimitRow[]> {
  const families = await metrics.read();
  const counted = families.find(({ name }) => name === HITS)?.values ?? [];
  const hits = new Map(counted.map(({ labels, value }) => [String(labels["limit"]), value]));
  const usual = new Map<string, number>(Object.entries(defaultLimits));
  const words = new Map(Object.entries(LIMITS).map(([name, { about }]) => [name, about]));
  return Object.entries(server.limits).map(([name, value]) => ({
    name,
    value,
    usual: usual.get(name),
    about: words.get(name),
    used: USED.get(name)?.(server.stats),
    hits: hits.get(name) ?? 0,
  }));
}
