/** What works under a client: its parts, and what they tell one another. */
import type { Emitter } from "./base/emitter.ts";
import { ImError } from "./base/errors.ts";
import { settledWithin } from "./base/settled-within.ts";
import type { RoomPorts } from "./conference/room.ts";
import type { ConnectionState } from "./connection/connection.ts";
import { UserAgent } from "./connection/user-agent.ts";
import { OthersComposing } from "./conversation/composing.ts";
import { Typing } from "./conversation/typing.ts";
import type { ClientEvents } from "./events.ts";
import { type FileServer, fileServerOf, historyAccessOf } from "./files/index.ts";
import { ClientHistory } from "./history/client-history.ts";
import { isForLater, KeptWhenAsked } from "./kept/when-asked.ts";
import {
  type Account,
  type ConnectOptions,
  documentsOf,
  mediaUrlOf,
  readAccount,
  webOf,
} from "./options.ts";
import { OwnedWhenAsked } from "./owned/when-asked.ts";
import { Inbox } from "./receiving/inbox.ts";
import {
  type IncomingMessage,
  incomingMessage,
  referenceUrl,
} from "./receiving/incoming-message.ts";
import { ReceivedRecords } from "./receiving/received-records.ts";
import { Receiver } from "./receiving/receiver.ts";
import { UasCore } from "./receiving/uas-core.ts";
import type { Runtime } from "./runtime.ts";
import { Outbox, type OutboxPorts } from "./sending/outbox.ts";
import type { Sender } from "./sending/pager-message.ts";
import { senderOf } from "./sending/sender.ts";
import { FileRecorder } from "./session/files/file-recorder.ts";
import { FileSender, type FileSenderPorts } from "./session/files/file-sender.ts";
import type { FileShare } from "./session/files/file-sharing.ts";
import { readSessionOptions } from "./session/session-settings.ts";
import { type SessionsPart, SessionsWhenAsked } from "./session/when-asked.ts";
import type { ClientStore, ReceivedRecord, SentRecord } from "./store/client-store.ts";

export type RoomOffer = (
  address: () => string,
) => Omit<RoomPorts, "membership" | "renamed" | "report">;

const DRAIN_MS = 5_000; // how long the end waits for the outbox and for goodbyes
const GOODBYE_MS = 2_000; // for those that it talks to

export class Engine {
  readonly runtime: Runtime;
  readonly store: ClientStore;
  readonly sender: Sender;
  readonly agent: UserAgent;
  readonly outbox: Outbox;
  readonly receiver: Receiver;
  readonly inbox: Inbox;
  readonly sessions: SessionsWhenAsked;
  readonly typing: Typing;
  readonly files: FileServer;
  readonly history: ClientHistory;
  readonly fileSender: FileSender;
  /** What others may ask for. */
  share: FileShare | undefined;
  readonly fileRecorder: FileRecorder;
  readonly owned: OwnedWhenAsked;
  readonly kept: KeptWhenAsked;
  /** Fetches what waits at the server, where the user wants nothing pushed. IM-5.2.4-Q1 */
  readonly #fetchesDeferred: boolean;
  readonly #events: Emitter<ClientEvents>;
  readonly #others: OthersComposing;
  readonly #uas: UasCore;

  constructor(
    of: {
      readonly runtime: Runtime;
      readonly store: ClientStore;
      readonly instance: string;
      /** What sessions are made of; undefined: loaded when the first one is needed. */
      readonly part: SessionsPart | undefined;
      readonly send: FileSenderPorts["send"];
      /** What a room at that address offers beside its session. */
      readonly room: RoomOffer;
    },
    options: ConnectOptions,
    events: Emitter<ClientEvents>,
  ) {
    const { runtime, store, instance } = of;
    const account = readAccount(options);
    this.runtime = runtime;
    this.store = store;
    this.sender = senderOf(account, options);
    this.#events = events;
    this.agent = new UserAgent(
      {
        runtime,
        account,
        instance,
        userAgent: this.sender.userAgent,
        serve: (request, transaction) => this.#uas.serve(request, transaction),
        serveInCall: (transaction) => this.sessions.serve(transaction),
        acknowledge: (ack) => this.sessions.acknowledge(ack),
        changed: (state) => this.#connectionChanged(state),
        report: (error) => this.report(error),
      },
      options,
    );
    this.#others = new OthersComposing(runtime.clock, (change) => events.emit("composing", change));
    this.outbox = this.#makeOutbox(options);
    const records = new ReceivedRecords(store);
    this.receiver = this.#makeReceiver(records);
    this.inbox = new Inbox(store, {
      records,
      open: (record) => this.open(record),
      emit: (message) => events.emit("message", message),
      isHeard: () => events.has("message"),
      report: (error) => this.report(error),
    });
    this.files = fileServerOf(runtime, account, options);
    this.files.fetched = ({ id, from }) => {
      this.receiver.fetched(id, from).catch((error: unknown) => this.report(error));
    };
    this.history = this.#makeHistory(account, options);
    const { clock, random, startHash } = runtime;
    const { sender } = this;
    const report = (error: unknown): void => this.report(error);
    const recorder = new FileRecorder({ store, clock, report });
    this.fileRecorder = recorder;
    this.owned = this.#makeOwned(account, instance, options);
    this.kept = this.#makeKept(account);
    this.#fetchesDeferred = options.fetchDeferred ?? false;
    this.sessions = this.#makeSessions(of, account, options);
    this.fileSender = new FileSender({
      clock,
      random,
      startHash,
      sender,
      recorder,
      report,
      files: this.files,
      send: of.send,
      sessions: async () => (await this.sessions.load()).sessions,
    });
    this.typing = new Typing({
      clock: runtime.clock,
      random: runtime.random,
      requests: this.agent.requests,
      sender: this.sender,
      isOnline: () => this.isOnline,
      talk: (address) => this.sessions.talks.with(address),
      room: (address) => this.sessions.room(address),
    });
    const { sessions, kept, receiver, outbox, fileRecorder } = this;
    this.#uas = new UasCore({ sessions, kept, receiver, outbox, fileRecorder });
  }

