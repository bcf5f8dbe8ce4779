/** A connected IM client: one account on one device. */
import type { ReceivedImdn } from "@parlance/formats";
import { DEFAULT_VERSION, formatRelease, newMessageId, serviceAddresses } from "@parlance/im";
import {
  Allow,
  addressKey,
  parseUri,
  type ServerTransaction,
  type SipRequest,
} from "@parlance/sip";
import { keyOrText, readSip, readTarget, type Target } from "./base/addresses.ts";
import { Emitter, type Listening } from "./base/emitter.ts";
import { ImError, type ImErrorCode } from "./base/errors.ts";
import { onAbort, type Signal } from "./base/signal.ts";
import { CLIENT_METHODS } from "./connection/calls.ts";
import type { ConnectionState } from "./connection/connection.ts";
import { UserAgent } from "./connection/user-agent.ts";
import { type ComposingChange, OthersComposing, OwnComposing } from "./conversation/composing.ts";
import { Conversation, type HistoryEntry } from "./conversation/conversation.ts";
import { type FileServer, fileServerOf } from "./files/index.ts";
import { type Account, type ConnectOptions, readAccount } from "./options.ts";
import { Inbox } from "./receiving/inbox.ts";
import { type IncomingMessage, incomingMessage } from "./receiving/incoming-message.ts";
import { ReceivedRecords } from "./receiving/received-records.ts";
import { Receiver } from "./receiving/receiver.ts";
import type { Runtime } from "./runtime.ts";
import {
  type Content,
  checkRecipients,
  readContent,
  readSeconds,
  type SendOptions,
} from "./sending/content.ts";
import { Outbox } from "./sending/outbox.ts";
import { bareMessage, type Sender } from "./sending/pager-message.ts";
import { SentMessage } from "./sending/sent-message.ts";
import type { ClientStore, MessageRecord, SentRecord } from "./store/client-store.ts";

export interface ClientEvents {
  /** A message that the application has not seen. Also of an earlier run, when the store kept it. */
  message: IncomingMessage;
  /** A message of ours has moved on. */
  sent: SentMessage;
  /** Somebody writes, or has stopped. */
  composing: ComposingChange;
  connection: ConnectionState;
  /** Something failed that nobody waits for: a listener threw, or the store refused. */
  error: unknown;
}

/** How long `close` waits for the outbox and for goodbyes. */
const DRAIN_MS = 5_000;
const MAX_CONVERSATIONS = 500;

export class ImClient {
  /** Files for messages to point to. */
  readonly files: FileServer;
  readonly #runtime: Runtime;
  readonly #store: ClientStore;
  readonly #sender: Sender;
  readonly #events: Emitter<ClientEvents>;
  readonly #agent: UserAgent;
  readonly #outbox: Outbox;
  readonly #receiver: Receiver;
  readonly #inbox: Inbox;
  readonly #others: OthersComposing;
  readonly #composing = new Map<string, OwnComposing>();
  #closing: Promise<void> | undefined;

