/**
 * Messages for users who are away: stored and answered 202 a second, each durable before its 202, and pushed a second
 * when they come back.
 *
 *   node --conditions=parlance-source bench/deferred.ts [--seconds 3] [--waiting 10000] [--users 1000] [--within 10]
 *     [--returning] [--json]
 *
 * Then so many messages wait for so many users, the server is killed and started again over them, and the users all come back
 * within so many seconds (`--returning`: nothing but that). What the project asks for: 100,000 for 10,000 within 60.
 *
 * The server is one process on one core, its store a file in the temporary folder: the thread that writes shares that
 * core. Beside it what the store alone does (bench/store.ts).
 */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { type Measured, runLoad } from "./lib/load.ts";
import { end, killed } from "./lib/machine.ts";
import { type Figure, report } from "./lib/report.ts";
import { startParlance } from "./lib/servers.ts";

const { values } = parseArgs({
  options: {
    seconds: { type: "string", default: "3" },
    waiting: { type: "string", default: "10000" },
    users: { type: "string", default: "1000" },
    within: { type: "string", default: "10" },
    returning: { type: "boolean", default: false },
    json: { type: "boolean", default: false },
  },
});
const { seconds } = values;

const figures: Figure[] = [];
const runs: Readonly<Record<string, string | number>>[] = [];
if (!values.returning) await measureRates();
await measureReturn();
report("deferred", figures, runs, values.json);
process.exit(0);

async function measureRates(): Promise<void> {
  const stored = await measure("message-load.ts", 16, { away: true, window: 32, seconds });
  const flushed = await measure("flush-load.ts", 64, { window: 16, messages: 32_000 });
  const alone = storeAlone();
  figures.push(
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
  );
  runs.push({ what: "stored", ...stored }, { what: "pushed", ...flushed });
}

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

/** Until the server says that it is ready, its own start as a program included. */
async function measureReturn(): Promise<void> {
  const [users, messages, within] = [values.users, values.waiting, values.within].map(Number);
  if (users === undefined || messages === undefined || within === undefined) return;
  const authors = 16;
  const sizes = { transport: "tcp", users, messages };
  const first = await startParlance(users + authors);
  const writing = { ...sizes, pairs: authors, window: 32 };
  const written = await runLoad("wait-load.ts", first.tcp, writing, 600_000);
  await killed(first.tcp.child);
  const began = performance.now();
  const { tcp } = await startParlance(users + authors, { data: first.data });
  const restartMs = Math.round(performance.now() - began);
  const coming = { ...sizes, pairs: Math.min(100, users), seconds: within };
  const returned = await runLoad("return-load.ts", tcp, coming, (within + 300) * 1_000);
  await end(tcp.child);
  figures.push(
    {
      figure: `ready again after kill -9, with ${messages} waiting`,
      unit: "ms",
      value: restartMs,
      wanted: 2_000,
    },
    {
      figure: `pushed while ${users} users come back within ${within} s`,
      unit: "messages/s",
      value: returned.perSecond,
      wanted: Math.round(messages / (within + 5)), // all have theirs five seconds after the last one is back
    },
    {
      figure: "of these 99 % within, after the registration",
      unit: "ms",
      value: returned.p99Ms,
    },
  );
  runs.push({ what: "written", ...written }, { what: "come back", ...returned });
}

/** Without SIP, on both cores. */
function storeAlone(): ReadonlyMap<string, number> {
  const program = fileURLToPath(new URL("./store.ts", import.meta.url));
  const args = ["--conditions=parlance-source", program, "--json"];
  const { stdout } = spawnSync(process.execPath, args, { encoding: "utf8", timeout: 120_000 });
  const said: { figures: Readonly<Record<string, { perSecond: number }>> } = JSON.parse(stdout);
  return new Map(Object.entries(said.figures).map(([name, { perSecond }]) => [name, perSecond]));
}
