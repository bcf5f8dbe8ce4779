/** Being in one group: its session, the next one when that is lost, and the end. OMA IM 7.1.1.9, 7.1.1.12 */
import { ANONYMOUS_URI } from "@parlance/im";
import type { Body, SipRequest } from "@parlance/sip";
import type { Cancel, Clock, Random } from "@parlance/wire";
import { keyOrText } from "../base/addresses.ts";
import { ImError } from "../base/errors.ts";
import type { Subscriptions } from "../connection/subscriptions.ts";
import type { ReceiptRoom } from "../receiving/receiver.ts";
import type { RoomCarrier } from "../sending/carrier.ts";
import type { Sender } from "../sending/pager-message.ts";
import type { TakeInSession } from "../session/chat-session.ts";
import { lostBecause } from "../session/media/loss.ts";
import type { MediaEnd, MediaPorts } from "../session/media/media-session.ts";
import type { SentRecord } from "../store/client-store.ts";
import { joiningInvite } from "./group-invite.ts";
import { judgeEnd, judgeTry, type RoomEnd } from "./judge-end.ts";
import { ListedOutcomes } from "./listed-outcomes.ts";
import { learned, type MembershipRecord } from "./membership-record.ts";
import type { Asked } from "./outcome.ts";
import { type RoomIdentity, RoomSession, type RoomSessionOwner } from "./room-session.ts";
import type { RosterChange } from "./roster.ts";
import { RosterWatch } from "./roster-watch.ts";

export type RoomState =
  /** Asked to be let in. */
  | "joining"
  | "in"
  /** The connection or the session is lost, and is being brought back. */
  | "reconnecting"
  | "left";

export interface MembershipPorts {
  readonly clock: Clock;
  readonly random: Random;
  readonly sender: Sender;
  readonly subscriptions: Subscriptions;
  readonly take: TakeInSession;
  readonly media: MediaPorts;
  /** Counts a session among those that live; throws ImError "busy" when there are too many. */
  readonly hold: (session: RoomSession) => void;
}

export interface MembershipOwner {
  changed(membership: Membership): void;
  roster(change: RosterChange): void;
  /** Its record says something else. */
  learned(): void;
  /** Something may have been said that we never get. */
  missed(): void;
}

/** OMA IM 4.9: the first try is made at once. */
const WAITS_MS = [0, 2_000, 10_000, 60_000];

export class Membership implements RoomSessionOwner, ReceiptRoom {
  readonly roster: RosterWatch;
  readonly listed: ListedOutcomes;
  /** Those who were asked when it was made by the user. */
  asked: readonly Asked[] = [];
  readonly #ports: MembershipPorts;
  readonly #owner: MembershipOwner;
  #record: MembershipRecord;
  #state: RoomState = "joining";
  #end: RoomEnd | undefined;
  #session: RoomSession | undefined;
  /** How far the session at hand has come. */
  #reached: "asked" | "agreed" | "open" = "asked";
  /** It is another session than the one before. */
  #fresh = true;
  #everIn = false;
  /** It was on its way in by itself when the focus called. */
  #calledAway = false;
  #tries = 0;
  #retry: Cancel = () => {};
  #inside = newWait();

  constructor(record: MembershipRecord, owner: MembershipOwner, ports: MembershipPorts) {
    const { clock, subscriptions, sender } = ports;
    this.#record = record;
    this.#owner = owner;
    this.#ports = ports;
    this.listed = new ListedOutcomes(clock);
    this.roster = new RosterWatch(record.anonymous, {
      clock,
      subscriptions,
      sender,
      changed: (change) => {
        this.#learn(change);
        owner.roster(change);
      },
      heard: (users, all) => this.listed.told(users, all),
    });
  }

  get record(): MembershipRecord {
    return this.#record;
  }

  /** It has been in, in whatever run of the program. */
  get everIn(): boolean {
    return this.#everIn;
  }

  get state(): RoomState {
    return this.#state;
  }

  /** Why it is over. */
  get end(): RoomEnd | undefined {
    return this.#end;
  }

  /** Of the present session; undefined while there is none. */
  get session(): RoomSession | undefined {
    return this.#session;
  }

  get isOpen(): boolean {
    return this.#session?.isOpen ?? false;
  }

