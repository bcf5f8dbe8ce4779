/** The client SDK, for any runtime: `@parlance/client/node` and `@parlance/client/web` bind it. */
export type { DigestSecret } from "@parlance/wire";
export type { Listening } from "./base/emitter.ts";
export { ImError, type ImErrorCode, type ImErrorDetails } from "./base/errors.ts";
export type { Signal } from "./base/signal.ts";
export type { ImClient } from "./client.ts";
export type { GroupInvitation } from "./conference/group-invitation.ts";
export type { Invitee } from "./conference/group-invite.ts";
export type { RoomEnd } from "./conference/judge-end.ts";
export type { RoomState } from "./conference/membership.ts";
export type { PastRoom } from "./conference/membership-record.ts";
export type { Asked } from "./conference/outcome.ts";
export type { AliasLink, MemberLike, Room, RoomEvents } from "./conference/room.ts";
export type { GroupOptions, JoinOptions } from "./conference/rooms.ts";
export type { Departure, Member, RosterChange } from "./conference/roster.ts";
export { connectWith } from "./connect-with.ts";
export type { ConnectionState } from "./connection/connection.ts";
export type { ComposingChange } from "./conversation/composing.ts";
export type { Conversation, ConversationSession } from "./conversation/conversation.ts";
export type { HistoryEntry, HistoryQuery } from "./conversation/history.ts";
export type { DocumentConflict } from "./documents/document-error.ts";
export type { DocumentPlace } from "./documents/document-place.ts";
export type {
  DocumentEdit,
  ReadOptions,
  UserDocument,
  WriteOptions,
} from "./documents/documents.ts";
export type { ClientEvents } from "./events.ts";
export type {
  BlobLike,
  DownloadedFile,
  DownloadOptions,
  Fetch,
  FetchAnswer,
  FetchRequest,
  FileContent,
  FileProgress,
  FileReference,
  FileServer,
  StoredFile,
  StreamLike,
  StreamReader,
  UploadOptions,
} from "./files/index.ts";
export type { History } from "./history/history.ts";
export type {
  ExportFormat,
  KeptConversation,
  KeptConversations,
  KeptFile,
  KeptMessage,
  KeptPage,
  KeptPageQuery,
  SearchHit,
  SearchOptions,
} from "./history/kept-message.ts";
export type { HistoryRemoved } from "./history/removals.ts";
export type { UnreadChange } from "./history/unread.ts";
export type { KeptOptions, RecordedSession, WaitingMessage } from "./kept/kept.ts";
export type { RecordedMessage } from "./kept/recorded-messages.ts";
export type { CloseOptions, ConnectOptions, PushOptions, SecretOptions } from "./options.ts";
export type { CallOptions } from "./owned/block-list.ts";
export type { Contact, ContactList } from "./owned/contact-lists.ts";
export type { ContactOptions } from "./owned/contacts.ts";
export type { OwnDevice } from "./owned/devices.ts";
export type { DirectoryEntry } from "./owned/directory.ts";
export type { GroupChanges, GroupMember, OwnGroup } from "./owned/group-document.ts";
export type { GroupPolicy } from "./owned/group-policy.ts";
export type { NewGroup } from "./owned/own-groups.ts";
export type { OwnedEvents } from "./owned/owned.ts";
export type { OwnProfile } from "./owned/profile.ts";
export type { OwnedParts } from "./owned/when-asked.ts";
export { preload } from "./preload.ts";
export type {
  IncomingMessage,
  OtherMessage,
  ReferenceMessage,
  TextMessage,
} from "./receiving/incoming-message.ts";
export type { ClientTransports, Runtime, SocketEvents } from "./runtime.ts";
export type { Content, SendOptions, TypedContent } from "./sending/content.ts";
export type { SentMessage } from "./sending/sent-message.ts";
export type { FileWish } from "./session/files/file-receiver.ts";
export type { ResumeFileOptions } from "./session/files/file-sender.ts";
export type { FileRequest, FileShare } from "./session/files/file-sharing.ts";
export type { SharedFile } from "./session/files/give-file.ts";
export type { IncomingFile, TakeOptions } from "./session/files/incoming-file.ts";
export type { SentFile } from "./session/files/sent-file.ts";
export type { SendFileOptions } from "./session/files/wanted-file.ts";
export type { InvitationOutcome, SessionInvitation } from "./session/session-invitation.ts";
export type { SessionOptions } from "./session/session-settings.ts";
export type { OpenOptions, SessionChanges, SessionMode } from "./session/talk.ts";
export type { SessionChange } from "./session/talks.ts";
export type { ServiceSettings, SettingName } from "./settings/service-settings.ts";
export type { SetOptions } from "./settings/settings.ts";
export type {
  ClientStore,
  MessageRecord,
  Reach,
  ReceiptKind,
  ReceivedRecord,
  Recipient,
  SendingState,
  SentRecord,
  StoredRecord,
} from "./store/client-store.ts";
export type {
  BegunUpload,
  FileRecipient,
  FileRecord,
  FileResume,
  IncomingFileState,
  ReceivedFileRecord,
  RecipientState,
  SentFileRecord,
  SentFileState,
} from "./store/file-record.ts";
export { MemoryStore } from "./store/memory-store.ts";
export type { Trace, Traced, TracedMsrp, TracedSip } from "./trace.ts";
