/** A group that this client is in: a chat room, a pre-defined group, or one that somebody has made for once. OMA IM 7.1.1 */
import { Emitter, type Listening } from "../base/emitter.ts";
import { ImError } from "../base/errors.ts";
import type { Signal } from "../base/signal.ts";
import type { OwnComposing } from "../conversation/composing.ts";
import type { HistoryEntry, HistoryQuery } from "../conversation/history.ts";
import type { FileContent } from "../files/index.ts";
import type { Content, SendOptions } from "../sending/content.ts";
import type { SentMessage } from "../sending/sent-message.ts";
import type { SentFile } from "../session/files/sent-file.ts";
import type { SendFileOptions } from "../session/files/wanted-file.ts";
import type { RoomEnd } from "./judge-end.ts";
import type { Membership, RoomState } from "./membership.ts";
import type { Moderation } from "./moderation.ts";
import type { Asked } from "./outcome.ts";
import type { Member, RosterChange } from "./roster.ts";

export interface RoomEvents {
  state: RoomState;
  /** Somebody came, left, was sent away, is called something else. */
  roster: RosterChange;
  /**
   * The session was lost, and what was said until it came back may never come: this group keeps nothing for those
   * who are away.
   */
  missed: undefined;
  /** A page on which the user may choose what he is called here. OMA IM 8.6 */
  alias: AliasLink;
}

export interface AliasLink {
  readonly url: string;
  readonly expiresAt: Date | undefined;
}

/** What a room asks of its client. */
export interface RoomPorts {
  readonly membership: Membership;
  readonly send: (to: readonly string[] | "all", content: Content, how: SendOptions) => SentMessage;
  readonly sendFile: (content: FileContent, how: SendFileOptions) => SentFile;
  readonly history: (query: HistoryQuery) => AsyncGenerator<readonly HistoryEntry[], void>;
  readonly composing: () => OwnComposing;
  readonly renamed: () => void;
  readonly report: (error: unknown) => void;
}

/** More are asked in one request, of which the state of the group tells. RFC 5368 §5 */
const MOST_HEARD_OF = 8;

/** Somebody in the group, or his entity, or his address. */
export type MemberLike = Member | string;

export class Room {
  readonly #ports: RoomPorts;
  readonly #events: Emitter<RoomEvents>;
  #aliasLink: AliasLink | undefined;

  /** Use `join`, `createGroup` or an invitation. */
  constructor(ports: RoomPorts) {
    this.#ports = ports;
    this.#events = new Emitter<RoomEvents>(ports.report);
  }

  /** Of the group; of the session where there is no group. Messages of the group have it as `conversation`. */
  get address(): string {
    return this.#membership.record.address ?? "";
  }

  /** Made for once: it is over when its session is. */
  get adHoc(): boolean {
    return this.#membership.record.adHoc;
  }

  get state(): RoomState {
    return this.#membership.state;
  }

  /** Why it is left. */
  get ending(): RoomEnd | undefined {
    return this.#membership.end;
  }

  /** Resolves when messages can be exchanged, at once where they can; rejects with ImError when it is left. */
  get inside(): Promise<void> {
    return this.#membership.inside;
  }

  /** What it is called, as far as the server has told; what it was called last until it tells again. */
  get name(): string | undefined {
    return this.#membership.roster.displayName ?? this.#membership.record.name;
  }

  get subject(): string | undefined {
    return this.#membership.record.subject;
  }

  /**
   * URL of its picture, as the server tells it. Ours lets nothing but its own files be one; whoever fetches it from elsewhere shows
   * himself there.
   */
  get avatar(): string | undefined {
    return this.#membership.roster.avatar;
  }

  /** Nobody new may come in. */
  get locked(): boolean {
    return this.#membership.roster.locked;
  }

  /**
   * Those whom the user has asked to come when he made it, as of `invite`; empty where he has not made it, or an earlier run of
   * the program has. Of those whom the user has asked `anonymous` it is known when all of them have answered; who hides himself when he comes, or was asked
   * `hidden` and `anonymous`, is not known to have come: "timeout".
   */
  get asked(): readonly Asked[] {
    return this.#membership.asked;
  }

  /** Whoever is in or asked to come, as far as the server tells. */
  get members(): readonly Member[] {
    return this.#membership.roster.members;
  }

  /** The user himself; undefined while the server has not said who he is here. */
  get me(): Member | undefined {
    return this.members.find((member) => member.me);
  }

  /** As the user has wished to be called; how he is called the roster tells. */
  get nickname(): string | undefined {
    return this.me?.nickname ?? this.#membership.record.nickname;
  }

  /** The page on which the user may choose a name, if the group has told of one. */
  get aliasLink(): AliasLink | undefined {
    return this.#aliasLink;
  }

  get anonymous(): boolean {
    return this.#membership.record.anonymous;
  }

  on<K extends keyof RoomEvents>(
    type: K,
    listener: (value: RoomEvents[K]) => void,
    options: { readonly signal?: Signal } = {},
  ): Listening {
    return this.#events.on(type, listener, options);
  }

  /** To all. Waits while the group is on its way back; fails when it is left. Throws only for wrong arguments. */
  send(content: Content, options: SendOptions = {}): SentMessage {
    this.#ports.composing().messageSent();
    return this.#ports.send("all", content, options);
  }

  /** To one or some of those who are in, and nobody else sees it. */
  whisper(
    to: MemberLike | readonly MemberLike[],
    content: Content,
    options: SendOptions = {},
  ): SentMessage {
    return this.#ports.send(entitiesOf(to), content, options);
  }

