/** Files that only the account of the server may read. */
import { randomBytes } from "node:crypto";
import {
  closeSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from "node:fs";
import { dirname } from "node:path";

const OWNER_ONLY = 0o600;
const OTHERS = 0o077;

/** The text of the file, which is made with `make` when absent: one of several starters wins. */
export function readOrMakeSecretFile(path: string, make: () => string): string {
  try {
    return readSecretFile(path);
  } catch (error) {
    if (!hasCode(error, "ENOENT")) throw error;
  }
  const fresh = writeBeside(path, make());
  try {
    linkSync(fresh, path);
  } catch (error) {
    if (!hasCode(error, "EEXIST")) throw error;
  } finally {
    rmSync(fresh, { force: true });
  }
  return readSecretFile(path);
}

/** Whole or not at all, whenever the power goes. */
export function replaceSecretFile(path: string, text: string): void {
  renameSync(writeBeside(path, text), path);
}

/** Refuses a file that others may read: it is no secret any more. */
function readSecretFile(path: string): string {
  if (process.platform !== "win32" && (statSync(path).mode & OTHERS) !== 0) {
    throw new Error(`${path}: others may read it; set its mode to 0600 and consider it known`);
  }
  return readFileSync(path, "utf8");
}

function writeBeside(path: string, text: string): string {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const fresh = `${path}.${randomBytes(8).toString("hex")}`;
  const file = openSync(fresh, "wx", OWNER_ONLY);
  try {
    writeSync(file, text);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  return fresh;
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && "code" in error && error.code === code;
}
