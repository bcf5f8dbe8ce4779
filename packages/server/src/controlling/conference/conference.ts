/** A session of many: who is in it, its room, its state, and what ends it. Clauses 7.2.1, 16.6, 21 */
import { type Appearance, displayTextOf, type Refusal } from "@parlance/im";
import { addressKey, type Call, type Offer, type ServerTransaction, sipUri } from "@parlance/sip";
import type {
  MediaRoom,
  PagerLeg,
  RoomFailure,
  RoomLeg,
  RoomMember,
  RoomOwner,
} from "../../ports/index.ts";
import type { StoredParticipant } from "../../store/index.ts";
import type { Group } from "../model.ts";
import { Announcements } from "./announcements.ts";
import { Attendance, type Attended } from "./attendance.ts";
import { describeConference } from "./description.ts";
import type { Device } from "./device.ts";
import { Inviting, type InvitingHost } from "./inviting.ts";
import type { Keeping } from "./keeping.ts";
import type { ConferenceKind, ParticipantDevice } from "./model.ts";
import { conferenceUserOf, type Participant } from "./participant.ts";
import { People } from "./people.ts";
import type { ConferenceOptions, ConferencePorts } from "./ports.ts";
import { Recordings } from "./recordings.ts";
import { Release } from "./release.ts";
import { rightsOf, standingIn } from "./rights.ts";
import { RoomTerms } from "./room-terms.ts";
import { Roster } from "./roster.ts";
import { placeOf, type Speaker } from "./speaking-device.ts";

export interface ConferenceFacts {
  /** User part of the session identity. */
  readonly user: string;
  readonly kind: ConferenceKind;
  readonly group: Group | undefined;
  /** Address key of whoever made it. */
  readonly creator: string;
  readonly subject: string | undefined;
  /** Epoch ms. */
  readonly startedAt: number;
}

/** What the procedures do about a session: see the files named after them. */
export interface ConferenceProcedures {
  modified(conference: Conference, device: Device, offer: Offer): void;
  requested(
    conference: Conference,
    device: Device,
    transaction: ServerTransaction,
  ): boolean | Promise<void>;
  /** NICKNAME of somebody who is in; the MSRP status for him. */
  wishes(conference: Conference, participant: Participant, alias: string | undefined): number;
  /** Somebody has come in, with the first of his devices. */
  joined(conference: Conference, participant: Participant): void;
  over(conference: Conference): void;
}

/** What a conference is given beside its ports. */
export interface ConferenceMeans extends ConferenceProcedures {
  readonly keeping: Keeping;
}

export class Conference implements Attended, InvitingHost, RoomOwner {
  readonly user: string;
  readonly kind: ConferenceKind;
  readonly startedAt: number;
  /** Address key of the session identity. */
  readonly identity: string;
  readonly room: MediaRoom;
  readonly roster: Roster;
  readonly people: People;
  readonly inviting: Inviting;
  readonly attendance: Attendance;
  readonly terms: RoomTerms;
  readonly recordings: Recordings;
  readonly announcements: Announcements;
  readonly #release: Release;
  readonly #ports: ConferencePorts;
  readonly #options: ConferenceOptions;
  readonly #means: ConferenceMeans;
  #group: Group | undefined;
  #creator: string;
  #subject: string | undefined;
  #locked = false;
  #over = false;

  constructor(
    facts: ConferenceFacts,
    ports: ConferencePorts,
    options: ConferenceOptions,
    means: ConferenceMeans,
  ) {
    const { user, kind, group, creator, subject, startedAt } = facts;
    const { clock, userAt } = ports;
    this.user = user;
    this.kind = kind;
    this.#group = group;
    this.#creator = creator;
    this.#subject = subject;
    this.startedAt = startedAt;
    this.identity = addressKey(sipUri(user, options.domain));
    this.#ports = ports;
    this.#options = options;
    this.#means = means;
    this.terms = new RoomTerms(this, options);
    const room = ports.rooms.open(this.terms.rules, this);
    this.room = room;
    const title = group?.displayName;
    const own = title === undefined ? [] : [title];
    this.people = new People(own, { session: user, keeping: means.keeping, room, userAt });
    this.roster = new Roster(this.identity, describeConference(this), clock, {
      gatherMs: options.times.gatherMs,
      maxBytes: options.limits.stateBytes,
    });
    const announcer = { room, title, subject: () => this.subject };
    this.announcements = new Announcements(announcer, options.announces);
    this.inviting = new Inviting(this, ports, options);
    this.attendance = new Attendance(this, ports, options);
    this.recordings = new Recordings(this, ports.recording);
    this.#release = new Release(this, clock, options.times);
  }

