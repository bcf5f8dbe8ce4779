/** What can be done at a desk, from whichever tab. Everything rejects with what `faultOf` makes of an error. */

import type { ServiceSettings } from "@parlance/client/web";
import type {
  DeviceView,
  DirectoryRow,
  HitView,
  OwnGroupView,
  WaitingView,
} from "../model/views.ts";

export interface JoinWish {
  readonly nickname: string | undefined;
  readonly anonymous: boolean;
}

export type ModerationWish =
  | { readonly what: "subject"; readonly subject: string }
  | { readonly what: "lock"; readonly locked: boolean }
  | { readonly what: "mute"; readonly entity: string; readonly muted: boolean };

export interface Commands {
  /** Shows the newest of a conversation, and keeps them up to date from now on. */
  open(address: string): Promise<void>;
  /** A page of older entries. */
  older(address: string): Promise<void>;
  /** The user has seen everything in it. */
  seen(address: string): Promise<void>;
  /** `to`: entities of members, and nobody else gets it. Resolves when it is kept. */
  send(address: string, text: string, to: readonly string[] | undefined): Promise<void>;
  /** Sends again what has failed. */
  again(address: string, key: string): Promise<void>;
  /** Out of the user's own history, on all of his devices. */
  removeEntry(address: string, key: string): Promise<void>;
  removeConversation(address: string): Promise<void>;
  composing(address: string): Promise<void>;

  sendFile(address: string, file: File): Promise<void>;
  takeFile(address: string, key: string): Promise<void>;
  declineFile(address: string, key: string): Promise<void>;
  cancelFile(fileId: string): Promise<void>;
  /** The octets of a file that a message says itself; undefined: they are not here. */
  contentOf(key: string): Promise<Blob | undefined>;

  /** Chat rooms and groups that the user may come into. */
  directory(): Promise<readonly DirectoryRow[]>;
  /** Each resolves with the address of the group. */
  join(address: string, wish: JoinWish): Promise<string>;
  createGroup(people: readonly string[], subject: string | undefined): Promise<string>;
  /** One that stays at the server, and is entered at once. Resolves with its address. */
  keepGroup(name: string, people: readonly string[]): Promise<string>;
  ownGroups(): Promise<readonly OwnGroupView[]>;
  deleteGroup(address: string): Promise<void>;
  /** Those among them whom the server does not show: they are not there, or have blocked the user. */
  unknown(people: readonly string[]): Promise<readonly string[]>;
  /** Waits no more for those who were asked into a group that is being made. */
  callOff(coming: string): Promise<void>;
  extend(address: string, people: readonly string[], subject: string | undefined): Promise<string>;
  invite(address: string, people: readonly string[]): Promise<void>;
  expel(address: string, entity: string): Promise<void>;
  setNickname(address: string, name: string | undefined): Promise<void>;
  /** For those who moderate it. */
  moderate(address: string, wish: ModerationWish): Promise<void>;
  leave(address: string): Promise<void>;
  /** The address of the conversation, when it was accepted. */
  answer(invitation: string, accept: boolean): Promise<string | undefined>;

  /** Reads what the user owns at the server, and keeps it up to date. */
  loadOwned(): Promise<void>;
  set(changes: Partial<ServiceSettings>): Promise<void>;
  block(address: string, blocked: boolean): Promise<void>;
  setName(displayName: string | undefined): Promise<void>;
  /** Reads the address book, and keeps it up to date. */
  loadContacts(): Promise<void>;
  putContact(address: string, name: string | undefined): Promise<void>;
  renameContact(address: string, name: string | undefined): Promise<void>;
  removeContact(address: string): Promise<void>;
  /** Where the user is signed in; the one seen last comes first. */
  devices(): Promise<readonly DeviceView[]>;
  /** Signs one out. */
  endDevice(id: string): Promise<void>;
  /** In all that the server keeps. */
  search(text: string): Promise<readonly HitView[]>;
  exportHistory(format: "json" | "html" | "csv"): Promise<Blob>;

  /** What waits at the server, and is not pushed. */
  waiting(): Promise<readonly WaitingView[]>;
  /** Brought here, or thrown away. */
  settleWaiting(id: string, bring: boolean): Promise<void>;

  dismissToast(id: string): Promise<void>;
  signOut(): Promise<void>;
}

export const COMMANDS: ReadonlySet<string> = new Set<keyof Commands>([
  "open",
  "older",
  "seen",
  "send",
  "again",
  "removeEntry",
  "removeConversation",
  "composing",
  "sendFile",
  "takeFile",
  "declineFile",
  "cancelFile",
  "contentOf",
  "directory",
  "join",
  "createGroup",
  "keepGroup",
  "ownGroups",
  "deleteGroup",
  "unknown",
  "callOff",
  "extend",
  "invite",
  "expel",
  "setNickname",
  "moderate",
  "leave",
  "answer",
  "loadOwned",
  "set",
  "block",
  "setName",
  "loadContacts",
  "putContact",
  "renameContact",
  "removeContact",
  "devices",
  "endDevice",
  "search",
  "exportHistory",
  "waiting",
  "settleWaiting",
  "dismissToast",
  "signOut",
]);
