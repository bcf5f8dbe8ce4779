/** A backup takes the place of what a server keeps, which is moved aside. The server does not run meanwhile. */
import { cp, mkdir, readdir, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { onDisk, syncFolder, unlessAbsent } from "../file-content/durability.ts";
import { isInUse } from "../store/database.ts";
import { type BackupManifest, CONTENT_FOLDERS, MANIFEST } from "./manifest.ts";
import { readManifestIn, sha256Of } from "./take-backup.ts";

export interface RestoreOptions {
  /** What is there is moved aside; without it a folder with data is left alone. */
  readonly replace: boolean;
  readonly now: Date;
}

export interface Restored {
  readonly manifest: BackupManifest;
  /** Where what was there before lies; undefined when there was nothing. */
  readonly before: string | undefined;
}

/** Why it cannot be: in words for an operator. */
export class RestoreError extends Error {
  override readonly name = "RestoreError";
}

const STAGING = "restoring";

/** Rejects with RestoreError before it has touched anything. */
export async function restoreBackup(
  backup: string,
  data: string,
  { replace, now }: RestoreOptions,
): Promise<Restored> {
  const manifest = await checkedManifest(backup);
  const own = await onDisk(async () => {
    await mkdir(data, { recursive: true, mode: 0o700 });
    return ownNames(data, manifest);
  });
  if (own.length > 0 && !replace) {
    throw new RestoreError(`${data} holds data already: ${own.join(", ")}`);
  }
  if (own.includes(manifest.store) && isInUse(join(data, manifest.store))) {
    throw new RestoreError(`a server has ${data} in use: stop it first`);
  }
  return onDisk(async () => {
    const staging = join(data, STAGING);
    await rm(staging, { recursive: true, force: true });
    await cp(backup, staging, { recursive: true });
    await rm(join(staging, MANIFEST));
    // Not those of before: looking whether the database is in use ends the log that a crash has left beside it.
    const there = await ownNames(data, manifest);
    const before = there.length === 0 ? undefined : await moveAside(data, there, now);
    for (const name of await readdir(staging)) await rename(join(staging, name), join(data, name));
    await rm(staging, { recursive: true });
    await syncFolder(data);
    return { manifest, before };
  });
}

/** Says what is wrong with a backup, and is told by nothing but its own words whether anything is. */
export async function checkedManifest(backup: string): Promise<BackupManifest> {
  const manifest = await readManifestIn(backup);
  if (manifest === undefined) throw new RestoreError(`${backup} is no backup, or not a whole one`);
  for (const { path, bytes, sha256 } of manifest.files) {
    const file = join(backup, path);
    const found = await unlessAbsent(stat(file));
    if (found?.size !== bytes) throw new RestoreError(`${file} is missing, or not as it was`);
    if (sha256 !== undefined && (await sha256Of(file)) !== sha256) {
      throw new RestoreError(`${file} is not as it was when it was written`);
    }
  }
  return manifest;
}

/** What the restored data would take the place of: the log of the database belongs to it. */
async function ownNames(
  data: string,
  { files, store }: BackupManifest,
): Promise<readonly string[]> {
  const [...tops] = files.map(({ path }) => path.split("/")[0] ?? "");
  const wanted = new Set([...tops, ...CONTENT_FOLDERS, `${store}-wal`, `${store}-shm`]);
  const there = await readdir(data);
  const found: string[] = [];
  for (const name of there.filter((one) => wanted.has(one))) {
    const facts = await stat(join(data, name));
    if (!facts.isDirectory() || (await readdir(join(data, name))).length > 0) found.push(name);
  }
  return found;
}

async function moveAside(data: string, names: readonly string[], now: Date): Promise<string> {
  const before = join(data, `before-${now.toISOString().replaceAll(/[-:]|\..*$/g, "")}`);
  await mkdir(before, { mode: 0o700 });
  for (const name of names) await rename(join(data, name), join(before, name));
  return before;
}
