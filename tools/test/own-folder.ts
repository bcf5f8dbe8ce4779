/** Folders of tests in the one for temporary files: they go with the process that made them, and those of killed ones with the next. */
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const OWN = /^parlance-[a-z-]*?(?<pid>\d+)-\w{6}$/;
const made: string[] = [];

/** A new one; `what` is for whoever finds it: small letters and dashes. */
export function ownFolder(what = ""): string {
  if (made.length === 0) {
    sweep();
    process.once("exit", removeMade);
  }
  const name = what === "" ? "" : `${what}-`;
  const folder = mkdtempSync(join(tmpdir(), `parlance-${name}${process.pid}-`));
  made.push(folder);
  return folder;
}

/** What killed processes have left. */
export function sweep(): void {
  for (const name of readdirSync(tmpdir())) {
    const { pid } = OWN.exec(name)?.groups ?? {};
    if (pid !== undefined && !isAlive(Number(pid))) remove(join(tmpdir(), name));
  }
}

function removeMade(): void {
  for (const folder of made) remove(folder);
}

/** Somebody else may remove the same one, or it may be somebody else's: then it stays for him. */
function remove(folder: string): void {
  try {
    rmSync(folder, { recursive: true, force: true });
  } catch (error) {
    process.emitWarning(`${folder} stays: ${String(error)}`);
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && "code" in error && error.code !== "ESRCH";
  }
}
