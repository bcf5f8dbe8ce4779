/** From the `store` setting to stores. */
import { resolve } from "node:path";
import { memoryStores, StoreError, type Stores } from "@parlance/server";
import { type QueueLimits, type StoreObserver, StoreWorker } from "./store-worker.ts";
import { SqliteAudit } from "./stores/audit.ts";
import { SqliteBindings } from "./stores/bindings.ts";
import { SqliteConferences } from "./stores/conferences.ts";
import { SqliteDeferred } from "./stores/deferred.ts";
import { SqliteDocuments } from "./stores/documents.ts";
import { SqliteFiles } from "./stores/files.ts";
import { SqliteHistory } from "./stores/history.ts";
import { SqliteImdn } from "./stores/imdn.ts";
import { SqliteJobs } from "./stores/jobs.ts";
import { SqliteRecordings } from "./stores/recordings.ts";
import { SqliteRooms } from "./stores/rooms.ts";
import { SqliteServiceSettings } from "./stores/service-settings.ts";
import { SqliteSettings } from "./stores/settings.ts";
import { SqliteUsers } from "./stores/users.ts";

export type StoreAddress =
  | { readonly kind: "sqlite"; readonly file: string }
  | { readonly kind: "memory" };

export interface OpenOptions {
  /** Where a relative file name starts; the working directory when left out. */
  readonly folder?: string;
  readonly observer?: StoreObserver;
  readonly queue?: QueueLimits;
  /** How long to wait for an earlier process that still holds the file; 2 s when left out. */
  readonly lockWaitMs?: number;
}

export interface OpenedStores extends Stores {
  /**
   * Writes all that is there at one moment into a file that is not there, while everything goes on. Undefined: it is
   * in memory alone.
   */
  readonly copyTo: ((file: string) => Promise<void>) | undefined;
}

const LOCK_WAIT_MS = 2_000; // a drained process is gone by then; one that runs will not go

/** Reads `sqlite:FILE` or `memory:`; throws a StoreError that says what else there is not. */
export function parseStoreAddress(text: string): StoreAddress {
  const colon = text.indexOf(":");
  const scheme = text.slice(0, Math.max(0, colon)).toLowerCase();
  const rest = text.slice(colon + 1);
  if (scheme === "memory" && rest === "") return { kind: "memory" };
  if (scheme === "sqlite" && rest !== "") return { kind: "sqlite", file: rest };
  if (scheme === "postgres" || scheme === "postgresql")
    throw new StoreError(
      "not available",
      "a PostgreSQL store is not available in this version: use sqlite:FILE",
    );
  throw new StoreError("not available", "the store must be sqlite:FILE or memory:");
}

/** Opens what `address` names; rejects with a StoreError that an operator can act upon. */
export function openStores(address: string, options: OpenOptions = {}): Promise<OpenedStores> {
  return new Promise((open) => {
    const parsed = parseStoreAddress(address);
    open(
      parsed.kind === "memory"
        ? Object.assign(memoryStores(), { copyTo: undefined })
        : openSqliteStores(resolve(options.folder ?? "", parsed.file), options),
    );
  });
}

async function openSqliteStores(file: string, options: OpenOptions): Promise<OpenedStores> {
  const { observer, queue, lockWaitMs = LOCK_WAIT_MS } = options;
  const worker = await StoreWorker.open({ file, lockWaitMs }, observer, queue);
  return {
    users: new SqliteUsers(worker),
    bindings: new SqliteBindings(worker),
    deferred: new SqliteDeferred(worker),
    imdn: new SqliteImdn(worker),
    jobs: new SqliteJobs(worker),
    files: new SqliteFiles(worker),
    rooms: new SqliteRooms(worker),
    conferences: new SqliteConferences(worker),
    history: new SqliteHistory(worker),
    recordings: new SqliteRecordings(worker),
    documents: new SqliteDocuments(worker),
    serviceSettings: new SqliteServiceSettings(worker),
    settings: new SqliteSettings(worker),
    audit: new SqliteAudit(worker),
    get busy() {
      return worker.busy;
    },
    close: () => worker.close(),
    copyTo: (copy) => worker.copyTo(copy),
  };
}
