/** Backups of a node that runs, and the one that takes its place at the next start. */
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, resolve } from "node:path";
import {
  type Backup,
  type BackupSource,
  checkedManifest,
  listBackups,
  RestoreError,
  removeBackup,
  restoreBackup,
  takeBackup,
} from "@parlance/node";
import type { Configuration } from "../config/schema.ts";

/** Names the backup that the next start restores. */
const NEXT = "restore.next";

export class Backups {
  readonly #data: string;
  readonly #folder: string;
  readonly #keep: number;
  readonly #source: BackupSource | undefined;
  #running = false;

  /** `source` undefined: nothing of the node is on a disk. */
  constructor(
    { data, backup }: Pick<Configuration, "data" | "backup">,
    source: BackupSource | undefined,
  ) {
    this.#data = resolve(data);
    this.#folder = resolve(this.#data, backup.folder);
    this.#keep = backup.keep;
    this.#source = source;
  }

  /** A new one; the oldest go when there are more than are kept. */
  async take(): Promise<Backup | "backup runs already" | "nothing on disk"> {
    if (this.#source === undefined) return "nothing on disk";
    if (this.#running) return "backup runs already";
    this.#running = true;
    try {
      const made = await takeBackup(this.#source, this.#folder, new Date());
      for (const { name } of (await this.list()).slice(this.#keep)) await this.remove(name);
      return made;
    } finally {
      this.#running = false;
    }
  }

  /** The newest first. */
  list(): Promise<readonly Backup[]> {
    return listBackups(this.#folder);
  }

  remove(name: string): Promise<boolean> {
    return removeBackup(this.#folder, name);
  }

  /** The next start restores it. Says what is wrong with it otherwise. */
  async restoreNext(name: string): Promise<"noted" | "no such backup" | { readonly why: string }> {
    const known = (await this.list()).find((one) => one.name === name);
    if (known === undefined) return "no such backup";
    try {
      await checkedManifest(known.folder);
    } catch (error) {
      if (error instanceof RestoreError) return { why: "the backup is not as it was written" };
      throw error;
    }
    writeFileSync(resolve(this.#data, NEXT), `${known.folder}\n`, { mode: 0o600, flush: true });
    return "noted";
  }
}

/** Before anything is opened. Undefined: none was asked for. Rejects when what was there is not what it was any more. */
export async function restoreAsAsked(
  data: string,
): Promise<{ readonly name: string; readonly fault: string | undefined } | undefined> {
  const note = resolve(data, NEXT);
  let folder: string;
  try {
    folder = readFileSync(note, "utf8").trim();
  } catch {
    return undefined;
  }
  rmSync(note); // once, whatever comes of it
  try {
    await restoreBackup(folder, data, { replace: true, now: new Date() });
    return { name: basename(folder), fault: undefined };
  } catch (error) {
    if (!(error instanceof RestoreError)) throw error;
    return { name: basename(folder), fault: error.message };
  }
}