  /**
   * A file, by way of the file server: everybody in the group may fetch it. It is `delivered` when all who are in have been told of
   * it; where the group does not say so within two minutes that rejects with "timeout", and with "closed" when the room is left
   * before. With `via: "session"` it is offered to each who is in now.
   */
  sendFile(content: FileContent, options: SendFileOptions = {}): SentFile {
    const via = options.via === "session" ? "session" : "http";
    const file = this.#ports.sendFile(content, { ...options, via });
    const off = this.on("state", (state) => {
      if (state === "left" && file.state === "sent") file.unreported("closed");
    });
    file.delivered.then(off, off);
    return file;
  }

  /** To be called at every keystroke; what goes out is throttled and ends by itself. */
  composing(): void {
    this.#ports.composing().keystroke();
  }

  /**
   * Asks others to come. Resolves when the server will ask them: `came` of each says what becomes of it. Rejects with ImError when the server asks nobody.
   */
  async invite(addresses: string | readonly string[]): Promise<readonly Asked[]> {
    const targets = [...new Set([addresses].flat())];
    if (targets.length > MOST_HEARD_OF) {
      await this.#refer(targets, "INVITE");
      const { listed } = this.#membership;
      const asked = listed.expect(targets);
      listed.here(this.members.filter(({ state }) => state === "in").map(({ entity }) => entity));
      return asked;
    }
    const { session } = this.#membership;
    if (targets.length === 0) throw new TypeError("nobody is named");
    if (session === undefined) throw new ImError("offline");
    const asking = targets.map((target) => session.ask(target, this.anonymous));
    const outcomes = await Promise.allSettled(asking);
    const first = outcomes.find(({ status }) => status === "rejected");
    if (first?.status === "rejected" && outcomes.every(({ status }) => status === "rejected")) {
      throw first.reason;
    }
    return outcomes.map((outcome, at) => {
      if (outcome.status === "fulfilled") return outcome.value;
      const came = Promise.reject(outcome.reason);
      came.catch(() => {}); // whoever wants to know asks
      return { address: targets[at] ?? "", came };
    });
  }

  /** Sends somebody away, for as long as the session lasts. Rejects with ImError. */
  async expel(members: MemberLike | readonly MemberLike[]): Promise<void> {
    await this.#refer(entitiesOf(members), "BYE");
  }

  /**
   * To be called so from now on; undefined gives the name back. Rejects with ImError: "name taken", "name not
   * valid", "not supported", "refused".
   */
  async setNickname(name: string | undefined): Promise<void> {
    const { session } = this.#membership;
    if (session === undefined || !session.isOpen) throw new ImError("offline");
    await session.nickname(name ?? "");
    this.#membership.rename(name);
    this.#ports.renamed();
  }

  /**
   * What it is about from now on, for all. Rejects with ImError: "refused" for whoever does not moderate it: see
   * `me.roles`.
   */
  async setSubject(subject: string): Promise<void> {
    await this.#moderate({ subject });
  }

  /** Nobody new comes in until it is unlocked; whoever is lost comes back. Rejects with ImError. */
  async lock(): Promise<void> {
    await this.#moderate({ locked: true });
  }

  async unlock(): Promise<void> {
    await this.#moderate({ locked: false });
  }

  /** He reads what is said and writes nothing. Rejects with ImError. */
  async mute(member: MemberLike): Promise<void> {
    await this.#moderate({ muted: true, member: entityOf(member) });
  }

  async unmute(member: MemberLike): Promise<void> {
    await this.#moderate({ muted: false, member: entityOf(member) });
  }

  /**
   * The server records for the user what is said here, from now on and until he is out; the others are told. Rejects with
   * ImError: "refused", "not supported" …
   */
  async record(name?: string): Promise<void> {
    await this.#recorder.record(true, name);
  }

  async stopRecording(): Promise<void> {
    await this.#recorder.record(false);
  }

  /** Pages of what this client's store holds, the newest first. */
  history(query: HistoryQuery = {}): AsyncGenerator<readonly HistoryEntry[], void> {
    return this.#ports.history(query);
  }

  /** For good: what waits to be sent fails, and the others see that the user has left. */
  leave(): void {
    this.#membership.leave();
  }

  /** Sends all others away, and leaves. Rejects with ImError where the user may not. */
  async end(): Promise<void> {
    const others = this.members.filter(({ me, state }) => !me && state === "in");
    if (others.length > 0) await this.expel(others);
    this.leave();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.leave();
  }

  /** Only the SDK calls this. */
  offerAlias(link: AliasLink): void {
    this.#aliasLink = link;
    this.emit("alias", link);
  }

  /** Only the SDK calls this. */
  emit<K extends keyof RoomEvents>(type: K, value: RoomEvents[K]): void {
    this.#events.emit(type, value);
  }

  get #membership(): Membership {
    return this.#ports.membership;
  }

  get #recorder() {
    const { session } = this.#membership;
    if (session === undefined) throw new ImError("offline");
    return session;
  }

  async #moderate(wish: Moderation): Promise<void> {
    const { session } = this.#membership;
    if (session === undefined) throw new ImError("offline");
    await session.moderate(wish);
  }

  async #refer(targets: readonly string[], method: "INVITE" | "BYE"): Promise<void> {
    if (targets.length === 0) throw new TypeError("nobody is named");
    const { session } = this.#membership;
    if (session === undefined) throw new ImError("offline");
    await session.refer({ targets, method, hides: this.anonymous });
  }
}

function entityOf(member: MemberLike): string {
  return typeof member === "string" ? member : member.entity;
}

function entitiesOf(members: MemberLike | readonly MemberLike[]): readonly string[] {
  const entities = [members].flat().map(entityOf);
  if (entities.length === 0) throw new TypeError("nobody is named");
  return [...new Set(entities)];
}