  get isOnline(): boolean {
    return this.agent.connection.state.state === "online";
  }

  /** As the application sees it. */
  open(record: ReceivedRecord): IncomingMessage {
    return incomingMessage(record, () => this.#displayed(record));
  }

  async #displayed(record: ReceivedRecord): Promise<void> {
    await this.receiver.displayed(record.id, record.from);
    if (record.order > 0) await this.history.unread.read(record.conversation, record);
  }

  report(error: unknown): void {
    this.#events.emit("error", error);
  }

  /** Sends what can still be sent, leaves, and lets go of everything. */
  async end(stays = false): Promise<void> {
    const within = (limitMs: number, work: Promise<void>): Promise<void> =>
      settledWithin(this.runtime.clock, limitMs, work);
    if (this.isOnline) {
      await within(DRAIN_MS, this.outbox.idle());
      await within(DRAIN_MS, this.receiver.idle());
      await within(DRAIN_MS, this.sessions.filesIdle());
    }
    this.typing.stop();
    this.#others.stop();
    this.outbox.pause();
    await within(GOODBYE_MS, this.fileSender.idle());
    this.fileSender.end();
    this.fileRecorder.end();
    this.history.end();
    this.sessions.end();
    this.owned.end();
    // What was called off may be answered in this moment: then it ends with a BYE, which has to arrive, too.
    await within(GOODBYE_MS, this.agent.requests.idle());
    await within(DRAIN_MS, this.agent.connection.end(stays));
    this.receiver.stop();
    this.outbox.end();
    this.sessions.stop();
    await this.agent.end();
    this.inbox.end();
    await this.fileRecorder.idle();
    await this.sessions.roomsIdle();
    await this.store.close();
  }

