/** A connected IM client: one account on one device. */
import { readTarget, type Target } from "./base/addresses.ts";
import { Emitter, type Listening } from "./base/emitter.ts";
import { ImError, type ImErrorCode } from "./base/errors.ts";
import { onAbort, type Signal } from "./base/signal.ts";
import type { Invitee } from "./conference/group-invite.ts";
import type { PastRoom } from "./conference/membership-record.ts";
import type { Room } from "./conference/room.ts";
import type { GroupOptions, JoinOptions } from "./conference/rooms.ts";
import type { ConnectionState } from "./connection/connection.ts";
import { Conversation } from "./conversation/conversation.ts";
import { type HistoryEntry, type HistoryQuery, pagesOf } from "./conversation/history.ts";
import { Engine, type RoomOffer } from "./engine.ts";
import type { ClientEvents } from "./events.ts";
import type { FileContent, FileServer } from "./files/index.ts";
import type { History } from "./history/history.ts";
import type { SearchHit, SearchOptions } from "./history/kept-message.ts";
import type { KeptOptions, RecordedSession, WaitingMessage } from "./kept/kept.ts";
import { type CloseOptions, type ConnectOptions, checkName } from "./options.ts";
import type { OwnedEvents } from "./owned/owned.ts";
import type { OwnedParts } from "./owned/when-asked.ts";
import type { IncomingMessage, ReferenceMessage } from "./receiving/incoming-message.ts";
import type { Runtime } from "./runtime.ts";
import { type Content, checkRecipients, type SendOptions } from "./sending/content.ts";
import { newRecord } from "./sending/new-record.ts";
import { SentMessage } from "./sending/sent-message.ts";
import type { ResumeFileOptions } from "./session/files/file-sender.ts";
import type { FileShare } from "./session/files/file-sharing.ts";
import type { IncomingFile } from "./session/files/incoming-file.ts";
import { referencedFile } from "./session/files/referenced-file.ts";
import type { SentFile } from "./session/files/sent-file.ts";
import type { SessionMode } from "./session/talk.ts";
import type { SessionsPart } from "./session/when-asked.ts";
import type { ClientStore, Reach, StoredRecord } from "./store/client-store.ts";
import type { SentFileRecord } from "./store/file-record.ts";

const MAX_CONVERSATIONS = 500;

export class ImClient {
  readonly #events: Emitter<ClientEvents>;
  readonly #engine: Engine;
  readonly #startWith: "online" | "store";
  readonly #resumesFiles: boolean;
  #closing: Promise<void> | undefined;

  /** Use `connect` of the binding for your runtime. */
  constructor(
    runtime: Runtime,
    options: ConnectOptions,
    own: {
      readonly store: ClientStore;
      readonly instance: string;
      readonly part: SessionsPart | undefined;
    },
  ) {
    this.#events = new Emitter<ClientEvents>((error) => this.#engine.report(error));
    this.#startWith = options.startWith ?? "online";
    this.#resumesFiles = options.resumesFiles ?? false;
    const send = this.send.bind(this);
    const room: RoomOffer = (address) => this.#roomOffer(address);
    this.#engine = new Engine({ ...own, runtime, send, room }, options, this.#events);
  }

  /** Shown to others beside the address; what is sent from now on has it. At most 64 characters. */
  get displayName(): string | undefined {
    return this.#engine.sender.displayName;
  }

  set displayName(name: string | undefined) {
    checkName(name);
    this.#engine.sender.displayName = name;
  }

  /** Files on the server, to be uploaded, announced to others and fetched. */
  get files(): FileServer {
    return this.#engine.files;
  }

  /** What the server keeps of the user's conversations. */
  get history(): History {
    return this.#engine.history.kept;
  }

  /**
   * Looks in what the server keeps, by parts of words in any script; the newest first. Rejects with ImError as
   * everything of `history` does.
   */
  search(text: string, options: SearchOptions = {}): Promise<readonly SearchHit[]> {
    return this.#engine.history.kept.search(text, options);
  }

  /**
   * What waits for the user at the server, in the order in which it came: where nothing is pushed to him, to be fetched
   * or removed. Rejects with ImError.
   */
  deferred(options: KeptOptions = {}): AsyncIterableIterator<WaitingMessage> {
    return this.#engine.kept.waiting(options);
  }

  /** The sessions that the server has recorded for the user, the newest first. Rejects with ImError. */
  recordings(options: KeptOptions = {}): AsyncIterableIterator<RecordedSession> {
    return this.#engine.kept.recorded(options);
  }

  /** What may reach the user, and what the server does for him meanwhile. OMA IM 5.2.4 */
  get settings(): OwnedParts["settings"] {
    return this.#engine.owned.parts.settings;
  }

  /** Whom the server refuses in the name of the user. */
  get blocked(): OwnedParts["blocked"] {
    return this.#engine.owned.parts.blocked;
  }