  /** Use `connect` of the binding for your runtime. */
  constructor(runtime: Runtime, options: ConnectOptions, store: ClientStore, instance: string) {
    const account = readAccount(options);
    this.files = fileServerOf(runtime, account, options);
    this.#runtime = runtime;
    this.#store = store;
    this.#sender = senderOf(account, options);
    this.#events = new Emitter<ClientEvents>((error) => this.#report(error));
    this.#agent = new UserAgent(
      {
        runtime,
        account,
        instance,
        userAgent: this.#sender.userAgent,
        serve: (request, transaction) => this.#serve(request, transaction),
        changed: (state) => this.#connectionChanged(state),
        report: (error) => this.#report(error),
      },
      options,
    );
    this.#others = new OthersComposing(runtime.clock, (change) =>
      this.#events.emit("composing", change),
    );
    this.#outbox = this.#makeOutbox(options);
    const records = new ReceivedRecords(store);
    this.#receiver = this.#makeReceiver(records);
    this.#inbox = new Inbox(store, {
      records,
      open: (record) => this.#incoming(record),
      emit: (message) => this.#events.emit("message", message),
      isHeard: () => this.#events.has("message"),
      report: (error) => this.#report(error),
    });
  }

  /** The IM Address. */
  get address(): string {
    return this.#sender.address;
  }

  get connection(): ConnectionState {
    return this.#agent.connection.state;
  }

  /** Called by `connect`: resolves when the client is registered. */
  async start(signal: Signal | undefined): Promise<void> {
    const aborted = Promise.withResolvers<never>();
    const letGo = onAbort(signal, () => aborted.reject(new ImError("aborted")));
    try {
      await this.#outbox.restore();
      await Promise.race([this.#agent.connection.start(), aborted.promise]);
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
    if (type === "message") this.#inbox.heard();
    return listening;
  }

  /** Messages one by one, oldest first. One counts as seen when the loop asks for the next. */
  messages(options: { readonly signal?: Signal } = {}): AsyncIterableIterator<IncomingMessage> {
    return this.#inbox.feed(options.signal);
  }

  /** Sends text or other content to one address, or to several at once. Throws only for wrong arguments. */
  send(to: string | readonly string[], content: Content, options: SendOptions = {}): SentMessage {
    const targets = new Map([to].flat().map((one) => [readTarget(one).address, readTarget(one)]));
    checkRecipients([...targets.keys()]);
    const record = this.#record([...targets.values()], content, options);
    const message = new SentMessage(record, (error) => this.#report(error));
    const failed = (code: ImErrorCode): void =>
      message.update({ ...record, state: "failed", failure: { code, status: undefined } });
    if (this.#closing !== undefined) failed("closed");
    else {
      this.#outbox.add(record, message, options.signal).catch((error) => {
        failed("not kept");
        this.#report(error);
      });
    }
    return message;
  }

  /** With one user, or with a group. */
  conversation(address: string): Conversation {
    const { address: key } = readTarget(address);
    return new Conversation(key, {
      send: (content, options) => this.send(address, content, options),
      composing: this.#composingTo(key),
      page: (before, limit) => this.#store.page(key, before, limit),
      entry: (record) => this.#entry(record),
    });
  }

  /** The newest entry of each conversation in the store, the newest conversation first. */
  async conversations(limit = 100): Promise<readonly { address: string; newest: HistoryEntry }[]> {
    const newest = await this.#store.conversations(Math.min(limit, MAX_CONVERSATIONS));
    return newest.map((record) => ({ address: record.conversation, newest: this.#entry(record) }));
  }

  /** Sends what can still be sent, leaves, and lets go of everything. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #close(): Promise<void> {
    if (this.connection.state === "online") {
      await this.#within(DRAIN_MS, this.#outbox.idle());
      await this.#within(DRAIN_MS, this.#receiver.idle());
    }
    for (const composing of this.#composing.values()) composing.stop();
    this.#others.stop();
    await this.#within(DRAIN_MS, this.#agent.connection.end());
    this.#receiver.stop();
    this.#outbox.end();
    await this.#agent.end();
    this.#inbox.end();
    await this.#store.close();
    this.#events.clear();
  }

  #within(limitMs: number, work: Promise<void>): Promise<void> {
    return new Promise((resolve) => {
      const cancel = this.#runtime.clock.schedule(limitMs, resolve);
      const done = (): void => {
        cancel();
        resolve();
      };
      work.then(done, done);
    });
  }

  #makeOutbox(options: ConnectOptions): Outbox {
    const { clock, random } = this.#runtime;
    return new Outbox({
      clock,
      random,
      requests: this.#agent.requests,
      store: this.#store,
      sender: this.#sender,
      connectionOriented: (recipients) =>
        options.connectionOriented ?? this.#agent.reachesByStreams(recipients),
      report: (error) => this.#report(error),
      changed: (message) => this.#events.emit("sent", message),
    });
  }

  #makeReceiver(records: ReceivedRecords): Receiver {
    const { clock, random, inflate } = this.#runtime;
    return new Receiver({
      clock,
      random,
      inflate,
      requests: this.#agent.requests,
      store: this.#store,
      records,
      sender: this.#sender,
      report: (error) => this.#report(error),
      arrived: (record) => {
        this.#others.message(record.from);
        this.#inbox.arrived();
      },
      composing: (from, document) => this.#others.status(from, document),
      receipt: (receipt, from) => this.#takeReceipt(receipt, from),
    });
  }

  #connectionChanged(state: ConnectionState): void {
    if (state.state === "online") {
      this.#outbox.resume();
      this.#receiver.payReceipts();
    } else {
      this.#outbox.pause();
    }
    this.#events.emit("connection", state);
  }

  async #serve(request: SipRequest, transaction: ServerTransaction): Promise<void> {
    switch (request.method) {
      case "MESSAGE":
        return this.#receiver.take(request, transaction);
      case "OPTIONS":
        return transaction.reply(200, undefined, (edit) => {
          edit.set(Allow, CLIENT_METHODS);
          edit.setText("Accept", "message/cpim, text/plain, */*");
        });
      case "NOTIFY":
      case "BYE":
      case "UPDATE":
        return transaction.reply(481); // outside of any dialog
      default:
        return transaction.reply(405, undefined, (edit) => edit.set(Allow, CLIENT_METHODS));
    }
  }

  async #takeReceipt({ imdn }: ReceivedImdn, from: string): Promise<void> {
    const { messageId, notification, recipientUri } = imdn;
    const recipient = recipientUri === undefined ? from : keyOrText(recipientUri);
    switch (notification.status) {
      case "delivered":
      case "displayed":
      case "failed":
        await this.#outbox.advance(messageId, notification.status, recipient);
        return;
      case "stored":
        await this.#outbox.advance(messageId, "deferred", recipient);
        return;
      case "error":
      case "forbidden":
        if (notification.kind === "delivery") {
          await this.#outbox.advance(messageId, "failed", recipient);
        }
        return;
      case "processed":
    }
  }

  #record(targets: readonly Target[], content: Content, options: SendOptions): SentRecord {
    const now = this.#runtime.clock.now();
    const { expires, receipts = ["delivered", "displayed"] } = options;
    return {
      direction: "sent",
      id: newMessageId(this.#runtime.random),
      conversation: targets.map(({ address }) => address).join(" "),
      order: 0,
      at: now,
      ...readContent(content),
      recipients: targets.map((target) => ({ ...target, state: "queued" })),
      state: "queued",
      failure: undefined,
      receipts,
      expiresAt: expires === undefined ? undefined : now + readSeconds(expires) * 1000,
      anonymous: options.anonymous ?? false,
      namesRecipients: options.namesRecipients ?? false,
      subject: options.subject,
    };
  }

  #incoming(record: Extract<MessageRecord, { direction: "received" }>): IncomingMessage {
    return incomingMessage(record, () => this.#receiver.displayed(record.id, record.from));
  }

  #entry(record: MessageRecord): HistoryEntry {
    const { order } = record;
    return record.direction === "received"
      ? { direction: "received", order, message: this.#incoming(record) }
      : { direction: "sent", order, message: this.#outbox.message(record) };
  }

  #composingTo(address: string): OwnComposing {
    const known = this.#composing.get(address);
    if (known !== undefined) return known;
    const made = new OwnComposing(this.#runtime.clock, (document) =>
      this.#sendComposing(address, document),
    );
    this.#composing.set(address, made);
    return made;
  }

  /** Worth nothing a moment later: neither kept, nor sent again, nor reported. RFC 3994 §3.2 */
  #sendComposing(address: string, document: Uint8Array): void {
    if (this.connection.state !== "online") return;
    const { clock, random } = this.#runtime;
    const body = { type: "application/im-iscomposing+xml", bytes: document };
    const request = bareMessage(parseUri(address), body, this.#sender, {
      random,
      now: clock.now(),
    });
    const perishable = request
      .edit()
      .setText("Expires", "0")
      .setText("Priority", "non-urgent")
      .done();
    this.#agent.requests.send(perishable).catch(() => {});
  }

  #report(error: unknown): void {
    this.#events.emit("error", error);
  }
}

function senderOf(account: Account, options: ConnectOptions): Sender {
  const factory = options.factory ?? serviceAddresses(account.domain).factory;
  return {
    account: account.uri,
    address: addressKey(account.uri),
    displayName: options.displayName,
    userAgent: formatRelease({
      component: "client",
      version: DEFAULT_VERSION,
      product: options.product ?? "Parlance/0.1",
    }),
    factory: readSip(factory),
  };
}