  get over(): boolean {
    return this.#over;
  }

  /** Address key of whoever began it; empty when he has no account any more. */
  get creator(): string {
    return this.#creator;
  }

  /** As its document says now. */
  get group(): Group | undefined {
    return this.#group;
  }

  get subject(): string | undefined {
    return this.#subject ?? this.#group?.document.group.subject;
  }

  /** Another one holds until the session ends, or its group says something new. */
  set subject(subject: string | undefined) {
    this.#subject = subject;
    this.keepItself();
    this.roster.describe(describeConference(this));
  }

  /** Nobody new may come in. */
  get locked(): boolean {
    return this.#locked;
  }

  set locked(locked: boolean) {
    if (locked === this.#locked) return;
    this.#locked = locked;
    this.keepItself();
    this.roster.lock(locked);
  }

  /** May he write? */
  mute(participant: Participant, muted: boolean): void {
    if (participant.muted === muted) return;
    participant.muted = muted;
    this.know(participant);
    this.keep(participant);
    this.changed(participant);
  }

  /** In From and To of the user plane: the group, or the session. IM-7.1.3.2.1-02 */
  get name(): string {
    return this.terms.name;
  }

  /** Those who are in. */
  get present(): readonly Participant[] {
    return this.people.present;
  }

  get count(): number {
    return this.people.count;
  }

  /** Those who may be in. */
  get limit(): number {
    const { participants, adHocParticipants, groupParticipants } = this.#options.limits;
    if (this.group === undefined) return Math.min(participants, adHocParticipants);
    const { maxParticipants = groupParticipants } = this.group.document.group;
    return Math.min(participants, maxParticipants);
  }

  get full(): boolean {
    return this.count >= this.limit;
  }

  /** Those of all who are in. */
  get devices(): readonly ParticipantDevice[] {
    return this.present.flatMap(({ devices }) => [...devices]);
  }

  /** Of one who is in. RFC 4538 */
  deviceOf(call: Call): ParticipantDevice | undefined {
    return this.devices.find((one) => one.call === call);
  }

  /**
   * Another document: its rules and counts hold from now on. Those who might be here by the one before, and may not by this
   * one. Who was asked in without ever belonging to the group is a guest as before. Clause 17.3
   */
  regroup(group: Group): readonly Participant[] {
    const before = this.#group?.document.group.subject;
    if (group.document.group.subject !== before) this.#subject = undefined;
    this.#group = group;
    this.keepItself();
    const { adHocAnonymity } = this.#options;
    const now = this.#ports.clock.now();
    const shutOut: Participant[] = [];
    for (const one of this.people) {
      const { join } = one.rights;
      one.rights = rightsOf(one.originator, this, { now, adHocAnonymity });
      if (join && !one.rights.join) shutOut.push(one);
      if (!join && one.rights.join) this.attendance.letBack(one);
      if (one.state !== "present") continue;
      this.know(one);
      this.changed(one);
    }
    this.room.update(this.terms.rules);
    this.roster.describe(describeConference(this));
    this.roster.review("rejected");
    return shutOut;
  }

  /** The server has just begun: those who were in have a while to come back, and are in meanwhile. */
  awaitReturn(): void {
    this.#release.awaitReturn();
  }

  /** As it was before the server ended. */
  restore(participants: readonly StoredParticipant[], locked: boolean): void {
    for (const one of participants) this.attendance.restore(one);
    this.#locked = locked;
    if (locked) this.roster.lock(true);
  }

  awaitNoMore(): void {
    for (const one of this.present) if (one.awaited) this.attendance.miss(one, "failed");
  }

  know(participant: Participant): void {
    const { roles, mayWrite } = standingIn(participant, this);
    participant.roles = roles;
    participant.mayWrite = mayWrite;
    this.people.know(participant);
  }

  keep(participant: Participant): void {
    this.people.keep(participant);
  }

  keepItself(): void {
    const { user: id, kind, group, creator, startedAt, locked } = this;
    const subject = this.#subject;
    const identity = group?.identity;
    this.#means.keeping.opened({ id, kind, group: identity, creator, subject, startedAt, locked });
  }

  /** The account of whoever began it is gone: who gets the same name has not begun it. */
  disown(address: string): void {
    if (this.#creator !== address) return;
    this.#creator = "";
    this.keepItself();
  }

  /** What somebody who is in says otherwise than by MSRP. Clause 11.6 */
  async say(from: Participant, envelope: Uint8Array, by?: Speaker): Promise<Refusal | undefined> {
    const own = placeOf(by, from);
    if (own !== undefined) return own.say(envelope);
    const leg = this.room.attachPager(from.address, async () => true);
    try {
      return await leg.say(envelope);
    } finally {
      leg.detach();
    }
  }

  /** He goes by another name from now on. Clause 8.3 */
  rename(participant: Participant, appearance: Appearance): void {
    const before = displayTextOf(participant.appearance);
    participant.appearance = appearance;
    this.know(participant);
    this.keep(participant);
    this.changed(participant);
    const after = displayTextOf(appearance);
    if (after !== before) this.announcements.renamed(before, after);
  }

  /** He is seen differently. */
  changed(participant: Participant): void {
    if (participant.state === "invited" && participant.hidden) return;
    this.roster.put(conferenceUserOf(participant), this.count);
  }

  /** Is it to go on? */
  judge(): void {
    this.#release.judge();
  }

  /** False: nothing is kept for him here. */
  records(participant: Participant, name: string | undefined): boolean {
    if (participant.records) return true;
    if (!this.recordings.start(participant, name)) return false;
    this.keep(participant);
    this.announcements.records(participant);
    return true;
  }

  recordsNoMore(participant: Participant): void {
    if (!this.recordings.stop(participant)) return;
    this.keep(participant);
    this.announcements.records(participant);
  }

  closesSoon(): void {
    this.announcements.closesSoon();
  }

  /** All who are in are removed, and there is no such session any more. IM-7.2.2.5-01 */
  end(text: string): void {
    if (this.#over) return;
    for (const device of this.devices) {
      // Who has not answered may not hear of the end either: what he misses is kept for him.
      device.end(text, { method: device.upToDate ? "departed" : "failed" });
    }
    this.close();
  }

  /** Everything that is under way, and the session with it. */
  close(): void {
    if (this.#over) return;
    this.#over = true;
    this.#release.stop();
    this.inviting.cancelAll();
    this.roster.end();
    this.recordings.endAll();
    this.room.close();
    this.#means.over(this);
  }

  /** The server ends, and the session does not: nothing is told to anybody. */
  halt(): void {
    this.#over = true;
    this.#release.stop();
    this.roster.halt();
    this.recordings.endAll();
    this.room.close();
  }

  modified(device: Device, offer: Offer): void {
    this.#means.modified(this, device, offer);
  }

  requested(device: Device, transaction: ServerTransaction): boolean | Promise<void> {
    return this.#means.requested(this, device, transaction);
  }

  joined(participant: Participant): void {
    this.#means.joined(this, participant);
  }

  came(participant: Participant): void {
    this.#release.somebodyCame(participant);
  }

  // As the room sees it.

  failed(member: RoomMember, leg: RoomLeg | PagerLeg, reason: RoomFailure): void {
    this.attendance.failed(member, leg, reason);
  }

  spoke(): void {
    this.#release.somebodySpoke();
  }

  wishes({ key }: RoomMember, alias: string | undefined): number {
    const participant = this.people.get(key);
    return participant === undefined ? 481 : this.#means.wishes(this, participant, alias);
  }
}
