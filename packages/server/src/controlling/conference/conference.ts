/** A session of many: who is in it, its room, its state, and what ends it. Clauses 7.2.1, 16.6, 21 */
import type { DisconnectionMethod } from "@parlance/formats";
import { type Appearance, displayTextOf, type Refusal } from "@parlance/im";
import {
  addressKey,
  type Call,
  type CallEnd,
  type IncomingCall,
  type Offer,
  type ServerTransaction,
  sipUri,
  type Uri,
} from "@parlance/sip";
import type { SessionMedia } from "../../media/index.ts";
import type {
  MediaRoom,
  PagerLeg,
  RoomFailure,
  RoomLeg,
  RoomMember,
  RoomOwner,
  RoomRules,
  Towards,
} from "../../ports/index.ts";
import type { StoredParticipant } from "../../store/index.ts";
import type { Group } from "../model.ts";
import { Announcements } from "./announcements.ts";
import { describeConference } from "./description.ts";
import { Device, type DeviceFacts, type DeviceHost } from "./device.ts";
import { focusFace, focusWords } from "./focus-face.ts";
import { Inviting, type InvitingHost } from "./inviting.ts";
import type { Keeping } from "./keeping.ts";
import type { ConferenceKind, Departure, ParticipantDevice } from "./model.ts";
import { conferenceUserOf, type Participant } from "./participant.ts";
import { People } from "./people.ts";
import type { PhoneDevice } from "./phone-device.ts";
import { type PhoneHost, Phones, phoneOf } from "./phones.ts";
import type { ConferenceOptions, ConferencePorts } from "./ports.ts";
import { Release } from "./release.ts";
import { rightsOf, standingIn } from "./rights.ts";
import { type RoomMedia, type TakenMedia, wrappedTypesOf } from "./room-media.ts";
import { roomRulesOf, whyFailed } from "./room-rules.ts";
import { Roster } from "./roster.ts";

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

export class Conference implements DeviceHost, InvitingHost, PhoneHost, RoomOwner {
  readonly user: string;
  readonly kind: ConferenceKind;
  readonly creator: string;
  readonly startedAt: number;
  /** Address key of the session identity. */
  readonly identity: string;
  readonly room: MediaRoom;
  readonly roster: Roster;
  readonly people: People;
  readonly inviting: Inviting;
  readonly #phones: Phones;
  /** What clients call it who know it by our address alone. */
  readonly #contacts = new Set<string>();
  readonly #release: Release;
  readonly #announcements: Announcements;
  readonly #ports: ConferencePorts;
  readonly #options: ConferenceOptions;
  readonly #means: ConferenceMeans;
  #group: Group | undefined;
  readonly #subject: string | undefined;
  /** Types in the descriptions of those who were invited. IM-7.2.1.3-09b-i */
  #taken: readonly string[] = [];
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
    this.creator = creator;
    this.#subject = subject;
    this.startedAt = startedAt;
    this.identity = addressKey(sipUri(user, options.domain));
    this.#ports = ports;
    this.#options = options;
    this.#means = means;
    const room = ports.rooms.open(this.#rules, this);
    this.room = room;
    const title = group?.displayName;
    const own = title === undefined ? [] : [title];
    this.people = new People(own, { session: user, keeping: means.keeping, room, userAt });
    this.roster = new Roster(this.identity, describeConference(this), clock, {
      gatherMs: options.times.gatherMs,
      maxBytes: options.limits.stateBytes,
    });
    const announcer = { room, title, subject: this.subject };
    this.#announcements = new Announcements(announcer, options.announces);
    this.inviting = new Inviting(this, ports, options);
    this.#phones = new Phones(this, ports, options);
    this.#release = new Release(this, clock, options.times);
  }

  get over(): boolean {
    return this.#over;
  }

  /** As its document says now. */
  get group(): Group | undefined {
    return this.#group;
  }

  get subject(): string | undefined {
    return this.#subject ?? this.#group?.document.group.subject;
  }

