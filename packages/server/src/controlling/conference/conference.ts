/** A session of many: who is in it, its room, its state, and what ends it. Clauses 7.2.1, 16.6, 21 */
import type { ConferenceDescription, Entity, MessageMedia } from "@parlance/formats";
import { type Appearance, displayTextOf, missedBy, type Refusal } from "@parlance/im";
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
  RoomLogRules,
  RoomMember,
  RoomOwner,
  RoomRules,
  Towards,
} from "../../ports/index.ts";
import type { StoredParticipant } from "../../store/index.ts";
import { keyOf } from "../address-key.ts";
import type { Group } from "../model.ts";
import { Announcements } from "./announcements.ts";
import { describeConference } from "./description.ts";
import { Device, type DeviceFacts, type DeviceHost } from "./device.ts";
import { FirstRound, type FirstRoundUser } from "./first-round.ts";
import { focusFace, focusWords } from "./focus-face.ts";
import { Invitation, type InvitationUser } from "./invitation.ts";
import type { Invited } from "./invitation-request.ts";
import type { Keeping } from "./keeping.ts";
import type { ConferenceKind, Departure, ParticipantDevice } from "./model.ts";
import { Names } from "./names.ts";
import { conferenceUserOf, type Participant } from "./participant.ts";
import type { ConferenceOptions, ConferencePorts } from "./ports.ts";
import { Release } from "./release.ts";
import { restoredParticipant } from "./restored-participant.ts";
import { rightsOf } from "./rights.ts";
import { type RoomMedia, sharedMedia, wrappedTypesOf } from "./room-media.ts";
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

interface Asked {
  readonly participant: Participant;
  /** Told the final status. */
  readonly done: ((status: number) => void) | undefined;
}

export interface InviteMore {
  readonly history?: Entity | undefined;
  readonly types?: readonly string[];
  readonly done?: (status: number) => void;
}

/** What a conference is given beside its ports. */
export interface ConferenceMeans extends ConferenceProcedures {
  readonly keeping: Keeping;
}

export class Conference implements DeviceHost, InvitationUser, FirstRoundUser, RoomOwner {
  readonly user: string;
  readonly kind: ConferenceKind;
  readonly creator: string;
  readonly startedAt: number;
  /** Address key of the session identity. */
  readonly identity: string;
  readonly room: MediaRoom;
  readonly roster: Roster;
  readonly names: Names;
  /** By address; those who have gone as well. */
  readonly participants = new Map<string, Participant>();
  readonly #byEntity = new Map<string, Participant>();
  readonly #invitations = new Map<Invitation, Asked>();
  /** What clients call it who know it by our address alone. */
  readonly #names = new Set<string>();
  readonly #release: Release;
  readonly #announcements: Announcements;
  readonly #ports: ConferencePorts;
  readonly #options: ConferenceOptions;
  readonly #means: ConferenceMeans;
  #group: Group | undefined;
  readonly #subject: string | undefined;
  #round: FirstRound | undefined;
  /** Types in the answers of those who were invited. IM-7.2.1.3-09b-i */
  #answeredTypes: readonly string[] = [];
  #over = false;

  constructor(
    facts: ConferenceFacts,
    ports: ConferencePorts,
    options: ConferenceOptions,
    means: ConferenceMeans,
  ) {
    const { user, kind, group, creator, subject, startedAt } = facts;
    this.user = user;
    this.kind = kind;
    this.#group = group;
    this.creator = creator;
    this.#subject = subject;
    this.identity = addressKey(sipUri(user, options.domain));
    this.#ports = ports;
    this.#options = options;
    this.startedAt = startedAt;
    this.#means = means;
    this.names = new Names(group?.displayName === undefined ? [] : [group.displayName]);
    this.room = ports.rooms.open(this.#rules, this);
    this.roster = new Roster(this.identity, this.#description, ports.clock, {
      gatherMs: options.times.gatherMs,
      maxBytes: options.limits.stateBytes,
    });
    const title = group?.displayName;
    this.#announcements = new Announcements(
      { room: this.room, title, subject: this.subject },
      options.announces,
    );
    this.#release = new Release(this, ports.clock, options.times);
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