  /** The groups that the user keeps at the server. Those that he is in are `rooms`. */
  get groups(): OwnedParts["groups"] {
    return this.#engine.owned.parts.groups;
  }

  /** Whom the user knows, in lists. */
  get contacts(): OwnedParts["contacts"] {
    return this.#engine.owned.parts.contacts;
  }

  /** What the user is called. */
  get profile(): OwnedParts["profile"] {
    return this.#engine.owned.parts.profile;
  }

  /** The chat rooms and groups that the user may come into. Those that he is in are `rooms`. */
  get directory(): OwnedParts["directory"] {
    return this.#engine.owned.parts.directory;
  }

  /** Where the user is registered: this device, and his others. */
  get devices(): OwnedParts["devices"] {
    return this.#engine.owned.parts.devices;
  }

  /** The documents in which all of these are, and others: XCAP. RFC 4825 */
  get documents(): OwnedParts["documents"] {
    return this.#engine.owned.parts.documents;
  }

  /** The IM Address. */
  get address(): string {
    return this.#engine.sender.address;
  }

  get connection(): ConnectionState {
    return this.#engine.agent.connection.state;
  }

  /** Called by `connect`: resolves when the client is registered, or when its store has been read. */
  async start(signal: Signal | undefined): Promise<void> {
    const aborted = Promise.withResolvers<never>();
    const letGo = onAbort(signal, () => aborted.reject(new ImError("aborted")));
    const { outbox, agent, fileRecorder, sessions, history, store } = this.#engine;
    try {
      await history.unread.restore();
      await fileRecorder.restore(this.#resumesFiles);
      await sessions.restore(store);
      await outbox.restore();
      if (this.#startWith === "store") agent.connection.startInTime();
      else await Promise.race([agent.connection.start(), aborted.promise]);
    } catch (error) {
      await this.close();
      throw error;
    } finally {
      letGo();
    }
  }

  /** Listens to events; new listeners of "message" also get what nobody has seen yet. */
  on<K extends keyof ClientEvents>(
    type: K,
    listener: (value: ClientEvents[K]) => void,
    options: { readonly signal?: Signal } = {},
  ): Listening {
    const listening = this.#events.on(type, listener, options);
    if (type === "message") this.#engine.inbox.heard();
    if (isOwned(type)) this.#engine.owned.watch(type);
    return listening;
  }

  /** Messages one by one, oldest first. One counts as seen when the loop asks for the next. */
  messages(options: { readonly signal?: Signal } = {}): AsyncIterableIterator<IncomingMessage> {
    return this.#engine.inbox.feed(options.signal);
  }

  /**
   * Sends text or other content to one address, or to several at once: in a session that is open, else by
   * pager mode. Throws only for wrong arguments.
   */
  send(to: string | readonly string[], content: Content, options: SendOptions = {}): SentMessage {
    const targets = new Map([to].flat().map((one) => [readTarget(one).address, readTarget(one)]));
    checkRecipients([...targets.keys()]);
    const [address = "", ...others] = targets.keys();
    const inGroup = others.length === 0 && this.#engine.sessions.room(address) !== undefined;
    const group = inGroup ? ({ address, reach: "all" } as const) : undefined;
    return this.#write([...targets.values()], content, options, group);
  }

  #write(
    targets: readonly Target[],
    content: Content,
    options: SendOptions,
    group: { readonly address: string; readonly reach: Reach } | undefined,
  ): SentMessage {
    const { outbox, runtime } = this.#engine;
    const at = { random: runtime.random, now: runtime.clock.now() };
    const record = newRecord(targets, content, options, at, group);
    const message = new SentMessage(record, (error) => this.#engine.report(error));
    const failed = (code: ImErrorCode): void =>
      message.update({ ...record, state: "failed", failure: { code, status: undefined } });
    if (this.#closing !== undefined) failed("closed");
    else {
      outbox.add(record, message, options.signal).catch((error) => {
        failed("not kept");
        this.#engine.report(error);
      });
    }
    return message;
  }

  /**
   * Comes into a chat room or a group. Resolves when messages can be exchanged; one that the client is in already is
   * the same again. Rejects with ImError: "no such user or group", "refused", "busy", "not reachable" …
   */
  join(address: string, options: JoinOptions = {}): Promise<Room> {
    return this.#engine.sessions.join(address, options);
  }

  /** Makes a group for once, and asks these to come. Resolves when the first of them has. Rejects with ImError. */
  createGroup(invitees: readonly (string | Invitee)[], options: GroupOptions = {}): Promise<Room> {
    return this.#engine.sessions.create(invitees, options);
  }

  /** The groups that the client is in, or on its way back to. */
  get rooms(): readonly Room[] {
    return this.#engine.sessions.rooms;
  }

  /** Groups that the client was in and is in no more, also in earlier runs: those that were left last are the last. */
  get pastRooms(): readonly PastRoom[] {
    return this.#engine.sessions.past.all;
  }

  /** With one user, or with a group. `sessions`: from now on, for everything that goes to this address. */
  conversation(address: string, options: { readonly sessions?: SessionMode } = {}): Conversation {
    const { address: key } = readTarget(address);
    const { sessions, typing, fileSender } = this.#engine;
    const talk = sessions.talks.with(key);
    talk.wanted = true;
    if (options.sessions !== undefined) talk.mode = options.sessions;
    return new Conversation(key, {
      send: (content, how) => this.send(address, content, how),
      composing: typing.to(key),
      sendFile: (content, how) => fileSender.send(address, key, content, how),
      fetchFile: (wish, signal) => sessions.fetchFile(key, wish, signal),
      talk,
      extend: (users, how) => sessions.extend(key, talk.current, users, how),
      history: (query) => this.#pages(key, query),
      unread: () => this.#engine.history.unread.of(key),
      read: () => this.#engine.history.read(key),
      remove: (entry) => this.#engine.history.remove(key, entry),
    });
  }

  /**
   * The file that a message points to, to be taken or declined like one that is offered: with progress, checked
   * against its hash, in the history. Throws TypeError for a message that points to nothing.
   */
  fileOf(message: ReferenceMessage): IncomingFile {
    const { runtime, files, fileRecorder: recorder } = this.#engine;
    const { clock, startHash } = runtime;
    const report = (error: unknown): void => this.#engine.report(error);
    return referencedFile(message, { files, clock, startHash, recorder, report });
  }

  /** What an earlier program was sending when it ended; with the option `resumesFiles` alone. */
  get unfinishedFiles(): readonly SentFileRecord[] {
    return [...this.#engine.fileRecorder.unfinished.values()];
  }

  /** Goes on with one of them where it was: with the same octets. Throws TypeError for any other. */
  resumeFile(
    record: SentFileRecord,
    content: FileContent,
    options: ResumeFileOptions = {},
  ): SentFile {
    return this.#engine.fileSender.resume(record, content, options);
  }

  /** Its octets are not to be had any more: it has failed. Resolves when that is kept. */
  giveUpFile(record: SentFileRecord): Promise<void> {
    return this.#engine.fileRecorder.giveUp(record);
  }

  /** Others may ask for files from now on: `find` says which there are for whom. OMA IM 10.2 */
  shareFiles(find: FileShare | undefined): void {
    this.#engine.share = find;
  }

  /** The newest entry of each conversation in the store, the newest conversation first. */
  async conversations(limit = 100): Promise<readonly { address: string; newest: HistoryEntry }[]> {
    const most = Math.min(limit, MAX_CONVERSATIONS);
    const newest = await this.#engine.store.conversations(most);
    return newest.map((record) => ({ address: record.conversation, newest: this.#entry(record) }));
  }

  /** The server wakes this device when its connection is gone; see the option `push`. */
  get wakeable(): boolean {
    return this.#engine.agent.connection.registered?.wakeable ?? false;
  }

  /**
   * Sends what can still be sent, leaves, and lets go of everything. `wakeable`: it does not leave, and is woken for
   * what comes, until its registration ends.
   */
  close({ wakeable = false }: CloseOptions = {}): Promise<void> {
    this.#closing ??= this.#engine
      .end(wakeable && this.wakeable)
      .finally(() => this.#events.clear());
    return this.#closing;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #roomOffer(address: () => string): ReturnType<RoomOffer> {
    const { typing, fileSender } = this.#engine;
    return {
      send: (to, content, options) => {
        const group = address();
        const reach = to === "all" ? "all" : "private";
        const targets = (to === "all" ? [group] : to).map((one) => readTarget(one));
        return this.#write(targets, content, options, { address: group, reach });
      },
      sendFile: (content, how) => fileSender.send(address(), address(), content, how),
      history: (query) => this.#pages(address(), query),
      composing: () => typing.to(address()),
    };
  }

  #pages(address: string, query: HistoryQuery): AsyncGenerator<readonly HistoryEntry[], void> {
    const { store } = this.#engine;
    return pagesOf(
      query,
      (before, limit) => store.page(address, before, limit),
      (record) => this.#entry(record),
      (from) => this.#engine.history.older(address, from),
    );
  }

  #entry(record: StoredRecord): HistoryEntry {
    const { order, direction } = record;
    switch (direction) {
      case "received":
        return { direction, order, message: this.#engine.open(record) };
      case "sent":
        return { direction, order, message: this.#engine.outbox.message(record) };
      case "sent file":
        return { direction, order, file: record };
      case "received file":
        return { direction, order, file: record };
    }
  }
}

const OWNED: readonly (keyof OwnedEvents)[] = [
  "settings",
  "blocked",
  "groups",
  "contacts",
  "profile",
];

function isOwned(type: keyof ClientEvents): type is keyof OwnedEvents {
  return OWNED.some((each) => each === type);
}
