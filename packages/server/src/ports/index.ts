/** Where the functions of the server meet: types only. */
export type { AliasChoice, AliasGuest, AliasLink, AliasPages } from "./alias-pages.ts";
export type { Binding } from "./binding.ts";
export type { Calls } from "./calls.ts";
export type { Content, Reading } from "./content.ts";
export type { Decision, Decisions } from "./decision.ts";
export type { DocumentListener, DocumentNews, DocumentVersion } from "./documents.ts";
export type {
  Deferral,
  Failure,
  Originating,
  Owner,
  Sessions,
  Terminating,
} from "./functions.ts";
export type { LoginAccount, Logins } from "./logins.ts";
export type { MaybePromise } from "./maybe-promise.ts";
export type { MediaAmount, MediaFacts } from "./media-facts.ts";
export type { LineWatch, MediaLine, MediaLines, MediaTarget, StreamedSend } from "./media-lines.ts";
export type {
  MediaRoom,
  MediaRooms,
  PagerDelivery,
  PagerLeg,
  RoomDevice,
  RoomEar,
  RoomFailure,
  RoomLeg,
  RoomListening,
  RoomLogRules,
  RoomMember,
  RoomOwner,
  RoomReturn,
  RoomRules,
} from "./media-room.ts";
export type {
  BridgeListener,
  LegFailure,
  MediaBridge,
  MediaEnd,
  MediaEndUser,
  MediaLeg,
  MediaMessage,
  MediaNotice,
  MediaPeer,
  MediaRules,
  MediaSwitch,
  MediaTypes,
  SentOutcome,
  Side,
} from "./media-switch.ts";
export type { Notifier, Watch, Watched, WatchedState, Watcher } from "./notifier.ts";
export type { Counter, LimitWatch, Log, LogFields, Metrics, SecurityWatch } from "./observation.ts";
export type { Onward, OnwardUser, Towards } from "./onward.ts";
export type { OwnAddress, OwnTarget } from "./own-address.ts";
export type { Edit, Passage, Verdict } from "./passage.ts";
export type { Originator, Principal, User } from "./principal.ts";
export type { PushService, Wake, WakeOutcome } from "./push.ts";
export type { ReadContent } from "./read-content.ts";
export type {
  HeardHead,
  HeardMessage,
  Recording,
  SessionFacts,
  SessionParty,
  SessionRecord,
  SessionRecording,
} from "./recording.ts";
export type { CopiedMessage, ReportCollection, ReportSubject, Reports } from "./reports.ts";
export type { Sealing } from "./sealing.ts";
export type { ServerDocument, ServerDocuments } from "./server-documents.ts";
export type { CopyForm, ForMany, Spreading } from "./spreading.ts";
export type { TakeOver } from "./take-over.ts";
export type { Untagged } from "./untagged.ts";
export type { UserRules, Who } from "./user-rules.ts";
export type { Barrable, UserSettings } from "./user-settings.ts";
export type { Outcome, Way } from "./way.ts";
export type { WebLogin } from "./web-login.ts";
