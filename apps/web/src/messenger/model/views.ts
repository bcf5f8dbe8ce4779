/** What is shown, as plain values: they go from one tab to another as they are. */
import type {
  Departure,
  FileRecipient,
  IncomingFileState,
  Reach,
  Recipient,
  RoomState,
  SendingState,
  SentFileState,
  ServiceSettings,
} from "@parlance/client";

/** What went wrong, as `ImError` has it, without its class. */
export interface Fault {
  readonly code: string;
  readonly status: number | undefined;
  readonly warning: string | undefined;
  readonly retryAfterMs: number | undefined;
}

export interface AccountView {
  /** `sip:alice@example.com` */
  readonly address: string;
  /** What others see beside it. */
  readonly displayName: string | undefined;
  readonly connection: "connecting" | "online" | "reconnecting" | "offline";
  readonly retryInMs: number | undefined;
  readonly fault: Fault | undefined;
}

export interface ConversationRow {
  readonly address: string;
  readonly group: boolean;
  /** Of a group that says it, or of the other user, if anybody has told. */
  readonly name: string | undefined;
  readonly newest: Item | undefined;
  readonly unread: number;
  /** Epoch ms, of the newest entry or of the coming in. */
  readonly at: number;
  readonly roomState: RoomState | undefined;
  /** It was a group, and there is none any more. */
  readonly over: boolean;
}

export interface TextBody {
  readonly kind: "text";
  readonly text: string;
  readonly subject: string | undefined;
}

export interface FileBody {
  readonly kind: "file";
  /** Of the transfer: `progress` slices and commands go by it. */
  readonly fileId: string;
  readonly name: string;
  readonly type: string;
  readonly sizeBytes: number | undefined;
  readonly state: SentFileState | IncomingFileState;
  /** Why it has failed, as far as that is known. */
  readonly fault: Fault | undefined;
  /** Where the octets are kept in this browser, if they are. */
  readonly place: string | undefined;
  /** It is what a message says itself, as the server keeps files that went straight to another device. */
  readonly inMessage: boolean;
  readonly expiresAt: number | undefined;
  /** Of one for many: of whom anything is known. */
  readonly recipients: readonly FileRecipient[];
  /** A small picture that came with the offer. */
  readonly thumbnail: { readonly type: string; readonly content: Uint8Array } | undefined;
}

export interface OtherBody {
  readonly kind: "other";
  readonly contentType: string;
  readonly sizeBytes: number;
}

/** One whom the user has asked to come into a group; a fault says why he does not. */
export interface AskedView {
  readonly address: string;
  readonly outcome: "waits" | "came" | Fault;
}

/** Something that happened, and nobody said. It is not kept. */
export type NoticeBody =
  | { readonly kind: "notice"; readonly what: "came"; readonly who: string }
  | {
      readonly kind: "notice";
      readonly what: "went";
      readonly who: string;
      readonly why: Departure | undefined;
    }
  | { readonly kind: "notice"; readonly what: "invited"; readonly who: string }
  | {
      readonly kind: "notice";
      readonly what: "asked";
      readonly people: readonly AskedView[];
    }
  | {
      readonly kind: "notice";
      readonly what: "renamed";
      readonly who: string;
      readonly before: string;
    }
  | { readonly kind: "notice"; readonly what: "subject"; readonly subject: string | undefined }
  | { readonly kind: "notice"; readonly what: "muted" | "unmuted"; readonly who: string }
  | { readonly kind: "notice"; readonly what: "missed" | "locked" | "unlocked" };

export interface Sending {
  readonly state: SendingState;
  readonly partly: boolean;
  /** Of a file, as whoever was asked has answered. */
  readonly recipients: readonly {
    readonly address: string;
    readonly state: (Recipient | FileRecipient)["state"];
  }[];
  readonly failure: Fault | undefined;
}

/** One entry of a conversation. */
export interface Item {
  readonly key: string;
  /** Where it stands among the others. */
  readonly order: number;
  /** Epoch ms. */
  readonly at: number;
  readonly own: boolean;
  /** Address of the sender; of the user himself where `own`. */
  readonly from: string;
  readonly fromName: string | undefined;
  readonly reach: Reach;
  /** Of a private one: entities of those whom it is for. */
  readonly privateTo: readonly string[];
  readonly body: TextBody | FileBody | OtherBody | NoticeBody;
  /** Of what was sent from this device. */
  readonly sending: Sending | undefined;
}

