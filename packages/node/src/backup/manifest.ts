/** What a backup says of itself: by it a restore knows that all of it is there. */

export interface BackupManifest {
  /** Of the folder's layout. */
  readonly format: 1;
  /** Of the server that has taken it. */
  readonly version: string;
  readonly domain: string;
  readonly takenAt: string;
  /** The database, by its name in the folder. */
  readonly store: string;
  readonly files: readonly BackupFile[];
}

export interface BackupFile {
  /** Below the folder, with slashes. */
  readonly path: string;
  readonly bytes: number;
  /** Of the database and of keys; contents know their own. */
  readonly sha256?: string;
}

export const MANIFEST = "manifest.json";
/** Names of backups: when they were taken, so that they sort. */
export const BACKUP_NAME = /^parlance-\d{8}T\d{6}(?:-\d{1,3})?$/;
/** Contents outside of the store. */
export const CONTENT_FOLDERS = ["deferred", "files"] as const;

const PATH = /^(?:(?:deferred|files)\/[0-9a-f]{32}(?:\.part)?|[A-Za-z0-9][A-Za-z0-9._-]{0,127})$/;

/** Undefined for what no server has written: its paths would lead elsewhere, say. */
export function readManifest(text: string): BackupManifest | undefined {
  try {
    const { format, version, domain, takenAt, store, files } = JSON.parse(text);
    const words = [version, domain, takenAt, store].every((word) => typeof word === "string");
    if (format !== 1 || !words || !Array.isArray(files) || !files.every(isFile)) return undefined;
    return { format, version, domain, takenAt, store, files };
  } catch {
    return undefined;
  }
}

function isFile(file: unknown): file is BackupFile {
  if (typeof file !== "object" || file === null || !("path" in file) || !("bytes" in file)) {
    return false;
  }
  return typeof file.path === "string" && PATH.test(file.path) && Number.isSafeInteger(file.bytes);
}
