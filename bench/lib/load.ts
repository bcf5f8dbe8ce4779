/** Runs a load program on the other core, and reads the processor time of the server while it measures. */
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { cpuSeconds, end, startOn } from "./machine.ts";
import type { Server } from "./servers.ts";

export interface Measured {
  readonly perSecond: number;
  readonly failed: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** Of the server, for 10,000 of what is counted. */
  readonly cpuSecondsPer10k: number;
}

/** A load that has not come to its end by then waits for something that will not come. */
const LONGEST_MS = 60_000;

/** The load says "measuring" and "measured" around its figure, and prints it as one JSON object. */
export async function runLoad(
  program: string,
  server: Server,
  options: Readonly<Record<string, string | number | boolean | undefined>>,
  longestMs = LONGEST_MS,
): Promise<Measured> {
  const file = fileURLToPath(new URL(`../load/${program}`, import.meta.url));
  const given: typeof options = { ...options, port: server.port, password: server.password };
  const args = Object.entries(given).flatMap(([name, value]) => {
    if (value === undefined || value === false) return [];
    return value === true ? [`--${name}`] : [`--${name}`, String(value)];
  });
  const load = startOn(1, [process.execPath, file, ...args], true);
  let text = "";
  let complaints = "";
  load.stdout?.on("data", (chunk) => {
    text += chunk;
  });
  load.stderr?.on("data", (chunk) => {
    complaints += chunk;
  });
  let before = 0;
  let used = 0;
  load.on("message", (word) => {
    if (word === "measuring") before = cpuSeconds(server.child);
    else used = cpuSeconds(server.child) - before;
  });
  const tooLong = setTimeout(() => void end(load), longestMs);
  await once(load, "close");
  clearTimeout(tooLong);
  const trouble = server.trouble?.();
  if (text === "") throw new Error(`${program} against ${server.name}: ${complaints}`);
  if (trouble !== undefined) throw new Error(`${server.name} did not do its work: ${trouble}`);
  const { done, seconds, failed, p50Ms, p99Ms } = JSON.parse(text);
  return {
    perSecond: Math.round(done / seconds),
    failed,
    p50Ms: rounded(p50Ms),
    p99Ms: rounded(p99Ms),
    cpuSecondsPer10k: rounded((used / done) * 10_000, 3),
  };
}

export function rounded(value: number, digits = 1): number {
  return Number(value.toFixed(digits));
}