  /** In From and To of the user plane: the group, or the session. IM-7.1.3.2.1-02 */
  get name(): string {
    return this.group?.identity ?? this.identity;
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

  get media(): RoomMedia {
    const { limits, log } = this.#options;
    const types = this.#taken.length > 0 ? this.#taken : ["*"];
    const catchUp = log.messages > 0;
    return { types, maxBytes: limits.messageBytes, aliases: true, privately: true, catchUp };
  }

  /** Those of all who are in. */
  get devices(): readonly ParticipantDevice[] {
    return this.present.flatMap(({ devices }) => [...devices]);
  }

  /** Of one who is in. RFC 4538 */
  deviceOf(call: Call): ParticipantDevice | undefined {
    return this.devices.find((one) => one.call === call);
  }

  /** Another document: its rules and counts hold from now on; who is in stays in. Clause 17.3 */
  regroup(group: Group): void {
    this.#group = group;
    const { adHocAnonymity } = this.#options;
    for (const one of this.present) {
      const now = this.#ports.clock.now();
      one.rights = rightsOf(one.originator, this, { now, adHocAnonymity });
      this.know(one);
      this.changed(one);
    }
    this.room.update(this.#rules);
    this.roster.describe(describeConference(this));
    this.roster.review("rejected");
  }

  /** The server has just begun: those who were in have a while to come back, and are in meanwhile. */
  awaitReturn(): void {
    this.#release.awaitReturn();
  }

  /** As he was before the server ended. */
  restore(stored: StoredParticipant): void {
    const participant = this.people.remember(stored);
    if (participant === undefined || stored.state !== "present") return;
    const { adHocAnonymity } = this.#options;
    const now = this.#ports.clock.now();
    participant.rights = rightsOf(participant.originator, this, { now, adHocAnonymity });
    participant.state = "present";
    participant.awaited = true;
    this.know(participant);
    this.changed(participant);
  }

  awaitNoMore(): void {
    for (const one of this.present) if (one.awaited) this.miss(one, "failed");
  }

  /** He has not come back. */
  miss(participant: Participant, method: DisconnectionMethod): void {
    this.departed(participant, { method, reason: undefined, at: this.#ports.clock.now() });
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

  newDevice(
    participant: Participant,
    towards: Towards,
    of: Pick<DeviceFacts, "contact" | "instance">,
  ): Device {
    const words = focusWords(this.#options.userAgent, this.name);
    const face = focusFace(this.#ports.calls, towards, this.user, words);
    const device = new Device({ participant, face, ...of }, this);
    this.#knownBy(face.contact.uri);
    participant.devices.add(device);
    return device;
  }

  /**
   * Answers the INVITE of a device with 200, and lets it in; false when the two sides come to nothing, which it has been told.
   * IM-7.2.1.3-09a to IM-7.2.1.3-09d
   */
  accept(
    device: Device,
    of: {
      readonly incoming: IncomingCall;
      readonly offer: SessionMedia;
      readonly towards: Towards;
    },
    media: RoomMedia = this.media,
  ): boolean {
    const { incoming, offer, towards } = of;
    this.know(device.participant);
    const body = device.attach(this.room, towards) ? device.answer(offer, media) : undefined;
    if (body === undefined) incoming.refuse(488);
    else device.call = incoming.accept({ body });
    if (device.call === undefined) {
      this.forget(device);
      return false;
    }
    this.connected(device);
    return true;
  }

  /** The session of a device runs. */
  connected(device: Device): void {
    device.status = "connected";
    this.#entered(device.participant);
  }

  phone(participant: Participant): boolean {
    if (this.#phones.bring(participant) === undefined) return false;
    this.#entered(participant);
    return true;
  }

  /** What somebody who is in says otherwise than by MSRP. Clause 11.6 */
  async say(from: Participant, envelope: Uint8Array): Promise<Refusal | undefined> {
    const own = phoneOf(from);
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
    if (after !== before) this.#announcements.renamed(before, after);
  }

  /** He is seen differently. */
  changed(participant: Participant): void {
    if (participant.state === "invited" && participant.hidden) return;
    this.roster.put(conferenceUserOf(participant), this.count);
  }

  /** One more description of what is taken here. IM-7.2.1.3-09b-i, IM-7.2.1.4-08a-i */
  takes(media: TakenMedia): void {
    this.#taken = [...new Set([...this.#taken, ...wrappedTypesOf(media)])];
  }

  /** A device that never came, and whoever has no other. */
  forget(device: Device): void {
    const { participant } = device;
    device.detach();
    participant.devices.delete(device);
    if (participant.devices.size === 0 && !participant.awaited) {
      this.departed(participant, undefined);
    }
    this.judge();
  }

  /** One of his devices has gone; with the last of them he has gone himself. IM-7.2.1.9-K1 */
  leave(device: Device | PhoneDevice, departure: Departure): void {
    const { participant } = device;
    if (!participant.devices.delete(device)) return;
    device.detach();
    if (participant.devices.size > 0) this.changed(participant);
    else this.departed(participant, departure); // IM-7.2.1.9-K2
    this.judge();
  }

  departed(participant: Participant, departure: Departure | undefined): void {
    const wasIn = participant.state === "present";
    const wasSeen = wasIn || !participant.hidden;
    if (wasIn) this.#announcements.left(participant);
    participant.state = participant.state === "expelled" ? "expelled" : "gone";
    participant.joinedAt = undefined;
    participant.awaited = false;
    participant.lost = wasIn && departure?.method === "failed";
    participant.withdrawPage?.();
    if (!this.#over) this.keep(participant);
    this.people.names.release(participant.address);
    // Whoever did not come has missed nothing.
    this.room.remove(participant.address, participant.lost);
    if (departure === undefined || !wasSeen) this.roster.remove(participant.entity, this.count);
    else this.roster.leave(conferenceUserOf(participant, departure), this.count);
    this.roster.review("rejected");
  }

  /** Is it to go on? */
  judge(): void {
    this.#release.judge();
  }

  closesSoon(): void {
    this.#announcements.closesSoon();
  }

  /** All who are in are removed, and there is no such session any more. IM-7.2.2.5-01 */
  end(text: string): void {
    if (this.#over) return;
    for (const device of this.devices) device.end(text);
    this.close();
  }

  /** Everything that is under way, and the session with it. */
  close(): void {
    if (this.#over) return;
    this.#over = true;
    this.#release.stop();
    this.inviting.cancelAll();
    this.roster.end();
    this.room.close();
    this.#means.over(this);
  }

  /** The server ends, and the session does not: nothing is told to anybody. */
  halt(): void {
    this.#over = true;
    this.#release.stop();
    this.roster.halt();
    this.room.close();
  }

  // As a device sees it.

  modified(device: Device, offer: Offer): void {
    this.#means.modified(this, device, offer);
  }

  requested(device: Device, transaction: ServerTransaction): boolean | Promise<void> {
    return this.#means.requested(this, device, transaction);
  }

  gone(device: Device, end: CallEnd): void {
    device.call = undefined;
    const at = this.#ports.clock.now();
    const method = isLoss(end) ? "failed" : "departed";
    this.leave(device, { at, ...(device.ending ?? { method, reason: undefined }) });
  }

  // As the room sees it.

  failed({ key }: RoomMember, leg: RoomLeg | PagerLeg, reason: RoomFailure): void {
    const devices = this.people.get(key)?.devices ?? [];
    const device = [...devices].find((one) => one.leg === leg);
    const { text, cause } = whyFailed(reason);
    device?.end(text, { cause, method: "failed" });
  }

  spoke(): void {
    this.#release.somebodySpoke();
  }

  wishes({ key }: RoomMember, alias: string | undefined): number {
    const participant = this.people.get(key);
    return participant === undefined ? 481 : this.#means.wishes(this, participant, alias);
  }

  #entered(participant: Participant): void {
    participant.joinedAt ??= this.#ports.clock.now();
    const isNew = participant.state !== "present";
    participant.state = "present";
    participant.awaited = false;
    this.changed(participant);
    if (isNew) {
      this.keep(participant);
      this.#announcements.joined(participant);
      this.#means.joined(this, participant);
    }
    this.#release.somebodyCame(participant);
  }

  get #rules(): RoomRules {
    const { name, identity, group } = this;
    const names = [...new Set([name, identity, ...this.#contacts])];
    const { messageBytes: maxBytes } = this.#options.limits;
    return roomRulesOf({ name, group, names, maxBytes, log: this.#options.log });
  }

  /** It may be named by any of them in To. IM-7.1.3.2.1-02 */
  #knownBy(contact: Uri): void {
    const name = addressKey(contact);
    if (this.#contacts.has(name)) return;
    this.#contacts.add(name);
    this.room.update(this.#rules);
  }
}

/** Whoever ends his session because he cannot hold it may be back. RFC 3326 */
function isLoss(end: CallEnd): boolean {
  if (end.by !== "peer") return end.by === "failure";
  return end.reasons.some(
    ({ value, params }) => value.toUpperCase() === "SIP" && params.get("cause") === "408",
  );
}