  #makeSessions(
    { part, room }: { readonly part: SessionsPart | undefined; readonly room: RoomOffer },
    { domain }: Account,
    options: ConnectOptions,
  ): SessionsWhenAsked {
    const { agent, sender, runtime, store } = this;
    const { faces, requests, subscriptions } = agent;
    const { asked } = this.kept;
    return new SessionsWhenAsked(
      {
        runtime,
        faces,
        requests,
        subscriptions,
        store,
        sender,
        domain,
        room,
        recorder: this.fileRecorder,
        flow: () => agent.flow,
        isOnline: () => this.isOnline,
        url: mediaUrlOf(options),
        take: (entity, how) => this.receiver.takeInSession(entity, how),
        asked: (request, take) => asked.taking(request, take),
        askedForFile: (request) => asked.answeredBy(request)?.came(),
        share: () => this.share,
        changed: (change) => this.#events.emit("session", change),
        invited: (invitation) => this.#events.emit("invitation", invitation),
        decides: () => this.#events.has("invitation"),
        roomChanged: (address) => this.#roomChanged(address),
        roomArrived: (one) => this.#events.emit("room", one),
        invitedIntoGroup: (invitation) => {
          this.#events.emit("invitation", invitation);
          return this.#events.has("invitation");
        },
        fileOffered: (file) => {
          this.#events.emit("file", file);
          return this.#events.has("file");
        },
        trace: options.trace,
        report: (error) => this.report(error),
      },
      readSessionOptions(options.sessions),
      part,
    );
  }

  #roomChanged(address: string): void {
    this.sessions.talks.with(address).mode = "never"; // nobody calls a group as if it were a user
    this.outbox.wake(address);
    this.receiver.payReceipts();
  }

  #makeOwned(account: Account, instance: string, options: ConnectOptions): OwnedWhenAsked {
    const { runtime, sender, store, agent } = this;
    const { requests, subscriptions } = agent;
    const { username, domain } = account;
    return new OwnedWhenAsked({
      runtime,
      account: { username, password: options.password },
      domain,
      sender,
      instance,
      requests,
      subscriptions,
      store,
      web: webOf(options),
      documents: documentsOf(options),
      emit: (event, value) => this.#events.emit(event, value as ClientEvents[typeof event]), // which has the same
      pulls: () => this.#fetchDeferred(),
      report: (error) => this.report(error),
    });
  }

  #makeKept({ domain }: Account): KeptWhenAsked {
    const { runtime, sender, agent } = this;
    const { requests, subscriptions } = agent;
    const { clock, random } = runtime;
    const contact = () => agent.faces.usual.contact;
    const { documents } = this.owned.parts;
    return new KeptWhenAsked({
      clock,
      random,
      sender,
      domain,
      requests,
      subscriptions,
      contact,
      documents,
    });
  }

  #fetchDeferred(): void {
    if (!this.#fetchesDeferred) return;
    this.kept.fetchAll().catch((error: unknown) => {
      if (!isForLater(error)) this.report(error);
    });
  }

  /** What the user has set is asked for: then it is known, and told, whether anything is to be fetched. */
  async #lookWhetherToFetch(): Promise<void> {
    try {
      await this.owned.parts.settings.get();
    } catch (error) {
      if (!isForLater(error)) this.report(error);
    }
  }

  #makeHistory(account: Account, options: ConnectOptions): ClientHistory {
    const { runtime, store, sender, agent } = this;
    return new ClientHistory({
      store,
      clock: runtime.clock,
      subscriptions: agent.subscriptions,
      sender,
      access: historyAccessOf(runtime, account, options),
      shares: options.shareHistory ?? false,
      arrived: () => this.inbox.arrived(),
      brought: () => this.#events.emit("history", undefined),
      displayed: ({ id, from }) => this.receiver.displayed(id, from),
      open: (record) => this.open(record),
      changed: (change) => this.#events.emit("unread", change),
      removed: (removed) => this.#events.emit("removed", removed),
      report: (error) => this.report(error),
    });
  }

  async #roomFor(record: SentRecord): ReturnType<OutboxPorts["room"]> {
    const membership = this.sessions.room(record.conversation);
    return (
      membership?.carrierFor(record) ?? new ImError("closed", { warning: "not in that group" })
    );
  }

  #makeOutbox(options: ConnectOptions): Outbox {
    const { clock, random } = this.runtime;
    return new Outbox({
      clock,
      random,
      requests: this.agent.requests,
      store: this.store,
      sender: this.sender,
      connectionOriented: (recipients) =>
        options.connectionOriented ?? this.agent.reachesByStreams(recipients),
      session: async (record) => this.sessions.talks.find(record.conversation)?.carrierOf(record),
      room: (record) => this.#roomFor(record),
      large: (record, signal) => this.sessions.sendLarge(record, signal),
      met: (address) => this.sessions.talks.find(address)?.met(),
      report: (error) => this.report(error),
      changed: (message) => this.#events.emit("sent", message),
    });
  }

  #makeReceiver(records: ReceivedRecords): Receiver {
    const { clock, random, inflate } = this.runtime;
    return new Receiver({
      clock,
      random,
      inflate,
      requests: this.agent.requests,
      store: this.store,
      records,
      sender: this.sender,
      report: (error) => this.report(error),
      arrived: (record) => {
        this.#others.message(record);
        // A message to a group, by whatever way, is no beginning of a talk with it.
        if (record.conversation === record.from) this.sessions.talks.with(record.from).heard();
        this.history.unread.arrived(record);
        this.inbox.arrived();
      },
      announcesFile: ({ contentType, content }) => {
        const url = referenceUrl(contentType, content);
        return url !== undefined && this.files.holds(url);
      },
      composing: (by, document) => this.#others.status(by, document),
      room: (address) => this.sessions.room(address),
      receipt: (receipt, from) => this.#uas.takeReceipt(receipt, from),
      inSession: (address, receipt) => this.#uas.giveReceipt(address, receipt),
    });
  }

  #connectionChanged(state: ConnectionState): void {
    if (state.state === "online") {
      this.agent.subscriptions.lineIsBack();
      this.sessions.lineIsBack();
      this.history.lineIsBack();
      this.owned.lineIsBack();
      if (this.#fetchesDeferred) void this.#lookWhetherToFetch();
      this.outbox.resume();
      this.receiver.payReceipts();
    } else {
      this.outbox.pause();
    }
    if (state.state === "offline" && state.error?.code === "signed out") {
      this.store.setValue("instance", "").catch((error: unknown) => this.report(error)); // who signs in anew is another device
    }
    this.#events.emit("connection", state);
  }
}
