/**
 * `npm run test:faults`: mutations of every parser and storms over the whole system, from fixed seeds. Of the thousand storms of rooms
 * each day has a quarter; `npm run test:faults -- --whole` has all of them.
 */

import { spawn } from "node:child_process";
import { once } from "node:events";
import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

interface Program {
  readonly file: string;
  readonly args: readonly string[];
  readonly limitMs: number;
}

const { values } = parseArgs({ options: { whole: { type: "boolean", default: false } } });

const ROOM_SEEDS = 1_000;
const QUARTER = ROOM_SEEDS / 4;
const DAY_MS = 86_400_000;

/** Which seeds of rooms, from the first on. */
const rooms = values.whole
  ? { from: 1, seeds: ROOM_SEEDS }
  : { from: 1 + (Math.floor(Date.now() / DAY_MS) % 4) * QUARTER, seeds: QUARTER };

/** The longest first, so that two lanes end at about the same time. */
const PROGRAMS: readonly Program[] = [
  { file: "half-open.ts", args: [], limitMs: 180_000 },
  {
    file: "world-seeds.ts",
    args: ["--rooms", "--from", String(rooms.from), "--seeds", String(rooms.seeds)],
    limitMs: values.whole ? 900_000 : 300_000,
  },
  { file: "formats-mutations.ts", args: ["--seed", "1", "--runs", "60000"], limitMs: 240_000 },
  { file: "world-seeds.ts", args: ["--media", "--from", "1", "--seeds", "500"], limitMs: 240_000 },
  { file: "msrp-mutations.ts", args: ["--seed", "1", "--runs", "150000"], limitMs: 120_000 },
  { file: "session-file.ts", args: ["--mebibytes", "1024", "--seconds", "20"], limitMs: 60_000 },
  { file: "sip-mutations.ts", args: ["--seed", "1", "--runs", "200000"], limitMs: 120_000 },
  { file: "world-seeds.ts", args: ["--from", "1", "--seeds", "500"], limitMs: 240_000 },
  { file: "world-seeds.ts", args: ["--phones", "--from", "1", "--seeds", "500"], limitMs: 120_000 },
  { file: "world-seeds.ts", args: ["--rooms", "--phones", "--seeds", "100"], limitMs: 180_000 },
  { file: "socket-mutations.ts", args: ["--seed", "1", "--seconds", "10"], limitMs: 60_000 },
];

/** Two at a time where there are two processors: one that waits leaves its own to the other. */
const LANES = Math.min(2, availableParallelism());

const waiting = [...PROGRAMS];
const failed: string[] = [];
await Promise.all(Array.from({ length: LANES }, lane));
process.stdout.write(
  `faults: ${PROGRAMS.length - failed.length} of ${PROGRAMS.length} programs found nothing\n`,
);
if (failed.length > 0) process.stderr.write(`faults: look at ${failed.join(", ")}\n`);
process.exitCode = failed.length > 0 ? 1 : 0;

async function lane(): Promise<void> {
  for (let program = waiting.shift(); program; program = waiting.shift()) {
    if (!(await succeeds(program))) failed.push(program.file);
  }
}

/** What a program says is shown when it has ended, so that two do not talk into each other. */
async function succeeds({ file, args, limitMs }: Program): Promise<boolean> {
  const began = performance.now();
  const path = fileURLToPath(new URL(file, import.meta.url));
  const said: Buffer[] = [];
  const child = spawn(process.execPath, ["--conditions=parlance-source", path, ...args], {
    stdio: ["ignore", "pipe", "pipe"],
    timeout: limitMs,
  });
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (octets: Buffer) => said.push(octets));
  }
  const [status, signal] = await once(child, "close");
  const seconds = ((performance.now() - began) / 1000).toFixed(1);
  const end = signal === null ? `status ${status}` : `ended by ${signal}`;
  process.stdout.write(`${file} ${args.join(" ")}\n`);
  process.stdout.write(Buffer.concat(said));
  process.stdout.write(`${file}: ${end} after ${seconds} s\n\n`);
  return status === 0;
}
