/** One conversation: sending, composing and what was said, whatever carries it. */
import type { Signal } from "../base/signal.ts";
import type { Invitee } from "../conference/group-invite.ts";
import type { Room } from "../conference/room.ts";
import type { GroupOptions } from "../conference/rooms.ts";
import type { FileContent } from "../files/index.ts";
import type { Content, SendOptions } from "../sending/content.ts";
import type { SentMessage } from "../sending/sent-message.ts";
import type { SessionState } from "../session/chat-session.ts";
import type { FileWish } from "../session/files/file-receiver.ts";
import type { IncomingFile } from "../session/files/incoming-file.ts";
import type { SentFile } from "../session/files/sent-file.ts";
import type { SendFileOptions } from "../session/files/wanted-file.ts";
import type { OpenOptions, SessionChanges, Talk } from "../session/talk.ts";
import type { OwnComposing } from "./composing.ts";
import type { HistoryEntry, HistoryQuery } from "./history.ts";

/** Whether a session carries what is said: `none` means that messages go by pager mode. */
export type ConversationSession = Exclude<SessionState, "over"> | "none";

/** What a conversation asks of its client. */
export interface ConversationPorts {
  readonly talk: Talk;
  readonly sendFile: (content: FileContent, options: SendFileOptions) => SentFile;
  readonly fetchFile: (wish: FileWish, signal: Signal | undefined) => IncomingFile;
  readonly send: (content: Content, options: SendOptions) => SentMessage;
  readonly composing: OwnComposing;
  readonly extend: (users: readonly (string | Invitee)[], options: GroupOptions) => Promise<Room>;
  readonly history: (query: HistoryQuery) => AsyncGenerator<readonly HistoryEntry[], void>;
  readonly unread: () => number;
  readonly read: () => Promise<void>;
  readonly remove: (entry: HistoryEntry | undefined) => Promise<void>;
}

export class Conversation {
  /** Address of the other user, or of the group. */
  readonly address: string;
  readonly #ports: ConversationPorts;

  constructor(address: string, ports: ConversationPorts) {
    this.address = address;
    this.#ports = ports;
  }

  /** What carries it now. */
  get session(): ConversationSession {
    const { state } = this.#ports.talk;
    return state === "over" ? "none" : state;
  }

  /**
   * Opens a session now, instead of leaving it to the conversation. Resolves when it is open; rejects with
   * ImError: "declined", "busy", "not reachable", "not supported" …
   */
  open(options: OpenOptions = {}): Promise<void> {
    return this.#ports.talk.open(options);
  }

  /** Ends the session, if there is one; what is written from then on goes by pager mode or opens another. */
  end(): void {
    this.#ports.talk.end();
  }

  /**
   * Offers other terms in the open session; they hold when the other side has accepted them. Rejects with
   * ImError and leaves everything as it was when it does not. IMSpec-SMM-C-014
   */
  modify(changes: SessionChanges): Promise<void> {
    return this.#ports.talk.modify(changes);
  }

  /**
   * The server records for the user what is said in the open session, until it ends. Rejects with ImError: "closed" where
   * no session is open, "refused", "not supported" …
   */
  record(name?: string): Promise<void> {
    return this.#ports.talk.record(true, name);
  }

  stopRecording(): Promise<void> {
    return this.#ports.talk.record(false);
  }

  send(content: Content, options: SendOptions = {}): SentMessage {
    this.#ports.composing.messageSent();
    return this.#ports.send(content, options);
  }

  /**
   * Makes a group of it: with the other user, whose session with us gives way to that of the group, and with these.
   * Rejects with ImError, and then everything is as it was. IMSpec-SMM-C-008
   */
  extend(users: readonly (string | Invitee)[], options: GroupOptions = {}): Promise<Room> {
    return this.#ports.extend(users, options);
  }

  /** Sends a file: a Blob, a stream or octets. Throws TypeError for wrong arguments; all else is told by what it returns. */
  sendFile(content: FileContent, options: SendFileOptions = {}): SentFile {
    return this.#ports.sendFile(content, options);
  }

  /**
   * Asks the other side for a file that it shares, by its name or a hash. What it returns needs no
   * leave: `accept()` or `save()` take it. Throws TypeError for a wish that names nothing, ImError when no session can be had:
   * "offline", in a page also before it has loaded what sessions are made of (`preload()`).
   */
  fetchFile(wish: FileWish, options: { readonly signal?: Signal } = {}): IncomingFile {
    return this.#ports.fetchFile(wish, options.signal);
  }

  /** To be called at every keystroke; what goes out is throttled and ends by itself. */
  composing(): void {
    this.#ports.talk.keystroke();
    this.#ports.composing.keystroke();
  }

  /** Messages that the user has not read. The event "unread" tells of changes. */
  get unread(): number {
    return this.#ports.unread();
  }

  /** The user has read everything in it: tells those who asked, and with `shareHistory` his other devices. */
  read(): Promise<void> {
    return this.#ports.read();
  }

  /**
   * Pages of what this client's store holds, the newest first; with `shareHistory` it goes on with what the server holds, and
   * may reject there with ImError "offline", "busy" …
   */
  history(query: HistoryQuery = {}): AsyncGenerator<readonly HistoryEntry[], void> {
    return this.#ports.history(query);
  }

  /**
   * Takes one entry out of the user's own history: of this device, of the server, and with `shareHistory` of his other devices.
   * Others keep what they have. The event "removed" tells of it. Rejects with ImError, and then it stays: "offline", "busy" …
   */
  remove(entry: HistoryEntry): Promise<void> {
    return this.#ports.remove(entry);
  }

  /** The same with everything in it, but what is still being sent or fetched. */
  removeAll(): Promise<void> {
    return this.#ports.remove(undefined);
  }
}
