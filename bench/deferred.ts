/**
 * Messages for users who are away: stored and answered 202 a second, each durable before its 202, and pushed a second
 * when they come back.
 *
 *   node --conditions=parlance-source bench/deferred.ts [--seconds 3] [--json]
 *
 * The server is one process on one core, its store a file in the temporary folder: the thread that writes shares that
 * core. Beside it what the store alone does (bench/store.ts).
 */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { type Measured, runLoad } from "./lib/load.ts";
import { end } from "./lib/machine.ts";
import { type Figure, report } from "./lib/report.ts";
import { startParlance } from "./lib/servers.ts";

const { values } = parseArgs({
  options: {
    seconds: { type: "string", default: "3" },
    json: { type: "boolean", default: false },
  },
});
const { seconds } = values;

const stored = await measure("message-load.ts", 16, { away: true, window: 32, seconds });
const flushed = await measure("flush-load.ts", 64, { window: 16, messages: 32_000 });
const alone = storeAlone();
const figures: Figure[] = [
  {
    figure: "stored and answered 202",
    unit: "messages/s",
    value: stored.perSecond,
    wanted: 15_000,
    reference: { of: "the store alone", value: alone.get("deferred add, 400 in flight") ?? 0 },
  },
  {
    figure: "pushed after registration, 64 users at once",
    unit: "messages/s",
    value: flushed.perSecond,
    wanted: 12_000,
    reference: {
      of: "the store alone",
      value: alone.get("flush: page of 50, then remove, 20 users at once") ?? 0,
    },
  },
];
const runs = [
  { what: "stored", ...stored },
  { what: "pushed", ...flushed },
];
report("deferred", figures, runs, values.json);
process.exit(0);

async function measure(
  program: string,
  pairs: number,
  options: Readonly<Record<string, string | number | boolean>>,
): Promise<Measured> {
  const { tcp } = await startParlance(pairs * 2);
  const measured = await runLoad(program, tcp, { transport: "tcp", pairs, ...options });
  await end(tcp.child);
  return measured;
}

/** Without SIP, on both cores. */
function storeAlone(): ReadonlyMap<string, number> {
  const program = fileURLToPath(new URL("./store.ts", import.meta.url));
  const args = ["--conditions=parlance-source", program, "--json"];
  const { stdout } = spawnSync(process.execPath, args, { encoding: "utf8", timeout: 120_000 });
  const said: { figures: Readonly<Record<string, { perSecond: number }>> } = JSON.parse(stdout);
  return new Map(Object.entries(said.figures).map(([name, { perSecond }]) => [name, perSecond]));
}
