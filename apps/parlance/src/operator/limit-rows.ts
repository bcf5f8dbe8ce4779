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
  readonly usedIn?: string | undefined;
  readonly hits: number;
}

const HITS = "parlance_limit_hits_total";

/** A rate and its burst are one bound: it is hit when the burst is used up, and counted by the name of the rate. */
const BURST_OF = new Map([
  ["messagesPerSecond", "messageBurst"],
  ["receiptsPerSecond", "receiptBurst"],
  ["roomMessagesPerSecond", "roomMessageBurst"],
  ["roomTrafficPerSecond", "roomTrafficBurst"],
  ["registersPerSecond", "registerBurst"],
  ["historyRequestsPerSecond", "historyRequestBurst"],
  ["historySearchesPerMinute", "historySearchBurst"],
  ["accountRequestsPerSecond", "accountRequestBurst"],
  ["documentRequestsPerSecond", "documentRequestBurst"],
]);

/** Which name the hits of a bound are counted by, where it is not its own: a quota has messages and octets in one. */
const COUNTED_AS = new Map([
  ...[...BURST_OF].map(([rate, burst]) => [burst, rate] as const),
  ["deferredMessagesPerUser", "deferredPerUser"],
  ["deferredBytesPerUser", "deferredPerUser"],
  ["historyBytesPerUser", "historyMessagesPerUser"],
  ["documentBytesPerUser", "documentsPerUser"],
  ["filesPerUser", "fileBytesPerUser"],
  ["loginFailuresPerPair", "loginFailures"],
  ["loginFailuresPerSource", "loginFailures"],
]);

export async function limitRows(ports: OperatorPorts): Promise<LimitRow[]> {
  const { server, config, metrics, connections } = ports;
  const [families, quotas] = await Promise.all([metrics.read(), ports.quotas()]);
  const counted = families.find(({ name }) => name === HITS)?.values ?? [];
  const hits = new Map(counted.map(({ labels, value }) => [String(labels["limit"]), value]));
  const usual = new Map<string, number>(Object.entries(defaultLimits));
  const words = new Map(Object.entries(LIMITS).map(([name, { about }]) => [name, about]));
  const ofConnections = new Map<string, number>(Object.entries(config.limits)); // the transports keep them
  const { total, most } = connections();
  const outside = new Map([...quotas, ["connections", total], ["connectionsPerSource", most]]);
  return Object.entries(server.limits).map(([name, value]) => ({
    name,
    value: ofConnections.get(name) ?? value,
    usual: usual.get(name),
    about: words.get(name),
    used: server.used(name) ?? outside.get(name),
    usedIn: BURST_OF.get(name),
    hits: hits.get(COUNTED_AS.get(name) ?? name) ?? 0,
  }));
}
