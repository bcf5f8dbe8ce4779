/** Everything the server remembers, over one engine and one commit order. */
import type { AuditStore } from "./audit.ts";
import type { BindingStore } from "./bindings.ts";
import type { ConferenceStore } from "./conferences.ts";
import type { DeferredStore } from "./deferred.ts";
import type { DocumentStore } from "./documents.ts";
import type { FileStore } from "./files.ts";
import type { HistoryStore } from "./history.ts";
import type { ImdnStore } from "./imdn.ts";
import type { JobStore } from "./jobs.ts";
import type { RecordingStore } from "./recordings.ts";
import type { RoomStore } from "./rooms.ts";
import type { ServiceSettingsStore } from "./service-settings.ts";
import type { SettingsStore } from "./settings.ts";
import type { UserStore } from "./users.ts";

export interface Stores {
  readonly users: UserStore;
  readonly bindings: BindingStore;
  readonly deferred: DeferredStore;
  readonly imdn: ImdnStore;
  readonly jobs: JobStore;
  readonly files: FileStore;
  readonly rooms: RoomStore;
  readonly conferences: ConferenceStore;
  readonly history: HistoryStore;
  readonly recordings: RecordingStore;
  readonly documents: DocumentStore;
  readonly serviceSettings: ServiceSettingsStore;
  readonly settings: SettingsStore;
  readonly audit: AuditStore;

  /** True: the queue is more than half full. New work had better be refused (503) before calls reject with "busy". */
  readonly busy: boolean;

  /** Resolves when all that was asked for is done and the data is let go of; later calls reject with "closed". */
  close(): Promise<void>;
}
