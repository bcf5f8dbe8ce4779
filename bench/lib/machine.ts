/** Programs under measurement: started on a core of their own, watched, and ended with everything they started. */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { readdirSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { availableParallelism } from "node:os";
import { ownFolder } from "../../tools/test/own-folder.ts";

/** The server has the first core for itself, the load the second. */
export type Core = 0 | 1;

const TICKS_A_SECOND = 100; // what every Linux that Node runs on says of itself
const canPin = availableParallelism() > 1 && spawnSync("taskset", ["-V"]).status === 0;
const running = new Set<ChildProcess>();
const folders: string[] = [];

/** With its own process group, so that the whole of it can be told apart and ended. */
export function startOn(core: Core, command: readonly string[], ipc = false): ChildProcess {
  const [program = "", ...args] = canPin ? ["taskset", "-c", String(core), ...command] : command;
  const child = spawn(program, args, {
    detached: true,
    stdio: ["ignore", "pipe", "pipe", ...(ipc ? (["ipc"] as const) : [])],
  });
  running.add(child);
  return child;
}

/** Resolves when it has ended; what does not end when asked is killed, and so is what it leaves behind. */
export async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) {
    const ended = new Promise((resolve) => child.once("exit", resolve));
    signal(child, "SIGTERM");
    const kill = setTimeout(() => signal(child, "SIGKILL"), 5_000);
    await ended;
    clearTimeout(kill);
  }
  signal(child, "SIGKILL"); // the others of its group
  running.delete(child);
}

/** As a crash does. Resolves when it has ended. */
export async function killed(child: ChildProcess): Promise<void> {
  const ended = new Promise((resolve) => child.once("exit", resolve));
  signal(child, "SIGKILL");
  await ended;
  running.delete(child);
}

/** Processor seconds that the group of the process has used: user and system, all its threads. */
export function cpuSeconds({ pid }: ChildProcess): number {
  let ticks = 0;
  for (const name of readdirSync("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    const fields = statOf(name);
    if (fields?.[2] === String(pid)) ticks += Number(fields[11]) + Number(fields[12]);
  }
  return ticks / TICKS_A_SECOND;
}

/** A folder that goes when this program does. */
export function temporaryFolder(): string {
  const folder = ownFolder("bench");
  folders.push(folder);
  return folder;
}

export function isInstalled(program: string): boolean {
  return spawnSync(program, ["-v"]).error === undefined;
}

/** Free for datagrams and streams alike, as far as one can tell. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      const port = address !== null && typeof address === "object" ? address.port : 0;
      server.close(() => resolve(port));
    });
  });
}

/** How the cores are shared out, for the report. */
export const placement = canPin
  ? "server pinned to core 0, load to core 1"
  : "nothing pinned: taskset or a second core is missing";

/** From the state on: a program name may hold anything. */
function statOf(pid: string): readonly string[] | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  } catch {
    return undefined; // ended in between
  }
}

function signal({ pid }: ChildProcess, name: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, name);
  } catch {
    // The group has ended by itself.
  }
}

process.once("exit", () => {
  for (const child of running) signal(child, "SIGKILL");
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});
for (const name of ["SIGINT", "SIGTERM"] as const) process.once(name, () => process.exit(1));
