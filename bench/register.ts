/**
 * Digest registrations a second, beside Kamailio with the same digest in the same run when it is installed, and the
 * memory that a registration takes.
 *
 *   node --conditions=parlance-source bench/register.ts [--seconds 3] [--json]
 *
 * 1,000 users refresh over UDP, each with a nonce of his own that he counts up; then clients that start anew do, whose
 * registrations Parlance writes to its store before it answers. Of refreshes it writes those alone that its store does
 * not cover yet (packages/server/src/core/registrar/lease.ts). Kamailio keeps all of them in memory.
 */
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { type Measured, rounded, runLoad } from "./lib/load.ts";
import { end, startOn } from "./lib/machine.ts";
import { bytesInUse, MEMORY_PROBE } from "./lib/memory.ts";
import { type Figure, report } from "./lib/report.ts";
import { PASSWORD, type Server, startKamailio, startParlance } from "./lib/servers.ts";

const { values } = parseArgs({
  options: {
    seconds: { type: "string", default: "3" },
    json: { type: "boolean", default: false },
  },
});
const USERS = 1_000;
const IDLE = { udp: 5_000, tcp: 2_000 } as const;
const WANTED_BYTES = { udp: 3 * 1_024, tcp: 20 * 1_024 } as const;

const kamailio = await startKamailio("relay.cfg", true);
const theirs = kamailio === undefined ? undefined : await measure(kamailio);
const ours = await measure((await startParlance(USERS)).udp);
const written = await measure((await startParlance(USERS)).udp, true);
const figures: Figure[] = [
  {
    figure: "digest registrations over UDP, refreshed",
    unit: "REGISTER/s",
    value: ours.perSecond,
    wanted: 35_000,
    reference: theirs && { of: "Kamailio, digest", value: theirs.perSecond },
  },
  {
    figure: "processor for 10,000 refreshes",
    unit: "s",
    value: ours.cpuSecondsPer10k,
    reference: theirs && { of: "Kamailio, digest", value: theirs.cpuSecondsPer10k },
  },
  {
    figure: "digest registrations over UDP, each written before its 200",
    unit: "REGISTER/s",
    value: written.perSecond,
  },
  {
    figure: "processor for 10,000 that are written",
    unit: "s",
    value: written.cpuSecondsPer10k,
  },
  await memoryFigure("udp", "a registration over UDP, its REGISTER transaction included"),
  await memoryFigure("tcp", "a registered idle TCP connection"),
];
const runs = [
  theirs && { server: "Kamailio, digest", ...theirs },
  { server: "Parlance, refreshes", ...ours },
  { server: "Parlance, written", ...written },
];
report(
  "register",
  figures,
  runs.filter((run) => run !== undefined),
  values.json,
);
process.exit(0);

async function measure(server: Server, anew = false): Promise<Measured> {
  const { seconds } = values;
  const load = { transport: "udp", users: USERS, pairs: 8, window: 16, seconds, anew };
  const measured = await runLoad("register-load.ts", server, load);
  await end(server.child);
  return measured;
}

/** What more is in use once they all have registered than before. */
async function memoryFigure(transport: "udp" | "tcp", what: string): Promise<Figure> {
  const users = IDLE[transport];
  const server = (await startParlance(users, { nodeFlags: MEMORY_PROBE }))[transport];
  const before = await bytesInUse(server.child);
  const program = fileURLToPath(new URL("./load/idle-load.ts", import.meta.url));
  const options = { transport, port: server.port, users, password: PASSWORD };
  const args = Object.entries(options).flatMap(([name, value]) => [`--${name}`, String(value)]);
  const load = startOn(1, [process.execPath, program, ...args], true);
  load.stderr?.pipe(process.stderr);
  await once(load, "message");
  const after = await bytesInUse(server.child);
  await end(load);
  await end(server.child);
  return {
    figure: `memory of ${what}`,
    unit: "bytes",
    value: rounded((after - before) / users, 0),
    wanted: WANTED_BYTES[transport],
  };
}