  /** IM-7.1.3.2.1-04, IM-7.1.3.2.1-04a */
  get own(): string {
    const { anonymous } = this.#record;
    return this.roster.own ?? (anonymous ? ANONYMOUS_URI : this.#ports.sender.address);
  }

  /** Resolves when it is in, rejects with ImError when it is left. */
  get inside(): Promise<void> {
    return this.#inside.promise;
  }

  /** Calls the focus. Throws ImError when that is not possible now. */
  begin(make: (offer: Body) => SipRequest): void {
    this.#enter().invite(make);
  }

  /** The focus has called, and is answered now. */
  take(session: RoomSession): void {
    this.#retry();
    const before = this.#session;
    this.#calledAway = before !== undefined && this.#reached !== "open";
    this.#begun(session);
    before?.end(lostBecause("called by the group")); // nobody leaves
  }

  /** What was known when the program ended: it comes back as soon as there is a line. */
  restore(): void {
    this.#everIn = true;
    this.#become("reconnecting");
  }

  lineIsBack(): void {
    if (this.#state !== "reconnecting" || this.#session !== undefined) return;
    this.#tries = 0;
    this.#tryAfter(0);
  }

  /** For good. IMSpec-SMM-C-011 */
  leave(): void {
    this.#finish({ why: "left", text: undefined, error: undefined });
  }

  /** The program ends: whoever listens is told that we would rather have stayed. */
  suspend(): void {
    this.#retry();
    const session = this.#session;
    this.#session = undefined;
    this.roster.stop();
    session?.end(lostBecause("client closed"));
    this.listed.close();
    this.#inside.reject(new ImError("closed")); // for whoever waits to come in
  }

  rename(nickname: string | undefined): void {
    this.#record = { ...this.#record, nickname };
  }

  #learn(change: RosterChange): void {
    const record = learned(this.#record, this.roster, change);
    if (record === this.#record) return;
    this.#record = record;
    this.#owner.learned();
  }

  /** Whatever a message needs; "wait" while the session is on its way back. */
  async carrierFor(record: SentRecord): Promise<RoomCarrier | "wait" | ImError> {
    const session = this.#session;
    if (session === undefined || !session.isOpen) return "wait";
    if (record.reach === "private" && !session.offers.privateMessages) {
      return new ImError("not supported", { warning: "no private messages in this group" }); // IM-7.1.3.2.1-03a-i
    }
    if (record.content.length > session.maxBytes) return new ImError("too large");
    await this.roster.ownOrLate();
    return session.isOpen ? session : "wait";
  }

  sendComposing(document: Uint8Array): void {
    this.#session?.sendComposing(document);
  }

  sendReceipt(cpim: Uint8Array): Promise<boolean> {
    return this.#session?.sendReceipt(cpim) ?? Promise.resolve(false);
  }

  // As its session sees it.

  agreed(session: RoomSession): void {
    const { focus } = session;
    if (session !== this.#session || focus === undefined) return;
    const first = this.#reached === "asked";
    if (first) this.#reached = "agreed";
    const { address = focus.identity ?? keyOrText(focus.text) } = this.#record;
    this.#record = { ...this.#record, address, session: focus.text };
    this.roster.watch(focus.uri, focus.text, first); // IM-7.1.1.1-K2, IMSpec-SMM-C-010
  }

  open(session: RoomSession): void {
    if (session !== this.#session) return;
    this.#tries = 0;
    this.#reached = "open";
    this.#calledAway = false;
    const keeps = !this.#record.adHoc || session.offers.catchUp;
    const missed = this.#everIn && this.#fresh && !keeps;
    this.#fresh = false;
    this.#everIn = true;
    this.#become("in");
    if (missed) this.#owner.missed();
    void this.#askForName(session);
  }

  lost(session: RoomSession): void {
    if (session === this.#session) this.#become("reconnecting");
  }

  over(session: RoomSession, end: MediaEnd): void {
    if (session !== this.#session) return; // another one has taken its place
    this.#session = undefined;
    if (end.by === "us") return;
    const reached = this.#reached;
    if (this.#calledAway) {
      this.#calledAway = false;
      this.#become("reconnecting"); // another device has answered the call
      return this.#tryAfter(0);
    }
    if (!this.#everIn) return this.#finish(neverIn(end, reached !== "asked"));
    const judged = reached === "asked" ? undefined : judgeEnd(end);
    if (judged !== undefined) return this.#finish(judged);
    this.#become("reconnecting");
    if (reached === "open") return this.#tryAfter(0);
    const failed = end.by === "failure" && reached === "asked" ? end.error : undefined;
    this.#failedTry(failed ?? new ImError("not reachable"));
  }

  get #identity(): RoomIdentity {
    const { address = "" } = this.#record;
    const { focus } = this.#session ?? {};
    const names = new Set([address, ...this.roster.names]);
    if (focus !== undefined) names.add(keyOrText(focus.text));
    if (focus?.identity !== undefined) names.add(focus.identity);
    return { address, names, own: this.own };
  }

  newSession(): RoomSession {
    const { clock, random, sender, take, media } = this.#ports;
    const identity = (): RoomIdentity => this.#identity;
    const ownKnown = (): Promise<void> =>
      this.#record.anonymous ? this.roster.ownOrLate() : Promise.resolve();
    return new RoomSession(this, { media, clock, random, sender, take, identity, ownKnown });
  }

  #enter(): RoomSession {
    const session = this.newSession();
    this.#ports.hold(session);
    this.#begun(session);
    return session;
  }

  #begun(session: RoomSession): void {
    this.#session = session;
    this.#reached = "asked";
    this.#fresh = true;
  }

  #failedTry(error: ImError): void {
    const next = judgeTry(error, {
      tries: this.#tries,
      most: WAITS_MS.length - 1,
      bySession: this.#record.session !== undefined,
      adHoc: this.#record.adHoc,
      online: this.#ports.media.isOnline(),
    });
    switch (next.do) {
      case "wait for the line":
        return;
      case "by the group":
        this.#record = { ...this.#record, session: undefined };
        return this.#tryAfter(0);
      case "try again":
        this.#tries += 1;
        return this.#tryAfter(WAITS_MS[this.#tries] ?? 0);
      case "give up":
        return this.#finish(next.end);
    }
  }

  #tryAfter(waitMs: number): void {
    this.#retry();
    this.#retry = this.#ports.clock.schedule(waitMs, () => this.#try());
  }

  /** IMSpec-SMM-C-015 */
  #try(): void {
    const { sender, random, media } = this.#ports;
    const { session, address, anonymous, nickname } = this.#record;
    const target = session ?? address;
    if (this.#state !== "reconnecting" || target === undefined || !media.isOnline()) return;
    const entrance = { anonymous, nickname, subject: undefined };
    try {
      this.begin((offer) => joiningInvite(target, offer, entrance, { sender, random }));
    } catch (error) {
      if (!(error instanceof ImError)) throw error;
      this.#session = undefined;
      this.#failedTry(error);
    }
  }

  /** Where the name that came with the INVITE meant nothing. RFC 7701 §7 */
  async #askForName(session: RoomSession): Promise<void> {
    const { nickname } = this.#record;
    if (nickname === undefined || !session.offers.nicknames) return;
    await this.roster.ownOrLate();
    const me = this.roster.members.find((one) => one.me);
    if (me === undefined || me.nickname !== undefined || me.name === nickname) return;
    await session.nickname(nickname).catch(() => {}); // the roster tells what we are called
  }

  #finish(end: RoomEnd): void {
    if (this.#state === "left") return;
    this.#retry();
    const session = this.#session;
    this.#session = undefined;
    this.#end = end;
    session?.end();
    this.roster.stop();
    this.listed.close();
    this.#become("left");
  }

  #become(state: RoomState): void {
    if (this.#state === state || this.#state === "left") return;
    const before = this.#state;
    this.#state = state;
    if (state === "in") this.#inside.resolve();
    else if (state === "left") this.#inside.reject(this.#end?.error ?? new ImError("closed"));
    if (before === "in" && state !== "left") this.#inside = newWait();
    this.#owner.changed(this);
  }
}

function newWait(): PromiseWithResolvers<void> {
  const wait = Promise.withResolvers<void>();
  wait.promise.catch(() => {}); // told by the state, too
  return wait;
}

function neverIn(end: Exclude<MediaEnd, { readonly by: "us" }>, agreed: boolean): RoomEnd {
  if (end.by === "peer") {
    const warning = end.text === undefined ? {} : { warning: end.text };
    return { why: "failed", text: end.text, error: new ImError("not reachable", warning) };
  }
  // It was let in, and its connection never came.
  const error =
    agreed && end.error.code === "not supported" ? new ImError("not reachable") : end.error;
  return { why: "failed", text: error.warning, error };
}
