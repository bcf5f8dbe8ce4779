/**
 * Messages a second through an anchored one-to-one session, each answered by the other side, and octets a second of a
 * large file. Beside it, in the same run, a program of Node's that only joins the same sockets, and Kamailio as a relay
 * between the two (RFC 4976), when it is installed: it has no sessions, and answers before it sends on.
 *
 *   node --conditions=parlance-source bench/msrp-relay.ts [--seconds 3] [--json]
 */
import { parseArgs } from "node:util";
import { type Measured, rounded, runLoad } from "./lib/load.ts";
import { end } from "./lib/machine.ts";
import { type Figure, report } from "./lib/report.ts";
import { type Server, startKamailio, startParlance, startPipe } from "./lib/servers.ts";

const { values } = parseArgs({
  options: {
    seconds: { type: "string", default: "3" },
    json: { type: "boolean", default: false },
  },
});
const MANY = 500;
const FILE_BYTES = 268_435_456;
const CHUNK_BYTES = 65_536;

interface Kind {
  readonly name: string;
  readonly options: Readonly<Record<string, string | number>>;
}

const { seconds } = values;
const KINDS: readonly Kind[] = [
  { name: "300 B, one session", options: { bytes: 300, window: 64, seconds } },
  { name: "1 KiB, one session", options: { bytes: 1_024, window: 64, seconds } },
  { name: "2 KiB, one session", options: { bytes: 2_048, window: 64, seconds } },
  { name: `300 B, ${MANY} sessions`, options: { bytes: 300, window: 2, seconds, sessions: MANY } },
  {
    name: `2 KiB, ${MANY} sessions`,
    options: { bytes: 2_048, window: 2, seconds, sessions: MANY },
  },
];
const FILE: Kind = {
  name: "256 MiB file",
  options: { bytes: CHUNK_BYTES, window: 16, file: FILE_BYTES },
};

interface Run extends Measured {
  readonly server: string;
  readonly kind: string;
  readonly mbPerSecond: number;
}

const runs: Run[] = [];
for (const kind of [...KINDS, FILE]) {
  const users = 2 * Number(kind.options["sessions"] ?? 1);
  const { tcp } = await startParlance(users);
  await measure(tcp, kind, {});
  await measure(await startPipe(), kind, { pipe: true });
  if (kind === FILE) continue; // Kamailio answers 481 to chunks of 64 KiB
  const kamailio = await startKamailio("msrp-relay.cfg", false);
  if (kamailio !== undefined) await measure(kamailio, kind, { relay: true });
}
report("msrp-relay", [...KINDS, FILE].flatMap(figuresOf), runs.map(rowOf), values.json);
process.exit(0);

async function measure(
  server: Server,
  kind: Kind,
  more: { readonly pipe?: boolean; readonly relay?: boolean },
): Promise<void> {
  const measured = await runLoad("msrp-load.ts", server, { ...kind.options, ...more });
  await end(server.child);
  const bytes = Number(kind.options["bytes"]);
  const mbPerSecond = rounded((measured.perSecond * bytes) / 1e6);
  runs.push({ server: server.name, kind: kind.name, mbPerSecond, ...measured });
}

function figuresOf({ name }: Kind): readonly Figure[] {
  const own = runs.find((run) => run.kind === name && run.server === "Parlance");
  const pipe = runs.find((run) => run.kind === name && run.server === "Node pipe");
  const relay = runs.find((run) => run.kind === name && run.server === "Kamailio");
  if (own === undefined || pipe === undefined) return [];
  const file = name === FILE.name;
  const small = name.startsWith("300 B");
  const of = pipe.server;
  return [
    {
      figure: name,
      unit: file ? "MB/s" : "messages/s",
      value: file ? own.mbPerSecond : own.perSecond,
      wanted: small ? 60_000 : undefined,
      reference: { of, value: file ? pipe.mbPerSecond : pipe.perSecond },
    },
    {
      figure: `${name}, share of the pipe`,
      unit: "",
      value: rounded(own.perSecond / pipe.perSecond, 2),
      wanted: file ? 0.5 : undefined,
    },
    ...(relay === undefined ? [] : [beside(name, own, relay)]),
    {
      figure: `${name}, processor each`,
      unit: "us",
      value: rounded(own.cpuSecondsPer10k * 100, 2),
      reference: { of, value: rounded(pipe.cpuSecondsPer10k * 100, 2) },
    },
  ];
}

function beside(name: string, own: Run, relay: Run): Figure {
  return {
    figure: `${name}, Kamailio = 1`,
    unit: "",
    value: rounded(own.perSecond / relay.perSecond, 2),
    wanted: 1,
    reference: { of: relay.server, value: relay.perSecond },
  };
}

function rowOf(run: Run) {
  return {
    server: run.server,
    kind: run.kind,
    "messages/s": run.perSecond,
    "MB/s": run.mbPerSecond,
    failed: run.failed,
    "p50 ms": run.p50Ms,
    "p99 ms": run.p99Ms,
    "processor s for 10,000": run.cpuSecondsPer10k,
  };
}
