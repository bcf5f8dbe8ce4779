/** What a process has taken of the machine's memory, as Linux counts it. */
import { readFileSync } from "node:fs";

/** Octets in memory now. */
export function residentNow(pid: number): number {
  return fieldOf(pid, "VmRSS");
}

/** The most that it ever had. */
export function residentPeak(pid: number): number {
  return fieldOf(pid, "VmHWM");
}

function fieldOf(pid: number, name: string): number {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  const [, kibibytes] = new RegExp(`^${name}:\\s+(\\d+) kB$`, "m").exec(status) ?? [];
  if (kibibytes === undefined) throw new Error(`no ${name} in the status of ${pid}`);
  return Number(kibibytes) * 1_024;
}
