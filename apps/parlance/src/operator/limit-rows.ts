/** Every bound of the server with how often it was hit, and how much of it is used, by all or by the one who uses most. */
import { defaultLimits } from "@parlance/server";
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

const HITS = "parlance_limit_hits_total";

export async function limitRows({ server, config, metrics }: OperatorPorts): Promise<LimitRow[]> {
  const families = await metrics.read();
  const counted = families.find(({ name }) => name === HITS)?.values ?? [];
  const hits = new Map(counted.map(({ labels, value }) => [String(labels["limit"]), value]));
  const usual = new Map<string, number>(Object.entries(defaultLimits));
  const words = new Map(Object.entries(LIMITS).map(([name, { about }]) => [name, about]));
  const ofConnections = new Map<string, number>(Object.entries(config.limits)); // the transports keep them
  return Object.entries(server.limits).map(([name, value]) => ({
    name,
    value: ofConnections.get(name) ?? value,
    usual: usual.get(name),
    about: words.get(name),
    used: server.used(name),
    hits: hits.get(name) ?? 0,
  }));
}