export interface TalkView {
  /** Oldest first. */
  readonly items: readonly Item[];
  /** There is nothing older than the first one. */
  readonly whole: boolean;
  /** A page is on its way. */
  readonly loading: boolean;
}

export interface MemberView {
  readonly entity: string;
  readonly name: string;
  readonly nickname: string | undefined;
  readonly anonymous: boolean;
  readonly me: boolean;
  readonly roles: readonly string[];
  readonly state: "in" | "invited";
  /** Reads, and may not write. */
  readonly muted: boolean;
  /** The same, also where nobody has muted him. */
  readonly readsOnly: boolean;
}

export interface RoomView {
  readonly address: string;
  readonly state: RoomState;
  readonly adHoc: boolean;
  readonly name: string | undefined;
  readonly subject: string | undefined;
  readonly nickname: string | undefined;
  readonly anonymous: boolean;
  /** Nobody new comes in. */
  readonly locked: boolean;
  readonly members: readonly MemberView[];
  /** As the SDK has it: `left`, `expelled`, `ended`, `failed`. */
  readonly ending: string | undefined;
  /** Of one that was made for once and is left: addresses of those who were in it. */
  readonly people: readonly string[];
  readonly aliasUrl: string | undefined;
}

export interface InvitationView {
  readonly id: string;
  readonly from: string;
  readonly fromName: string | undefined;
  /** Of a group: its address, if it has one beside the session. */
  readonly group: string | undefined;
  readonly groupName: string | undefined;
  readonly subject: string | undefined;
  readonly kind: "group" | "conversation" | "large message";
}

/** A group that is being made: it has no address until the first of them has come. */
export interface ComingGroupView {
  readonly id: string;
  /** Addresses of those who are asked. */
  readonly people: readonly string[];
  readonly subject: string | undefined;
}

export interface ProgressView {
  readonly doneBytes: number;
  readonly totalBytes: number | undefined;
}

/** Said once, and gone when it was read. */
export interface ToastView {
  readonly id: string;
  readonly fault: Fault;
}

/** A message that was found at the server. */
export interface HitView {
  readonly id: string;
  readonly conversation: string;
  readonly own: boolean;
  readonly from: string;
  readonly fromName: string | undefined;
  readonly at: number;
  readonly excerpt: string;
}

/** A message or file that waits at the server. */
export interface WaitingView {
  readonly id: string;
  readonly from: string | undefined;
  readonly at: number | undefined;
  readonly sizeBytes: number | undefined;
  readonly subject: string | undefined;
}

/** A group that the user keeps at the server. */
export interface OwnGroupView {
  readonly address: string;
  readonly name: string | undefined;
  /** How many are in its list. */
  readonly members: number;
}

/** A chat room or group that the user may come into. */
export interface DirectoryRow {
  readonly address: string;
  readonly kind: "room" | "group";
  readonly name: string | undefined;
  readonly subject: string | undefined;
  /** In its list. */
  readonly members: number | undefined;
  /** Who are in it now. */
  readonly present: number | undefined;
  readonly anonymity: boolean;
}

/** Somebody in the address book. */
export interface PersonView {
  readonly address: string;
  /** What the user calls him. */
  readonly name: string | undefined;
}

/** Where the user is signed in. Times are epoch ms. */
export interface DeviceView {
  readonly id: string;
  readonly name: string | undefined;
  readonly current: boolean;
  readonly registeredAt: number;
  readonly seenAt: number;
  readonly asleep: boolean;
}

/** Who writes where, by conversation. */
export interface TypingView {
  readonly from: readonly string[];
}

export interface Slices {
  account: AccountView;
  list: readonly ConversationRow[];
  invitations: readonly InvitationView[];
  coming: readonly ComingGroupView[];
  toasts: readonly ToastView[];
  settings: ServiceSettings;
  /** So many messages and files wait at the server for a word of the user, who wants nothing pushed. */
  waiting: number;
  /** Addresses. */
  blocked: readonly string[];
  contacts: readonly PersonView[];
  profile: { readonly displayName: string | undefined };
  [talk: `talk ${string}`]: TalkView;
  [room: `room ${string}`]: RoomView;
  [typing: `typing ${string}`]: TypingView;
  [progress: `progress ${string}`]: ProgressView;
}
