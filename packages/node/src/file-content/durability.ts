/** What the system reports, as the server understands it, and folders that keep their names through a power cut. */
import { open } from "node:fs/promises";
import { StoreError, type StoreFault } from "@parlance/server";

/** Makes the names in a folder durable; Windows has no such call and does it by itself. */
export async function syncFolder(folder: string): Promise<void> {
  if (process.platform === "win32") return;
  const handle = await open(folder, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Throws what `work` throws as StoreError. */
export async function onDisk<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    throw diskError(cause);
  }
}

export function diskError(cause: unknown): StoreError {
  if (cause instanceof StoreError) return cause;
  const code = codeOf(cause);
  const fault: StoreFault = code !== undefined && NO_ROOM.has(code) ? "full" : "failed";
  // The text of the system names the path, which is ours; the log may have it, a peer never sees it.
  return new StoreError(fault, cause instanceof Error ? cause.message : String(cause), { cause });
}

const NO_ROOM: ReadonlySet<string> = new Set(["ENOSPC", "EDQUOT", "EFBIG"]);

/** `undefined` instead of a failure when there is no such file. */
export async function unlessAbsent<T>(work: Promise<T>): Promise<T | undefined> {
  try {
    return await work;
  } catch (error) {
    if (codeOf(error) === "ENOENT") return undefined;
    throw diskError(error);
  }
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && "code" in error ? String(error.code) : undefined;
}
