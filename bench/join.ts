/**
 * Joins a second into one room whose members all watch who is in it, and what a join costs the server with everything that the
 * others are told of it, in rooms of several sizes.
 *
 *   node --conditions=parlance-source bench/join.ts [--users 125,250,500,1000] [--json]
 */
import { parseArgs } from "node:util";
import { type Measured, rounded, runLoad } from "./lib/load.ts";
import { end } from "./lib/machine.ts";
import { type Figure, report } from "./lib/report.ts";
import { startParlance } from "./lib/servers.ts";

const { values } = parseArgs({
  options: {
    users: { type: "string", default: "125,250,500,1000" },
    json: { type: "boolean", default: false },
  },
});
const SIZES = values.users.split(",").map(Number);
const WINDOW = 8;
const LONGEST_MS = 300_000;

const runs: (Measured & { readonly users: number; readonly cpuMs: number })[] = [];
for (const users of SIZES) {
  const measured = await measure(users);
  runs.push({ users, cpuMs: rounded(measured.cpuSecondsPer10k / 10, 2), ...measured });
}
const figures: Figure[] = runs.flatMap(({ users, perSecond, cpuMs }) => [
  { figure: `joins into a room of ${users}`, unit: "joins/s", value: perSecond },
  { figure: `processor for a join, room of ${users}`, unit: "ms", value: cpuMs },
]);
const [first, last] = [runs[0], runs.at(-1)];
if (first !== undefined && last !== undefined && first !== last) {
  figures.push({
    figure: `a join into a room ${last.users / first.users} times as large costs so many times as much`,
    unit: "",
    value: rounded(last.cpuMs / first.cpuMs, 2),
    wanted: last.users / first.users, // the square would be that times itself
  });
}
report(
  "join",
  figures,
  runs.map((run) => ({ ...run })),
  values.json,
);
process.exit(0);

async function measure(users: number): Promise<Measured> {
  const { tcp } = await startParlance(users, {
    config: { rooms: [{ name: "lobby", maxParticipants: users }] },
    limits: {
      conferenceParticipants: 1_000,
      groupParticipants: 1_000,
      subscriptionsPerResource: 2_000,
    },
  });
  const options = { transport: "tcp", users, window: WINDOW };
  const measured = await runLoad("join-load.ts", tcp, options, LONGEST_MS);
  await end(tcp.child);
  return measured;
}
