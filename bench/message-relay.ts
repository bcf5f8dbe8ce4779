/**
 * Relayed MESSAGEs a second, end to end: request in, request out, 200 back through. Beside it, in the same run, what
 * sockets alone allow (bench/raw-socket.ts) and Kamailio as a stateful registrar-proxy, when it is installed.
 *
 *   node --conditions=parlance-source bench/message-relay.ts [--seconds 3] [--rounds 1] [--json]
 *
 * Over TCP users are known by their connection, over UDP each MESSAGE carries a digest, as Parlance asks for it; the
 * participating functions are in the way. Kamailio is measured without any authentication, and with the same digest.
 */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { type Measured, rounded, runLoad } from "./lib/load.ts";
import { end } from "./lib/machine.ts";
import { type Figure, report } from "./lib/report.ts";
import { type Server, startKamailio, startParlance } from "./lib/servers.ts";

const { values } = parseArgs({
  options: {
    seconds: { type: "string", default: "3" },
    rounds: { type: "string", default: "1" },
    json: { type: "boolean", default: false },
  },
});
const PAIRS = 8;
const TRANSPORTS = ["tcp", "udp"] as const;
type Transport = (typeof TRANSPORTS)[number];

interface Run extends Measured {
  readonly server: string;
  readonly transport: Transport;
}

const runs: Run[] = [];
for (let round = 0; round < Number(values.rounds); round += 1) {
  for (const transport of TRANSPORTS) {
    await measureKamailio(transport, false);
    await measureParlance(transport);
  }
  await measureKamailio("udp", true);
}
const limits = rawLimits();
report("message-relay", TRANSPORTS.flatMap(figuresOf), runs.map(rowOf), values.json);
process.exit(0);

async function measureParlance(transport: Transport): Promise<void> {
  const server = await startParlance(PAIRS * 2);
  await measure(server[transport], transport);
}

async function measureKamailio(transport: Transport, digest: boolean): Promise<void> {
  const server = await startKamailio("relay.cfg", digest);
  if (server !== undefined) await measure(server, transport);
}

async function measure(server: Server, transport: Transport): Promise<void> {
  const { seconds } = values;
  const measured = await runLoad("message-load.ts", server, { transport, seconds, pairs: PAIRS });
  await end(server.child);
  runs.push({ server: server.name, transport, ...measured });
}

/** Processor seconds that 10,000 messages cost a program which only moves their octets. */
function rawLimits(): ReadonlyMap<string, number> {
  const program = fileURLToPath(new URL("./raw-socket.ts", import.meta.url));
  const args = ["--conditions=parlance-source", program, "--seconds", "2", "--json"];
  const { stdout } = spawnSync(process.execPath, args, { encoding: "utf8", timeout: 120_000 });
  const { figures } = JSON.parse(stdout);
  return new Map(
    figures.map(({ relay, microsecondsEach }: { relay: string; microsecondsEach: number }) => [
      relay,
      microsecondsEach / 100,
    ]),
  );
}

function figuresOf(transport: Transport): readonly Figure[] {
  const name = transport.toUpperCase();
  const own = best("Parlance", transport);
  const plain = best("Kamailio", transport);
  const digest = best("Kamailio, digest", transport);
  const raw = limits.get(`${transport} raw`) ?? 0;
  if (own === undefined) return [];
  const share = plain === undefined ? [] : [shareOf(name, own, plain, transport)];
  const digestShare = digest === undefined ? [] : [digestShareOf(name, own, digest)];
  return [
    {
      figure: `relayed over ${name}`,
      unit: "messages/s",
      value: own.perSecond,
      reference: plain && { of: "Kamailio without authentication", value: plain.perSecond },
    },
    ...share,
    ...digestShare,
    {
      figure: `processor for 10,000 over ${name}`,
      unit: "s",
      value: own.cpuSecondsPer10k,
      reference: { of: "octets moved by Node alone", value: rounded(raw, 3) },
    },
    {
      figure: `share of the raw limit over ${name}`,
      unit: "of the processor time, spent on octets alone",
      value: rounded(raw / own.cpuSecondsPer10k, 2),
    },
  ];
}

function shareOf(name: string, own: Run, other: Run, transport: Transport): Figure {
  return {
    figure: `rate over ${name}, Kamailio = 1`,
    unit: "",
    value: rounded(own.perSecond / other.perSecond, 2),
    wanted: transport === "tcp" ? 1 : 0.7,
  };
}

function digestShareOf(name: string, own: Run, other: Run): Figure {
  return {
    figure: `rate over ${name}, Kamailio with digest = 1`,
    unit: "",
    value: rounded(own.perSecond / other.perSecond, 2),
    reference: { of: other.server, value: other.perSecond },
  };
}

/** The best of the rounds: what else the machine does can only take away. */
function best(server: string, transport: Transport): Run | undefined {
  return runs
    .filter((run) => run.server === server && run.transport === transport)
    .toSorted((a, b) => b.perSecond - a.perSecond)[0];
}

function rowOf(run: Run) {
  return {
    server: run.server,
    transport: run.transport,
    "messages/s": run.perSecond,
    failed: run.failed,
    "p50 ms": run.p50Ms,
    "p99 ms": run.p99Ms,
    "processor s for 10,000": run.cpuSecondsPer10k,
  };
}
