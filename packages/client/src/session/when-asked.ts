/** Sessions, groups and rooms as a client has them from the start: what they are made of is loaded when one is needed. */
import type { ServerTransaction, SipRequest } from "@parlance/sip";
import { ImError } from "../base/errors.ts";
import { Later } from "../base/later.ts";
import type { Signal } from "../base/signal.ts";
import type { Membership } from "../conference/membership.ts";
import { PastRooms } from "../conference/past-rooms.ts";
import type { Room } from "../conference/room.ts";
import type { Rooms } from "../conference/rooms.ts";
import type { ClientStore, SendingState, SentRecord } from "../store/client-store.ts";
import { ROOMS_KEY } from "./bounds.ts";
import type { FileReceiver } from "./files/file-receiver.ts";
import type { LiveSessions, LiveSessionsPorts } from "./live-sessions.ts";
import { sessionsPart } from "./part.ts";
import type { SessionSettings } from "./session-settings.ts";
import { type SessionChange, Talks } from "./talks.ts";

/** Makes them: the part itself, where it is there already. */
export type SessionsPart = typeof LiveSessions;

export interface SessionsWhenAskedPorts extends Omit<LiveSessionsPorts, "talks" | "past"> {
  readonly changed: (change: SessionChange) => void;
}

export class SessionsWhenAsked {
  readonly talks: Talks;
  readonly past: PastRooms;
  readonly #ports: SessionsWhenAskedPorts;
  readonly #settings: SessionSettings;
  #live: LiveSessions | undefined;
  readonly #later = new Later(() => this.#load());
  #ended = false;

  /** `part`: undefined where it is to be loaded later. */
  constructor(
    ports: SessionsWhenAskedPorts,
    settings: SessionSettings,
    part: SessionsPart | undefined,
  ) {
    this.#ports = ports;
    this.#settings = settings;
    this.past = new PastRooms(ports.store, ports.report);
    this.talks = new Talks({
      clock: ports.runtime.clock,
      mode: settings.mode,
      loading: () => (this.#live === undefined ? this.load() : undefined),
      call: (peer, how) => this.#now.sessions.call(peer, how),
      changed: ports.changed,
    });
    if (part !== undefined) this.#live = this.#make(part);
  }

  /** Rejects with ImError. */
  load(): Promise<LiveSessions> {
    if (this.#live !== undefined) return Promise.resolve(this.#live);
    if (this.#ended) return Promise.reject(new ImError("closed"));
    return this.#later.get();
  }

  /** Those that an earlier run was in are come back to. */
  async restore(store: Pick<ClientStore, "value">): Promise<void> {
    await this.past.restore();
    const known = await store.value(ROOMS_KEY);
    if (known === undefined || known === "[]") return;
    const { rooms } = await this.load();
    await rooms.restore();
  }

  get rooms(): readonly Room[] {
    return this.#live?.rooms.all ?? [];
  }

  room(address: string): Membership | undefined {
    return this.#live?.rooms.find(address);
  }

  async join(...how: Parameters<Rooms["join"]>): Promise<Room> {
    return (await this.load()).rooms.join(...how);
  }

  async create(...how: Parameters<Rooms["create"]>): Promise<Room> {
    return (await this.load()).rooms.create(...how);
  }

  async extend(...how: Parameters<Rooms["extend"]>): Promise<Room> {
    return (await this.load()).rooms.extend(...how);
  }

  /** Sends a message as a session of its own. Rejects with ImError. */
  async sendLarge(record: SentRecord, signal: Signal | undefined): Promise<SendingState> {
    return (await this.load()).sessions.sendLarge(record, signal);
  }

  /** What is asked for comes in a session. Throws ImError when none can be had. */
  fetchFile(peer: string, wish: Parameters<FileReceiver["fetch"]>[1], signal: Signal | undefined) {
    const { sessions, files } = this.#now;
    const { media } = sessions;
    if (media === undefined) throw new ImError("not supported");
    return files.fetch(peer, wish, { media, signal });
  }

  /** An INVITE that begins something. */
  invited(transaction: ServerTransaction): Promise<void> {
    return this.#live?.invited(transaction) ?? this.#invitedLater(transaction);
  }

  /** A request in a call. */
  serve(transaction: ServerTransaction): void | Promise<void> {
    return this.#live === undefined ? transaction.reply(481) : this.#live.serve(transaction);
  }

  acknowledge(ack: SipRequest): void {
    this.#live?.acknowledge(ack);
  }

  lineIsBack(): void {
    this.#live?.lineIsBack();
  }

  /** Senders of files that are here have said goodbye. */
  async filesIdle(): Promise<void> {
    await this.#live?.files.idle();
  }

  /** What has been changed is in the store. */
  async roomsIdle(): Promise<void> {
    await Promise.all([this.#live?.rooms.idle(), this.past.idle()]);
  }

  end(): void {
    this.#ended = true;
    this.#live?.end();
  }

  stop(): void {
    this.#live?.stop();
  }

  get #now(): LiveSessions {
    if (this.#live !== undefined) return this.#live;
    throw new ImError("offline", { warning: "a part of the program is not loaded yet: preload()" });
  }

  /** Whoever calls hears 100 meanwhile, and may think better of it. */
  async #invitedLater(transaction: ServerTransaction): Promise<void> {
    const live = await this.load().catch((error: unknown) => {
      this.#ports.report(error);
      return undefined;
    });
    if (transaction.cancelled) return transaction.reply(487); // RFC 3261 §9.2
    if (live === undefined) return transaction.reply(480); // he may have another device
    await live.invited(transaction);
  }

  async #load(): Promise<LiveSessions> {
    const { LiveSessions: Part } = await sessionsPart();
    if (this.#ended) throw new ImError("closed");
    this.#live = this.#make(Part);
    return this.#live;
  }

  #make(Part: SessionsPart): LiveSessions {
    return new Part({ ...this.#ports, talks: this.talks, past: this.past }, this.#settings);
  }
}
