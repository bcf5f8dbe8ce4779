/** All stores in memory: `memory:`, and the world of the tests. */
import type { AuditRecord } from "../audit.ts";
import type { StoredBinding } from "../bindings.ts";
import type { ConferenceRecord } from "../conferences.ts";
import type { DeferredMessage } from "../deferred.ts";
import type { StoredDocument } from "../documents.ts";
import type { Job } from "../jobs.ts";
import type { StoredServiceSettings } from "../service-settings.ts";
import type { Stores } from "../stores.ts";
import type { Account } from "../users.ts";
import { MemoryAudit } from "./audit.ts";
import { MemoryBindings } from "./bindings.ts";
import { MemoryConferences } from "./conferences.ts";
import { MemoryDeferred } from "./deferred.ts";
import { MemoryDocuments } from "./documents.ts";
import { type FileRecord, MemoryFiles } from "./files.ts";
import { type HistoryRecord, MemoryHistory } from "./history.ts";
import { type ImdnRecord, MemoryImdn } from "./imdn.ts";
import { MemoryJobs } from "./jobs.ts";
import { type Disk, Ledger } from "./ledger.ts";
import { MemoryRecordings, type RecordingRow } from "./recordings.ts";
import { MemoryRooms, type RoomRecord } from "./rooms.ts";
import { MemoryServiceSettings } from "./service-settings.ts";
import { MemorySettings } from "./settings.ts";
import { MemoryUsers } from "./users.ts";

/** Everything that was committed at one moment; what a crash leaves behind. */
export interface MemoryImage {
  readonly accounts: readonly Account[];
  readonly bindings: readonly StoredBinding[];
  readonly deferred: readonly DeferredMessage[];
  readonly imdn: readonly ImdnRecord[];
  readonly jobs: readonly Job[];
  readonly files: readonly FileRecord[];
  readonly rooms: readonly RoomRecord[];
  readonly conferences: readonly ConferenceRecord[];
  readonly history: readonly HistoryRecord[];
  readonly recordings: readonly RecordingRow[];
  readonly documents: readonly StoredDocument[];
  readonly serviceSettings: readonly StoredServiceSettings[];
  readonly settings: readonly (readonly [key: string, value: string])[];
  readonly audit: readonly AuditRecord[];
}

export interface MemoryOptions {
  /** Starts with what an earlier life had committed. */
  readonly image?: MemoryImage;
  readonly disk?: Disk;
}

export interface MemoryStores extends Stores {
  /** What a restart after a crash at this moment would find; later changes do not touch it. */
  image(): MemoryImage;
}

export function memoryStores({ image = EMPTY, disk }: MemoryOptions = {}): MemoryStores {
  const ledger = new Ledger(disk);
  const users = new MemoryUsers(ledger, image.accounts);
  const bindings = new MemoryBindings(ledger, image.bindings);
  const deferred = new MemoryDeferred(ledger, image.deferred);
  const imdn = new MemoryImdn(ledger, image.imdn);
  const jobs = new MemoryJobs(ledger, image.jobs);
  const files = new MemoryFiles(ledger, image.files);
  const rooms = new MemoryRooms(ledger, image.rooms);
  const conferences = new MemoryConferences(ledger, image.conferences);
  const history = new MemoryHistory(ledger, image.history);
  const isHeld = (owner: string): boolean => history.holds(owner);
  const recordings = new MemoryRecordings(ledger, image.recordings, isHeld);
  const documents = new MemoryDocuments(ledger, image.documents);
  const serviceSettings = new MemoryServiceSettings(ledger, image.serviceSettings);
  const settings = new MemorySettings(ledger, image.settings);
  const audit = new MemoryAudit(ledger, image.audit);
  return {
    users,
    bindings,
    deferred,
    imdn,
    jobs,
    files,
    rooms,
    conferences,
    history,
    recordings,
    documents,
    serviceSettings,
    settings,
    audit,
    get busy() {
      return ledger.busy;
    },
    close: () => ledger.close(),
    image: () => ({
      accounts: users.records(),
      bindings: bindings.records(),
      deferred: deferred.records(),
      imdn: imdn.records(),
      jobs: jobs.records(),
      files: files.records(),
      rooms: rooms.records(),
      conferences: conferences.records(),
      history: history.records(),
      recordings: recordings.records(),
      documents: documents.records(),
      serviceSettings: serviceSettings.records(),
      settings: settings.records(),
      audit: audit.records(),
    }),
  };
}

const EMPTY: MemoryImage = {
  accounts: [],
  bindings: [],
  deferred: [],
  imdn: [],
  jobs: [],
  files: [],
  rooms: [],
  conferences: [],
  history: [],
  recordings: [],
  documents: [],
  serviceSettings: [],
  settings: [],
  audit: [],
};
