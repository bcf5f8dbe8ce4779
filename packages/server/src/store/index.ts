export type { AuditEntry, AuditRecord, AuditStore } from "./audit.ts";
export type { BindingChange, BindingKey, BindingStore, StoredBinding } from "./bindings.ts";
export type {
  ConferenceRecord,
  ConferenceStore,
  StoredConference,
  StoredParticipant,
} from "./conferences.ts";
export type {
  ContentEntry,
  ContentFacts,
  ContentReader,
  ContentWriter,
  FileContent,
} from "./content.ts";
export { auditStoreContract } from "./contract/audit.contract.ts";
export { bindingStoreContract } from "./contract/bindings.contract.ts";
export { conferenceStoreContract } from "./contract/conferences.contract.ts";
export {
  type ContentContract,
  type ContentWorld,
  fileContentContract,
} from "./contract/content.contract.ts";
export type { Contract, ContractTools, ContractWorld } from "./contract/contract.ts";
export { deferredStoreContract } from "./contract/deferred.contract.ts";
export { documentStoreContract } from "./contract/documents.contract.ts";
export { fileStoreContract } from "./contract/files.contract.ts";
export { historyStoreContract } from "./contract/history.contract.ts";
export { imdnStoreContract } from "./contract/imdn.contract.ts";
export { jobStoreContract } from "./contract/jobs.contract.ts";
export { recordingStoreContract } from "./contract/recordings.contract.ts";
export { roomStoreContract } from "./contract/rooms.contract.ts";
export { serviceSettingsStoreContract } from "./contract/service-settings.contract.ts";
export { settingsStoreContract } from "./contract/settings.contract.ts";
export { storesContract } from "./contract/stores.contract.ts";
export { userStoreContract } from "./contract/users.contract.ts";
export type {
  DeferredAttempt,
  DeferredEntry,
  DeferredMessage,
  DeferredQuota,
  DeferredStore,
  DeferredUsage,
} from "./deferred.ts";
export type {
  DocumentFacts,
  DocumentKey,
  DocumentQuota,
  DocumentStore,
  StoredDocument,
} from "./documents.ts";
export { StoreError, type StoreFault } from "./errors.ts";
export type {
  FileQuota,
  FileStore,
  FileUsage,
  StoredFile,
  Thumbnail,
  ThumbnailFacts,
} from "./files.ts";
export { foldText, queryWords } from "./fold-text.ts";
export {
  HISTORY_HOLD_MS,
  HISTORY_MARK_BOUND,
  HISTORY_REMOVALS_BOUND,
  HISTORY_REMOVALS_MS,
  HISTORY_SEARCH_BOUND,
  HISTORY_UNREAD_BOUND,
  type HistoryConversation,
  type HistoryEntry,
  type HistoryHits,
  type HistoryMark,
  type HistoryMessage,
  type HistoryPageRequest,
  type HistoryPart,
  type HistoryPoint,
  type HistoryQuota,
  type HistoryRemoval,
  type HistoryScope,
  type HistoryState,
  type HistoryStore,
  type HistorySwept,
  type HistoryUsage,
  type NewHistoryMessage,
  type NumberedHistoryRemoval,
} from "./history.ts";
export { type IdRandom, TimeOrderedIds } from "./ids.ts";
export type {
  DispositionKind,
  DispositionReport,
  ImdnStore,
  ReportKey,
  ReportOutcome,
  SentMessage,
  SentMessageState,
} from "./imdn.ts";
export type { Job, JobStore } from "./jobs.ts";
export {
  type ContentRecord,
  type MemoryContent,
  type MemoryContentOptions,
  memoryContent,
} from "./memory/content.ts";
export type { FileRecord } from "./memory/files.ts";
export type { HistoryRecord, HistoryRow } from "./memory/history.ts";
export type { ImdnRecord } from "./memory/imdn.ts";
export type { Disk } from "./memory/ledger.ts";
export {
  type MemoryImage,
  type MemoryOptions,
  type MemoryStores,
  memoryStores,
} from "./memory/memory-stores.ts";
export type { RoomRecord } from "./memory/rooms.ts";
export { type OrphanSearch, removeOrphans } from "./orphans.ts";
export type {
  DueRecording,
  NewRecording,
  RecordedMessage,
  RecordedParty,
  Recording,
  RecordingStore,
} from "./recordings.ts";
export type { RoomCursor, RoomEntry, RoomPage, RoomStart, RoomStore } from "./rooms.ts";
export type {
  LastingSettings,
  ServiceSettingsStore,
  StoredPublication,
  StoredServiceSettings,
} from "./service-settings.ts";
export type { SettingsStore } from "./settings.ts";
export type { Stores } from "./stores.ts";
export type {
  Account,
  AccountChange,
  AccountEvent,
  Credential,
  CredentialAlgorithm,
  UserStore,
} from "./users.ts";
