/** A connected IM client: one account on one device. */
import type { ReceivedImdn } from "@parlance/formats";
import {
  DEFAULT_VERSION,
  formatRelease,
  METHODS,
  newMessageId,
  serviceAddresses,
} from "@parlance/im";
import {
  Allow,
  addressKey,
  DigestClient,
  Endpoint,
  type Flow,
  type Hop,
  HopFinder,
  isReliable,
  parseUri,
  type SentBy,
  type ServerTransaction,
  type SipRequest,
  type SipUri,
  sipUri,
} from "@parlance/sip";
import { hex } from "@parlance/wire";
import { Emitter, type Listening } from "./base/emitter.ts";
import { ImError, type ImErrorCode } from "./base/errors.ts";
import { onAbort, type Signal } from "./base/signal.ts";
import { Connection, type ConnectionState } from "./connection/connection.ts";
import { Line } from "./connection/line.ts";
import { Registration } from "./connection/registration.ts";
import { Requests, SERVER } from "./connection/requests.ts";
import { type ComposingChange, OthersComposing, OwnComposing } from "./conversation/composing.ts";
import { Conversation, type HistoryEntry } from "./conversation/conversation.ts";
import { type Account, type ConnectOptions, readAccount, readServer } from "./options.ts";
import { Inbox } from "./receiving/inbox.ts";
import { type IncomingMessage, incomingMessage } from "./receiving/incoming-message.ts";
import { ReceivedRecords } from "./receiving/received-records.ts";
import { Receiver } from "./receiving/receiver.ts";
import type { ClientTransports, Runtime, SocketEvents } from "./runtime.ts";
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
import { MemoryStore } from "./store/memory-store.ts";
import { isWebSocket } from "./transports/is-web-socket.ts";

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
  readonly #runtime: Runtime;
  readonly #account: Account;
  readonly #store: ClientStore;
  readonly #sender: Sender;
  readonly #events: Emitter<ClientEvents>;
  readonly #transports: ClientTransports;
  readonly #endpoint: Endpoint;
  readonly #requests: Requests;
  readonly #line: Line;
  readonly #connection: Connection;
  readonly #outbox: Outbox;
  readonly #receiver: Receiver;
  readonly #inbox: Inbox;
  readonly #others: OthersComposing;
  readonly #composing = new Map<string, OwnComposing>();
  #closing: Promise<void> | undefined;

  /** Use `connect` of the binding for your runtime. */
  constructor(runtime: Runtime, options: ConnectOptions, store: ClientStore, instance: string) {
    const account = readAccount(options);
    this.#runtime = runtime;
    this.#account = account;
    this.#store = store;
    this.#sender = senderOf(account, options);
    this.#events = new Emitter<ClientEvents>((error) => this.#report(error));
    this.#transports = runtime.open(this.#socketEvents());
    this.#endpoint = new Endpoint(
      { ...runtime, transports: this.#transports, log: (event) => this.#report(event) },
      {
        request: (request, transaction, flow) => this.#serve(request, transaction, flow),
        ack() {},
      },
      { sentBy },
    );
    if (options.trace !== undefined) this.#endpoint.trace = options.trace;
    const digest = new DigestClient(
      { username: account.username, password: options.password, realm: undefined, peer: SERVER },
      runtime,
    );
    this.#line = new Line(
      { runtime, transports: this.#transports, endpoint: this.#endpoint },
      hopsOf(runtime, options, account),
      () => this.#connection.lost(),
    );
    this.#requests = new Requests(
      this.#endpoint,
      digest,
      () => this.#line.flow,
      (flow) => {
        if (!this.#line.dropOther(flow)) this.#connection.doubted();
      },
    );
    this.#connection = this.#makeConnection(options, instance);
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
    return this.#connection.state;
  }

  /** Called by `connect`: resolves when the client is registered. */
  async start(signal: Signal | undefined): Promise<void> {
    const letGo = onAbort(signal, () => void this.close());
    try {
      await this.#outbox.restore();
      await this.#connection.start();
      if (signal?.aborted) throw new ImError("aborted");
    } catch (error) {
      await this.close();
      throw signal?.aborted ? new ImError("aborted") : error;
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
    const recipients = [...new Set([to].flat().map(readRecipient))];
    checkRecipients(recipients);
    const record = this.#record(recipients, content, options);
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
    const key = readRecipient(address);
    return new Conversation(key, {
      send: (content, options) => this.send(key, content, options),
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
    await this.#within(DRAIN_MS, this.#connection.end());
    this.#receiver.stop();
    this.#outbox.end();
    this.#endpoint.stop();
    await this.#transports.end();
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

  #socketEvents(): SocketEvents {
    return {
      message: (message, flow) => this.#endpoint.message(message, flow),
      fault: (fault, flow) => {
        this.#endpoint.fault(fault, flow);
        if (fault.close) this.#line.closed(flow, fault.reason); // the endpoint has closed it
      },
      closed: (flow, reason) => {
        this.#endpoint.closed(flow);
        this.#line.closed(flow, reason);
      },
      pong: (flow) => this.#line.pong(flow),
    };
  }

  #makeConnection(options: ConnectOptions, instance: string): Connection {
    const { clock, random } = this.#runtime;
    const about = {
      account: this.#account.uri,
      domain: this.#account.domain,
      instance,
      seconds: options.registrationSeconds ?? 3_600,
      userAgent: this.#sender.userAgent,
    };
    const registration = new Registration(
      about,
      { clock, random, requests: this.#requests },
      (error) => this.#connection.refreshFailed(error),
    );
    const changed = (state: ConnectionState): void => this.#connectionChanged(state);
    return new Connection({ clock, random, line: this.#line, registration, changed });
  }

  #makeOutbox(options: ConnectOptions): Outbox {
    const { clock, random } = this.#runtime;
    return new Outbox({
      clock,
      random,
      requests: this.#requests,
      store: this.#store,
      sender: this.#sender,
      connectionOriented: (recipients) =>
        options.connectionOriented ?? this.#reachesByStreams(recipients),
      report: (error) => this.#report(error),
      changed: (message) => this.#events.emit("sent", message),
    });
  }

  /**
   * An IM server puts no message of 1300 bytes or more into a datagram: it finds a stream or refuses
   * (RFC 3428 §8). So behind a stream of ours every way inside its domain is a safe one.
   */
  #reachesByStreams(recipients: readonly string[]): boolean {
    const { flow } = this.#line;
    if (flow === undefined || !isReliable(flow.transport)) return false;
    if (this.#connection.registered?.imServer !== true) return false;
    return recipients.every((address) => address.endsWith(`@${this.#account.domain}`));
  }

  #makeReceiver(records: ReceivedRecords): Receiver {
    const { clock, random, inflate } = this.#runtime;
    return new Receiver({
      clock,
      random,
      inflate,
      requests: this.#requests,
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

  async #serve(request: SipRequest, transaction: ServerTransaction, flow: Flow): Promise<void> {
    // Only our server may speak to us: it has checked who the sender is.
    if (flow.id !== this.#line.flow?.id) return transaction.reply(403);
    switch (request.method) {
      case "MESSAGE":
        return this.#receiver.take(request, transaction);
      case "OPTIONS":
        return transaction.reply(200, undefined, (edit) => {
          edit.set(Allow, [...METHODS]);
          edit.setText("Accept", "message/cpim, text/plain, */*");
        });
      case "NOTIFY":
      case "BYE":
      case "UPDATE":
        return transaction.reply(481);
      default:
        return transaction.reply(405, undefined, (edit) => edit.set(Allow, ["MESSAGE", "OPTIONS"]));
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

  #record(recipients: readonly string[], content: Content, options: SendOptions): SentRecord {
    const now = this.#runtime.clock.now();
    const { expires, receipts = ["delivered", "displayed"] } = options;
    return {
      direction: "sent",
      id: newMessageId(this.#runtime.random),
      conversation: recipients.join(" "),
      order: 0,
      at: now,
      ...readContent(content),
      recipients: recipients.map((address) => ({ address, state: "queued" })),
      state: "queued",
      failure: undefined,
      receipts,
      expiresAt: expires === undefined ? undefined : now + readSeconds(expires) * 1000,
      anonymous: options.anonymous ?? false,
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
    this.#requests.send(perishable).catch(() => {});
  }

  #report(error: unknown): void {
    this.#events.emit("error", error);
  }
}

/** Opens a client over a runtime; the bindings for Node and browsers call this. */
export async function connectWith(runtime: Runtime, options: ConnectOptions): Promise<ImClient> {
  const store = options.store ?? new MemoryStore();
  const instance = options.instance ?? (await instanceOf(store, runtime));
  const client = new ImClient(runtime, options, store, instance);
  await client.start(options.signal);
  return client;
}

/** The same device after a restart, as far as the store remembers. */
async function instanceOf(store: ClientStore, { random }: Runtime): Promise<string> {
  const known = await store.value("instance");
  if (known !== undefined) return known;
  const bytes = random.bytes(16);
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40; // RFC 9562 §5.4
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const uuid = hex(bytes).replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
  const instance = `urn:uuid:${uuid}`;
  await store.setValue("instance", instance);
  return instance;
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

function hopsOf(
  runtime: Runtime,
  { server }: ConnectOptions,
  { domain }: Account,
): () => Promise<readonly Hop[]> {
  if (server !== undefined) {
    const hop = readServer(server);
    return () => Promise.resolve([hop]);
  }
  const { resolver } = runtime;
  if (resolver === undefined) throw new TypeError("server: needed here, there is no DNS to ask");
  const finder = new HopFinder({ ...runtime, resolver }, ["TLS", "TCP", "UDP"]);
  return async () => finder.find(sipUri(undefined, domain));
}

/** Our end of a WebSocket has no address: a name that leads nowhere stands for it. RFC 7118 §5.1 */
function sentBy({ transport, local }: Flow): SentBy {
  return { host: local.host, port: isWebSocket(transport) ? undefined : local.port };
}

function readRecipient(address: string): string {
  const uri = parseUri(address);
  if (uri.kind === "other") throw new TypeError(`expected a sip: or tel: address, not ${address}`);
  return addressKey(uri);
}

function readSip(address: string): SipUri {
  const uri = parseUri(address);
  if (uri.kind !== "sip") throw new TypeError(`expected a sip: address, not ${address}`);
  return uri;
}

function keyOrText(uri: string): string {
  try {
    return addressKey(parseUri(uri));
  } catch {
    return uri; // a receipt from a program that writes addresses in its own way
  }
}
