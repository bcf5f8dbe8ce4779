/** `npm run test:faults`: mutations of every parser and storms over the whole system, from fixed seeds. */

import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

interface Program {
  readonly file: string;
  readonly args: readonly string[];
  readonly limitMs: number;
}

const PROGRAMS: readonly Program[] = [
  { file: "sip-mutations.ts", args: ["--seed", "1", "--runs", "200000"], limitMs: 120_000 },
  { file: "msrp-mutations.ts", args: ["--seed", "1", "--runs", "150000"], limitMs: 120_000 },
  { file: "formats-mutations.ts", args: ["--seed", "1", "--runs", "60000"], limitMs: 240_000 },
  { file: "session-file.ts", args: ["--mebibytes", "1024", "--seconds", "20"], limitMs: 60_000 },
  { file: "half-open.ts", args: [], limitMs: 180_000 },
  { file: "socket-mutations.ts", args: ["--seed", "1", "--seconds", "10"], limitMs: 60_000 },
  { file: "world-seeds.ts", args: ["--from", "1", "--seeds", "500"], limitMs: 240_000 },
  {
    file: "world-seeds.ts",
    args: ["--media", "--from", "1", "--seeds", "500"],
    limitMs: 240_000,
  },
  {
    file: "world-seeds.ts",
    args: ["--rooms", "--from", "1", "--seeds", "500"],
    limitMs: 300_000,
  },
];

const failed = PROGRAMS.filter((program) => !succeeds(program));
const names = failed.map(({ file }) => file).join(", ");
process.stdout.write(
  `faults: ${PROGRAMS.length - failed.length} of ${PROGRAMS.length} programs found nothing\n`,
);
if (failed.length > 0) process.stderr.write(`faults: look at ${names}\n`);
process.exitCode = failed.length > 0 ? 1 : 0;

function succeeds({ file, args, limitMs }: Program): boolean {
  const began = performance.now();
  const path = fileURLToPath(new URL(file, import.meta.url));
  process.stdout.write(`${file} ${args.join(" ")}\n`);
  const { status, signal } = spawnSync(
    process.execPath,
    ["--conditions=parlance-source", path, ...args],
    { stdio: "inherit", timeout: limitMs },
  );
  const seconds = ((performance.now() - began) / 1000).toFixed(1);
  const end = signal === null ? `status ${status}` : `ended by ${signal}`;
  process.stdout.write(`${file}: ${end} after ${seconds} s\n\n`);
  return status === 0;
}