  /** Another document: its rules and counts hold from now on; who is in stays in. Clause 17.3 */
  regroup(group: Group): void {
    this.#group = group;
    for (const one of this.present) {
      one.rights = rightsOf(one.originator, this, {
        now: this.#ports.clock.now(),
        adHocAnonymity: this.#options.adHocAnonymity,
      });
      this.room.put(one.member);
    }
    this.room.update(this.#rules);
    this.roster.describe(this.#description);
    this.roster.review("rejected");
  }

  /** In From and To of the user plane: the group, or the session. IM-7.1.3.2.1-02 */
  get name(): string {
    return this.group?.identity ?? this.identity;
  }

  get round(): FirstRound | undefined {
    return this.#round;
  }

  /** Those who are in. */
  get present(): readonly Participant[] {
    return [...this.participants.values()].filter(({ state }) => state === "present");
  }

  /** Those who have been asked and have not answered. */
  get pending(): number {
    return this.#invitations.size;
  }

  get limit(): number {
    const { participants, adHocParticipants, groupParticipants } = this.#options.limits;
    if (this.group === undefined) return Math.min(participants, adHocParticipants);
    const { maxParticipants = groupParticipants } = this.group.document.group;
    return Math.min(participants, maxParticipants);
  }

  get media(): RoomMedia {
    const { messageBytes } = this.#options.limits;
    const types = this.#answeredTypes.length > 0 ? this.#answeredTypes : ["*"];
    return { types, maxBytes: messageBytes, aliases: true, privately: true };
  }

  /** By entity, or by the address of one who does not hide. */
  named(uri: string): Participant | undefined {
    const key = keyOf(uri);
    const address = this.#ports.userAt(key)?.address ?? key;
    const known = this.#byEntity.get(uri) ?? this.#byEntity.get(key);
    const one = known ?? this.participants.get(address);
    return one?.appearance.anonymous === true && one !== known ? undefined : one;
  }

  /** Somebody of that address is in, and does not want to be known by it. */
  hides(uri: string): boolean {
    const key = keyOf(uri);
    const one = this.participants.get(this.#ports.userAt(key)?.address ?? key);
    return one?.state === "present" && one.appearance.anonymous && one.entity !== uri;
  }

  isTaken(entity: string): boolean {
    return this.#byEntity.has(entity);
  }

  /** Of one who is in. RFC 4538 */
  deviceOf(call: Call): ParticipantDevice | undefined {
    return this.devices.find((one) => one.call === call);
  }

  /** The device of this participant that is the same as the one that comes. Clause 7.5 */
  sameDevice(
    one: Participant,
    contact: string,
    instance: string | undefined,
  ): ParticipantDevice | undefined {
    return [...one.devices].find((device) =>
      instance === undefined ? device.contact === contact : device.instance === instance,
    );
  }

  /** As he was before the server ended. */
  remember(stored: StoredParticipant): void {
    const one = restoredParticipant(stored, this.#ports.userAt(stored.address));
    if (one === undefined) return;
    this.participants.set(one.address, one);
    this.#byEntity.set(one.entity, one);
  }

  /** The server has just begun: those who were in have a while to come back. */
  awaitReturn(): void {
    this.#release.awaitReturn();
  }

  /** He is known here from now on. */
  know(participant: Participant): void {
    if (!this.participants.has(participant.address)) this.#forgetOldest();
    this.participants.set(participant.address, participant);
    this.#byEntity.set(participant.entity, participant);
    this.names.take(participant.address, displayTextOf(participant.appearance));
    this.room.put(participant.member);
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

  /** The inviting user waits; his INVITE is answered by what becomes of the others. */
  wait(device: Device, incoming: IncomingCall, offer: SessionMedia): FirstRound {
    this.#round = new FirstRound({ device, incoming, offer }, this);
    return this.#round;
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
    const { participant } = device;
    this.know(participant);
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
    const { participant } = device;
    device.status = "connected";
    participant.joinedAt ??= this.#ports.clock.now();
    const isNew = participant.state !== "present";
    participant.state = "present";
    if (participant.address === this.creator && this.kind === "ad-hoc") {
      participant.roles = ["creator"]; // clause 10.3
    }
    this.changed(participant);
    if (isNew) {
      this.#keep(participant);
      this.#announcements.joined(participant);
      this.#means.joined(this, participant);
    }
    this.#release.somebodyCame(participant);
  }

  /** As `Release` sees it. */
  closesSoon(): void {
    this.#announcements.closesSoon();
  }

  /** He goes by another name from now on. Clause 8.3 */
  rename(participant: Participant, appearance: Appearance): void {
    const before = displayTextOf(participant.appearance);
    participant.appearance = appearance;
    this.know(participant);
    this.#keep(participant);
    this.changed(participant);
    const after = displayTextOf(appearance);
    if (after !== before) this.#announcements.renamed(before, after);
  }

  /** He is seen differently. */
  changed(participant: Participant): void {
    if (participant.state === "invited" && participant.hidden) return;
    this.roster.put(conferenceUserOf(participant), this.#count);
  }

  /** Asks somebody to come. IM-7.2.1.3-08a */
  invite(
    participant: Participant,
    invited: Omit<Invited, "target">,
    more: InviteMore = {},
  ): Invitation {
    const { calls, way, random } = this.#ports;
    const { userAgent, times } = this.#options;
    participant.method = "dialed-out";
    this.know(participant);
    const invitation = new Invitation(
      { ...invited, target: participant.uri },
      {
        user: this.user,
        room: this.room,
        media: { ...this.media, types: more.types ?? this.media.types },
        history: more.history,
        device: (towards) => this.#invitedDevice(participant, towards),
      },
      { calls, way, random, userAgent, patienceMs: times.inviteMs },
      this,
    );
    this.#invitations.set(invitation, { participant, done: more.done });
    this.#keep(participant);
    this.changed(participant);
    return invitation;
  }

  /** What somebody who is in says otherwise than by MSRP. Clause 11.6 */
  async say(from: Participant, envelope: Uint8Array): Promise<Refusal | undefined> {
    const leg = this.room.attachPager(from.address, async () => true);
    try {
      return await leg.say(envelope);
    } finally {
      leg.detach();
    }
  }

  /** Devices whose sessions run. */
  get devices(): readonly ParticipantDevice[] {
    return this.present.flatMap(({ devices }) => [...devices]);
  }

  /** One more description of what is taken here. IM-7.2.1.3-09b-i, IM-7.2.1.4-08a-i */
  takes(media: MessageMedia): void {
    this.#answeredTypes = [...new Set([...this.#answeredTypes, ...wrappedTypesOf(media)])];
  }

  /** He has come by himself: nobody has to ask him any more. D-10 */
  uninvite(participant: Participant): void {
    for (const [invitation, asked] of this.#invitations) {
      if (asked.participant === participant) invitation.cancel();
    }
  }

  /** The caller waits no more. With whoever invited all the others they are given up as well. Clause 7.14 */
  givenUp(device: Device): void {
    const round = this.#round;
    if (round?.device !== device || !round.waiting) return this.forget(device);
    round.give();
    this.forget(device);
    this.end("session ended"); // CANCEL to those who ring, BYE to those who came
  }

  /** A device that never came, and whoever has no other. */
  forget(device: Device): void {
    const { participant } = device;
    device.detach();
    participant.devices.delete(device);
    if (participant.devices.size === 0 && participant.state !== "present") {
      this.#departed(participant, undefined);
    }
    this.#release.judge();
  }

  /** One of his devices has gone; with the last of them he has gone himself. IM-7.2.1.9-K1 */
  leave(device: Device, departure: Departure): void {
    const { participant } = device;
    if (!participant.devices.delete(device)) return;
    device.detach();
    if (participant.devices.size > 0) this.changed(participant);
    else this.#departed(participant, departure); // IM-7.2.1.9-K2
    this.#release.somebodyLeft();
  }

  /** The server ends, and the session does not: nothing is told to anybody. */
  halt(): void {
    this.#over = true;
    this.#release.stop();
    this.roster.halt();
    this.room.close();
  }

  /** Everything that is under way, and the session with it. */
  close(): void {
    if (this.#over) return;
    this.#over = true;
    this.#release.stop();
    for (const invitation of this.#invitations.keys()) invitation.cancel();
    this.roster.end();
    this.room.close();
    this.#means.over(this);
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
    const method = end.by === "failure" ? "failed" : "departed";
    this.leave(device, { at, ...(device.ending ?? { method, reason: undefined }) });
  }

  // As an invitation sees it.

  rang(invitation: Invitation): void {
    const asked = this.#invitations.get(invitation);
    if (asked !== undefined) this.changed(asked.participant);
    this.#round?.rang();
  }

  joined(invitation: Invitation, media: MessageMedia): void {
    const asked = this.#invitations.get(invitation);
    this.#invitations.delete(invitation);
    const { device } = invitation;
    if (device === undefined) return;
    if (this.#over || device.participant.state === "expelled") return device.end("session ended");
    this.takes(media);
    this.connected(device);
    this.#round?.joined(media);
    asked?.done?.(200);
  }

  missed(invitation: Invitation, status: number): void {
    const asked = this.#invitations.get(invitation);
    this.#invitations.delete(invitation);
    const { device } = invitation;
    device?.detach();
    if (asked === undefined) return;
    const { participant, done } = asked;
    done?.(status);
    if (device !== undefined) participant.devices.delete(device);
    if (participant.state === "invited") {
      const at = this.#ports.clock.now();
      this.#departed(participant, { method: missedBy(status), reason: undefined, at });
    } else if (participant.state === "present") this.changed(participant);
    if (this.#over) return;
    this.#round?.missed(status);
    this.#release.judge();
  }

  // As the first round sees it.

  letIn({ device, incoming, offer }: FirstRound, answer: MessageMedia): boolean {
    const media = sharedMedia({ ...this.media, types: ["*"] }, offer.media, answer); // IM-7.2.1.2-02, IM-7.2.1.3-K2
    const towards = towardsOf(incoming);
    // IM-7.2.1.2-03, IM-7.2.1.2-04, IM-7.2.1.3-K3, IM-7.2.1.3-K4, IM-7.2.1.3-K5
    const inside = this.accept(device, { incoming, offer, towards }, media);
    if (!inside) this.end("session ended");
    return inside;
  }

  abandoned({ device }: FirstRound): void {
    this.forget(device);
    this.close();
  }

  nobodyCame({ device }: FirstRound): void {
    if (this.present.length > 1) return; // others have come by themselves
    device.end("no other participants");
  }

  // As the room sees it.

  failed(member: RoomMember, leg: RoomLeg | PagerLeg, reason: RoomFailure): void {
    const participant = this.participants.get(member.key);
    const device = [...(participant?.devices ?? [])].find((one) => one.leg === leg);
    device?.end(TEXTS[reason], { cause: reason === "flood" ? 403 : 408, method: "failed" });
  }

  wishes(member: RoomMember, alias: string | undefined): number {
    const participant = this.participants.get(member.key);
    return participant === undefined ? 481 : this.#means.wishes(this, participant, alias);
  }

  /** All who are in are removed, and there is no such session any more. IM-7.2.2.5-01 */
  end(text: string): void {
    if (this.#over) return;
    for (const { devices } of this.present) {
      for (const device of devices) device.end(text);
    }
    this.close();
  }

  get #count(): number {
    return this.present.length;
  }

  get #rules(): RoomRules {
    const { messageBytes } = this.#options.limits;
    return {
      identity: this.name,
      displayName: this.group?.displayName,
      names: [...new Set([this.name, this.identity, ...this.#names])],
      maxBytes: messageBytes,
      types: ["*"],
      aliases: true,
      reports: "final",
      log: this.group === undefined ? undefined : LOG,
    };
  }

  get #description(): ConferenceDescription {
    const { identity, group, subject, limit } = this;
    return describeConference({ identity, group, subject, limit });
  }

  /** It may be named by any of them in To. IM-7.1.3.2.1-02 */
  #knownBy(contact: Uri): void {
    const name = addressKey(contact);
    if (this.#names.has(name)) return;
    this.#names.add(name);
    this.room.update(this.#rules);
  }

  #keep(participant: Participant): void {
    this.#means.keeping.changed(this.user, participant);
  }

  /** Of those who have gone not all are known for ever. */
  #forgetOldest(): void {
    if (this.participants.size < MOST_REMEMBERED) return;
    for (const one of this.participants.values()) {
      if (one.state !== "gone") continue;
      this.participants.delete(one.address);
      this.#byEntity.delete(one.entity);
      return this.#means.keeping.forgotten(this.user, one.address);
    }
  }

  #invitedDevice(participant: Participant, towards: Towards | undefined): Device {
    const way = towards ?? { transport: "TCP" as const, local: undefined, key: "", tagged: true };
    const device = this.newDevice(participant, way, {
      contact: participant.entity,
      instance: undefined,
    });
    device.status = "dialing-out";
    this.changed(participant);
    return device;
  }

  #departed(participant: Participant, departure: Departure | undefined): void {
    const wasSeen = participant.state === "present" || !participant.hidden;
    if (participant.state === "present") this.#announcements.left(participant);
    participant.state = participant.state === "expelled" ? "expelled" : "gone";
    participant.joinedAt = undefined;
    participant.withdrawPage?.();
    if (!this.#over) this.#keep(participant);
    this.names.release(participant.address);
    this.room.remove(participant.address, departure?.method === "failed");
    if (departure === undefined || !wasSeen) this.roster.remove(participant.entity, this.#count);
    else this.roster.leave(conferenceUserOf(participant, departure), this.#count);
    this.roster.review("rejected");
  }
}

/** Those who are in, and those who have been. */
const MOST_REMEMBERED = 5_000;
/** What those hear who come back to a group. */
const LOG: RoomLogRules = { messages: 1_000, seconds: 7 * 86_400 };

const TEXTS = {
  "no connection": "MSRP connection timeout",
  "connection lost": "MSRP connection lost",
  "not to be reached": "MSRP connection timeout",
  "too slow": "MSRP receiver too slow",
  "not answering": "MSRP receiver does not answer",
  flood: "too many messages",
} as const;

export function towardsOf({ transaction }: Pick<IncomingCall, "transaction">): Towards {
  const { flow } = transaction;
  return { key: flow.id, transport: flow.transport, local: flow.local, tagged: true };
}
