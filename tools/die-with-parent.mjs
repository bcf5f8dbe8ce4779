// Loaded into what tools/run.mjs starts: when whoever started it is gone, however it went, this process
// is gone too, so that a killed `npm start` leaves no server behind. Everything acknowledged is on disk.
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { isMainThread } from "node:worker_threads";

const LOOK_MS = 500;

/** Calls back when the parent of this process has ended, or the npm above it. */
export function watchParent(gone, { npm }) {
  const parent = process.ppid;
  const above = npm ? npmAbove(parent) : undefined;
  setInterval(() => {
    if (process.ppid !== parent || (above !== undefined && !isAlive(above))) gone();
  }, LOOK_MS).unref();
}

/** npm runs scripts in a shell, which stays when npm is killed. Some shells give way to the script: then npm is the parent. */
function npmAbove(parent) {
  const { words, above } = lookUp(parent);
  return words.includes("run.mjs") && above > 1 ? above : undefined;
}

function lookUp(pid) {
  try {
    const words = readFileSync(`/proc/${pid}/cmdline`, "utf8");
    const [, above = ""] = /^.*\) \S (\d+)/s.exec(readFileSync(`/proc/${pid}/stat`, "utf8")) ?? [];
    return { words, above: Number(above) };
  } catch {
    // A system without /proc.
    const { stdout } = spawnSync("ps", ["-o", "ppid=,args=", "-p", String(pid)]);
    const [, above = "", words = ""] = /^\s*(\d+)\s(.*)/s.exec(String(stdout ?? "")) ?? [];
    return { words, above: Number(above) };
  }
}

function isAlive(pid) {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return error.code === "EPERM";
  }
}

const end = () => process.kill(process.pid, "SIGKILL");
const bond = process.env.PARLANCE_DIES_WITH;

if (isMainThread && bond !== undefined) {
  delete process.env.PARLANCE_DIES_WITH; // it is not for what this process starts
  process.on("disconnect", end); // at once, where there is a channel
  process.channel?.unref();
  watchParent(end, { npm: bond === "npm" });
}
