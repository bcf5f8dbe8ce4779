/**
 * Sessions a second: INVITE, the MSRP connections of both sides bound, BYE; how long it takes until both are bound; and
 * the memory of an idle session, in which no kernel buffer is counted.
 *
 *   node --conditions=parlance-source bench/sessions.ts [--seconds 3] [--json]
 */
import { once } from "node:events";
import { setTimeout as wait } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { type Measured, rounded, runLoad } from "./lib/load.ts";
import { end, startOn } from "./lib/machine.ts";
import { bytesInUse, MEMORY_PROBE } from "./lib/memory.ts";
import { type Figure, report } from "./lib/report.ts";
import { PASSWORD, type Server, startParlance, startPipe } from "./lib/servers.ts";

const { values } = parseArgs({
  options: {
    seconds: { type: "string", default: "3" },
    json: { type: "boolean", default: false },
  },
});
const PAIRS = [1, 32] as const;
const HELD = { pairs: 200, each: 10 } as const;
/** Answers are kept for 32 s against repeats. */
const SETTLED_MS = 35_000;
const WANTED_BYTES = 30 * 1_024;

const runs: (Measured & { readonly pairs: number })[] = [];
for (const pairs of PAIRS) runs.push({ pairs, ...(await measure(pairs)) });
const figures: Figure[] = [...runs.flatMap(figuresOf), await memoryFigure()];
report(
  "sessions",
  figures,
  runs.map((run) => ({ ...run })),
  values.json,
);
process.exit(0);

async function measure(pairs: number): Promise<Measured> {
  const { tcp } = await startParlance(2 * pairs);
  const { seconds } = values;
  const measured = await runLoad("session-load.ts", tcp, { transport: "tcp", pairs, seconds });
  await end(tcp.child);
  return measured;
}

function figuresOf({ pairs, ...run }: (typeof runs)[number]): readonly Figure[] {
  const at = pairs === 1 ? "one at a time" : `${pairs} at a time`;
  return [
    { figure: `sessions, ${at}`, unit: "sessions/s", value: run.perSecond },
    { figure: `until both sides are bound, ${at}, p50`, unit: "ms", value: run.p50Ms },
    { figure: `until both sides are bound, ${at}, p99`, unit: "ms", value: run.p99Ms },
    {
      figure: `processor for a session, ${at}`,
      unit: "ms",
      value: rounded(run.cpuSecondsPer10k / 10, 3),
    },
  ];
}

/** What more is in use once sessions are held than once their users have registered. */
async function memoryFigure(): Promise<Figure> {
  const users = 2 * HELD.pairs;
  const sessions = HELD.pairs * HELD.each;
  const start = async () => (await startParlance(users, { nodeFlags: MEMORY_PROBE })).tcp;
  const each = async (more: Readonly<Record<string, number>>): Promise<number> => {
    const options = { password: PASSWORD, pairs: HELD.pairs, ...more };
    return await held(await start(), options);
  };
  const whole = ((await each({ sessions: HELD.each })) - (await each({ sessions: 0 }))) / sessions;
  const sockets = ((await joined(sessions)) - (await joined(1))) / sessions;
  return {
    figure: "memory of an idle session, over its two connections",
    unit: "bytes",
    value: rounded(whole - sockets, 0),
    wanted: WANTED_BYTES,
    reference: { of: "two connections of Node", value: rounded(sockets, 0) },
  };
}

/** What a program has in use that joins the connections of so many sessions. */
async function joined(sessions: number): Promise<number> {
  return await held(await startPipe(MEMORY_PROBE), { pipe: true, sessions });
}

async function held(
  server: Server,
  options: Readonly<Record<string, string | number | boolean>>,
): Promise<number> {
  const program = fileURLToPath(new URL("./load/session-load.ts", import.meta.url));
  const given: typeof options = { ...options, port: server.port };
  const args = Object.entries(given).flatMap(([name, value]) =>
    value === true ? [`--${name}`] : [`--${name}`, String(value)],
  );
  const load = startOn(1, [process.execPath, program, "--hold", ...args], true);
  load.stderr?.pipe(process.stderr);
  await once(load, "message");
  await wait(SETTLED_MS);
  const bytes = await bytesInUse(server.child);
  await end(load);
  await end(server.child);
  return bytes;
}
