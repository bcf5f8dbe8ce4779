/** A copy of everything that a server keeps, at one moment, while it goes on: database, contents, keys. */
import { createHash } from "node:crypto";
import { constants, createReadStream } from "node:fs";
import { copyFile, mkdir, open, readdir, rename, rm, stat, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { onDisk, syncFolder, unlessAbsent } from "../file-content/durability.ts";
import type { DiskContent } from "../file-content/index.ts";
import type { OpenedStores } from "../store/index.ts";
import {
  BACKUP_NAME,
  type BackupFile,
  type BackupManifest,
  MANIFEST,
  readManifest,
} from "./manifest.ts";

export interface BackupSource {
  readonly copyTo: NonNullable<OpenedStores["copyTo"]>;
  /** How the database will be called. */
  readonly storeName: string;
  readonly contents: readonly {
    readonly name: "deferred" | "files";
    readonly content: DiskContent;
  }[];
  /** Keys and tokens; those that are not there are passed over. */
  readonly secrets: readonly string[];
  readonly version: string;
  readonly domain: string;
}

export interface Backup {
  readonly name: string;
  readonly folder: string;
  readonly takenAt: string;
  readonly version: string;
  readonly bytes: number;
  readonly files: number;
}

const PARTIAL = ".partial";
const OWNER_ONLY = 0o600;

/** Resolves with a whole and durable backup under a new name in `into`; rejects, and leaves nothing, otherwise. */
export function takeBackup(source: BackupSource, into: string, now: Date): Promise<Backup> {
  return onDisk(async () => {
    await mkdir(into, { recursive: true, mode: 0o700 });
    const name = await freeName(into, now);
    const folder = join(into, name + PARTIAL);
    await rm(folder, { recursive: true, force: true });
    await mkdir(folder, { mode: 0o700 });
    try {
      const files = await fill(folder, source);
      const { version, domain, storeName: store } = source;
      const manifest: BackupManifest = {
        format: 1,
        version,
        domain,
        takenAt: now.toISOString(),
        store,
        files,
      };
      await writeDurably(join(folder, MANIFEST), `${JSON.stringify(manifest, null, 2)}\n`);
      await syncFolder(folder);
      await rename(folder, join(into, name));
      await syncFolder(into);
      return viewOf(name, join(into, name), manifest);
    } catch (error) {
      await rm(folder, { recursive: true, force: true });
      throw error;
    }
  });
}

/** Whole ones, the newest first. */
export async function listBackups(into: string): Promise<readonly Backup[]> {
  const names = (await unlessAbsent(readdir(into))) ?? [];
  const found: Backup[] = [];
  for (const name of names
    .filter((one) => BACKUP_NAME.test(one))
    .toSorted()
    .toReversed()) {
    const folder = join(into, name);
    const manifest = await readManifestIn(folder);
    if (manifest !== undefined) found.push(viewOf(name, folder, manifest));
  }
  return found;
}

/** False: there is none of that name. */
export async function removeBackup(into: string, name: string): Promise<boolean> {
  if (!BACKUP_NAME.test(name)) return false;
  const folder = join(into, name);
  if ((await unlessAbsent(stat(folder))) === undefined) return false;
  // Without its manifest it is none any more, also when this is cut short.
  await onDisk(() => rm(join(folder, MANIFEST), { force: true }));
  await onDisk(() => rm(folder, { recursive: true, force: true }));
  return true;
}

export async function readManifestIn(folder: string): Promise<BackupManifest | undefined> {
  const handle = await unlessAbsent(open(join(folder, MANIFEST), "r"));
  if (handle === undefined) return undefined;
  try {
    return readManifest(await handle.readFile("utf8"));
  } finally {
    await handle.close();
  }
}

/** First the rows, then what they name: whatever a row names is there, since nothing is deleted meanwhile. */
async function fill(folder: string, source: BackupSource): Promise<readonly BackupFile[]> {
  const { contents, copyTo, storeName, secrets } = source;
  const holds = contents.map(({ content }) => content.hold());
  try {
    const files: BackupFile[] = [];
    const database = join(folder, storeName);
    await copyTo(database);
    files.push(await facts(database, storeName, true));
    for (const secret of secrets) {
      const path = basename(secret);
      const copied = await unlessAbsent(copyFile(secret, join(folder, path)).then(() => true));
      if (copied === true) files.push(await facts(join(folder, path), path, true));
    }
    for (const { name, content } of contents) {
      await mkdir(join(folder, name), { mode: 0o700 });
      for await (const { id } of content.entries()) {
        const copied = await copyContent(content.folder, join(folder, name), id);
        if (copied !== undefined)
          files.push(await facts(join(folder, name, copied), `${name}/${copied}`, false));
      }
      await syncFolder(join(folder, name));
    }
    return files;
  } finally {
    for (const letGo of holds) await letGo();
  }
}

/** It may be sealed in this moment: then it has its other name. */
async function copyContent(from: string, to: string, id: string): Promise<string | undefined> {
  for (const name of [id, `${id}.part`, id]) {
    const copy = copyFile(join(from, name), join(to, name), constants.COPYFILE_FICLONE);
    if ((await unlessAbsent(copy.then(() => true))) === true) return name;
  }
  return undefined;
}

/** Durable, and for the owner's eyes only. */
async function facts(file: string, path: string, hashed: boolean): Promise<BackupFile> {
  const handle = await open(file, "r+");
  try {
    await handle.chmod(OWNER_ONLY);
    await handle.sync();
    const { size: bytes } = await handle.stat();
    return hashed ? { path, bytes, sha256: await sha256Of(file) } : { path, bytes };
  } finally {
    await handle.close();
  }
}

export async function sha256Of(file: string): Promise<string> {
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(file)) hash.update(chunk);
  return hash.digest("hex");
}

async function writeDurably(file: string, text: string): Promise<void> {
  await writeFile(file, text, { mode: OWNER_ONLY, flush: true });
}

async function freeName(into: string, now: Date): Promise<string> {
  const time = now.toISOString().replaceAll(/[-:]|\..*$/g, "");
  const taken = new Set(await readdir(into));
  for (let number = 1; ; number += 1) {
    const name = number === 1 ? `parlance-${time}` : `parlance-${time}-${number}`;
    if (!taken.has(name)) return name;
  }
}

function viewOf(name: string, folder: string, { takenAt, version, files }: BackupManifest): Backup {
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
  return { name, folder, takenAt, version, bytes, files: files.length };
}
