/**
 * Resident memory that a large file adds to a server that has just started, while it passes through a session, and what a
 * collection leaves of it. Beside it a program of Node's that only joins the same two sockets.
 *
 *   node --conditions=parlance-source bench/session-memory.ts [--file 1073741824] [--flags="--trace-gc"] [--json]
 */
import type { ChildProcess } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { rounded, runLoad } from "./lib/load.ts";
import { end } from "./lib/machine.ts";
import { bytesInUse, MEMORY_PROBE } from "./lib/memory.ts";
import { report } from "./lib/report.ts";
import { type Server, startParlance, startPipe } from "./lib/servers.ts";

const { values } = parseArgs({
  options: {
    file: { type: "string", default: String(2 ** 30) },
    flags: { type: "string", default: "" },
    json: { type: "boolean", default: false },
  },
});
const CHUNK_BYTES = 65_536;
const MIB = 2 ** 20;
const WANTED_MIB = 32;
const LONGEST_MS = 300_000;
const flags = [...MEMORY_PROBE, ...values.flags.split(" ").filter((flag) => flag !== "")];

interface Row {
  readonly server: string;
  /** At most, while it passed. */
  readonly addedMib: number;
  /** Of live octets, once it had passed. */
  readonly leftMib: number;
  readonly cpuSeconds: number;
}

const parlance = await measure((await startParlance(2, { nodeFlags: flags })).tcp, {});
const pipe = await measure(await startPipe(flags), { pipe: true });
report(
  "session-memory",
  [
    {
      figure: `${Number(values.file) / MIB} MiB through a session, resident memory it adds`,
      unit: "MiB",
      value: parlance.addedMib,
      wanted: WANTED_MIB,
      reference: { of: pipe.server, value: pipe.addedMib },
    },
  ],
  [parlance, pipe].map((row) => ({ ...row })),
  values.json,
);
process.exit(0);

async function measure(server: Server, more: { readonly pipe?: boolean }): Promise<Row> {
  const { child, name } = server;
  const of = { bytes: CHUNK_BYTES, window: 16, ...more };
  await runLoad("msrp-load.ts", server, { ...of, file: CHUNK_BYTES }); // all that it has to load is there
  const before = await bytesInUse(child);
  forgetPeak(child);
  const resident = memory(child, "VmRSS");
  const file = Number(values.file);
  const { cpuSecondsPer10k } = await runLoad("msrp-load.ts", server, { ...of, file }, LONGEST_MS);
  const added = memory(child, "VmHWM") - resident;
  const left = (await bytesInUse(child)) - before;
  await end(child);
  const cpuSeconds = rounded((cpuSecondsPer10k * file) / CHUNK_BYTES / 10_000, 2);
  return { server: name, addedMib: rounded(added / MIB), leftMib: rounded(left / MIB), cpuSeconds };
}

function memory({ pid }: ChildProcess, what: "VmRSS" | "VmHWM"): number {
  const status = readFileSync(`/proc/${pid}/status`, "latin1");
  const kib = new RegExp(`^${what}:\\s+(\\d+) kB$`, "m").exec(status)?.[1];
  return Number(kib) * 1_024;
}

/** The most from now on counts. See proc_pid_clear_refs(5) */
function forgetPeak({ pid }: ChildProcess): void {
  writeFileSync(`/proc/${pid}/clear_refs`, "5");
}
