/** Who comes into a session, and who leaves it: by devices, of which the first brings him in and the last takes him out. Clauses 7.4, 7.5, 7.8 */
import type { DisconnectionMethod } from "@parlance/formats";
import type { CallEnd, IncomingCall } from "@parlance/sip";
import type { SessionMedia } from "../../media/index.ts";
import type {
  MediaRoom,
  PagerLeg,
  RoomFailure,
  RoomLeg,
  RoomMember,
  Towards,
} from "../../ports/index.ts";
import type { StoredParticipant } from "../../store/index.ts";
import type { Group } from "../model.ts";
import type { Announcements } from "./announcements.ts";
import { Device, type DeviceFacts, type DeviceHost } from "./device.ts";
import { focusFace, focusWords, textFocusFace } from "./focus-face.ts";
import type { Departure } from "./model.ts";
import { conferenceUserOf, type Participant } from "./participant.ts";
import type { People } from "./people.ts";
import type { PhoneDevice } from "./phone-device.ts";
import { Phones } from "./phones.ts";
import type { ConferenceOptions, ConferencePorts } from "./ports.ts";
import type { Recordings } from "./recordings.ts";
import { rightsOf } from "./rights.ts";
import type { RoomMedia } from "./room-media.ts";
import { whyFailed } from "./room-rules.ts";
import type { RoomTerms } from "./room-terms.ts";
import type { Roster } from "./roster.ts";

/** What of the session those who come and go need. */
export interface Attended extends Pick<DeviceHost, "modified" | "requested"> {
  /** User part of the session identity. */
  readonly user: string;
  /** Address key of the session identity. */
  readonly identity: string;
  readonly name: string;
  readonly creator: string;
  readonly group: Group | undefined;
  readonly over: boolean;
  readonly count: number;
  readonly room: MediaRoom;
  readonly terms: RoomTerms;
  readonly people: People;
  readonly roster: Roster;
  readonly announcements: Announcements;
  readonly recordings: Recordings;
  know(participant: Participant): void;
  keep(participant: Participant): void;
  changed(participant: Participant): void;
  /** Somebody has come in, with the first of his devices. */
  joined(participant: Participant): void;
  /** Somebody is in, by one more device. */
  came(participant: Participant): void;
  /** Is it to go on? */
  judge(): void;
}

export class Attendance implements DeviceHost {
  readonly #of: Attended;
  readonly #phones: Phones;
  readonly #ports: ConferencePorts;
  readonly #options: ConferenceOptions;

  constructor(of: Attended, ports: ConferencePorts, options: ConferenceOptions) {
    this.#of = of;
    this.#ports = ports;
    this.#options = options;
    this.#phones = new Phones(of, ports, options, (device, departure) =>
      this.leave(device, departure),
    );
  }

  newDevice(
    participant: Participant,
    towards: Towards,
    {
      byMessage = false,
      ...of
    }: Pick<DeviceFacts, "contact" | "instance"> & { readonly byMessage?: boolean },
  ): Device {
    const { user, name, room, terms } = this.#of;
    const words = focusWords(this.#options.userAgent, name);
    const face = byMessage
      ? textFocusFace(user, this.#options.domain, words)
      : focusFace(this.#ports.calls, towards, user, words);
    const deliver = byMessage ? this.#phones.deliveryTo(participant) : undefined;
    const device = new Device({ participant, face, deliver, ...of }, this);
    terms.alsoKnownBy(face.contact.uri, room);
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
    media: RoomMedia = this.#of.terms.media,
  ): boolean {
    const { incoming, offer, towards } = of;
    this.#of.know(device.participant);
    const attached = device.attach(this.#of.room, towards);
    const answer = attached ? device.meet(offer, media) : undefined;
    if (answer === undefined) incoming.refuse(488);
    else device.call = incoming.accept(answer);
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
    device.enter();
    this.#entered(device.participant);
  }

  /** He is in by a phone that holds no sessions; false where such phones are not let in. */
  phone(participant: Participant): boolean {
    if (this.#phones.bring(participant) === undefined) return false;
    this.#entered(participant);
    return true;
  }

  /** A device that never came, and whoever has no other. */
  forget(device: Device): void {
    const { participant } = device;
    device.detach();
    participant.devices.delete(device);
    if (participant.devices.size === 0 && !participant.awaited) {
      this.departed(participant, undefined);
    }
    this.#of.judge();
  }

  /** One of his devices has gone; with the last of them he has gone himself. IM-7.2.1.9-K1 */
  leave(device: Device | PhoneDevice, departure: Departure): void {
    const { participant } = device;
    if (!participant.devices.delete(device)) return;
    device.detach(departure.method === "failed");
    if (participant.devices.size > 0) this.#of.changed(participant);
    else this.departed(participant, departure); // IM-7.2.1.9-K2
    this.#of.judge();
  }

  /** Without `departure` it is as if he had never been asked. */
  departed(participant: Participant, departure: Departure | undefined): void {
    const { announcements, recordings, people, room, roster, over } = this.#of;
    const wasIn = participant.state === "present";
    const wasSeen = wasIn || !participant.hidden;
    if (wasIn) announcements.left(participant);
    participant.state = participant.state === "expelled" ? "expelled" : "gone";
    participant.joinedAt = undefined;
    participant.records = false;
    participant.recordsAs = undefined;
    recordings.left(participant);
    participant.awaited = false;
    // Who was lost before and is asked to come meanwhile, in vain, is lost still.
    if (wasIn) participant.lost = departure?.method === "failed";
    else if (participant.state === "expelled") participant.lost = false;
    participant.withdrawPage?.();
    if (!over) this.#of.keep(participant);
    people.names.release(participant.address);
    if (participant.state === "expelled") room.forget(participant.address);
    else room.remove(participant.address, participant.lost);
    const { count } = this.#of;
    if (departure === undefined || !wasSeen) roster.remove(participant.entity, count);
    else roster.leave(conferenceUserOf(participant, departure), count);
    roster.review("rejected");
  }

  /** Whoever was sent away is welcome again. */
  letBack(participant: Participant): void {
    if (participant.state !== "expelled") return;
    participant.state = "gone";
    this.#of.keep(participant);
  }

  /** As he was before the server ended: who was in is in still, without a device, until he is back or is missed. */
  restore(stored: StoredParticipant): void {
    const { people } = this.#of;
    const participant = people.remember(stored);
    if (participant === undefined || stored.state !== "present") return;
    const { adHocAnonymity } = this.#options;
    const now = this.#ports.clock.now();
    participant.rights = rightsOf(participant.originator, this.#of, { now, adHocAnonymity });
    participant.state = "present";
    participant.awaited = true;
    this.#of.know(participant);
    this.#of.changed(participant);
  }

  /** He has not come back. */
  miss(participant: Participant, method: DisconnectionMethod): void {
    this.departed(participant, { method, reason: undefined, at: this.#ports.clock.now() });
  }

  // As a device sees it.

  modified(...args: Parameters<DeviceHost["modified"]>): void {
    this.#of.modified(...args);
  }

  requested(...args: Parameters<DeviceHost["requested"]>): boolean | Promise<void> {
    return this.#of.requested(...args);
  }

  gone(device: Device, end: CallEnd): void {
    device.call = undefined;
    const at = this.#ports.clock.now();
    const method = isLoss(end) ? "failed" : "departed";
    this.leave(device, { at, ...(device.ending ?? { method, reason: undefined }) });
  }

  /** The room has given up a device. */
  failed({ key }: RoomMember, leg: RoomLeg | PagerLeg, reason: RoomFailure): void {
    const devices = this.#of.people.get(key)?.devices ?? [];
    const device = [...devices].find((one) => one.leg === leg);
    const { text, cause } = whyFailed(reason);
    device?.end(text, { cause, method: "failed" });
  }

  #entered(participant: Participant): void {
    participant.joinedAt ??= this.#ports.clock.now();
    const isNew = participant.state !== "present";
    const isBack = isNew || participant.awaited;
    participant.state = "present";
    participant.awaited = false;
    this.#of.changed(participant);
    if (isNew) {
      this.#of.keep(participant);
      this.#of.announcements.joined(participant);
      this.#of.joined(participant);
    }
    if (isBack) this.#tellOfRecords(participant);
    // Who recorded before the server ended does it again, and all hear of it again. Clause 15.1
    if (isBack && this.#of.recordings.joined(participant)) {
      this.#of.announcements.records(participant);
    }
    this.#of.came(participant);
  }

  /** Nobody is recorded without being told, however late he comes. Clause 15.1 */
  #tellOfRecords(participant: Participant): void {
    const { announcements, people } = this.#of;
    for (const one of people.present) {
      if (one.records && one !== participant) announcements.records(one, participant);
    }
  }
}

/** Whoever ends his session because he cannot hold it may be back. RFC 3326 */
function isLoss(end: CallEnd): boolean {
  if (end.by !== "peer") return end.by === "failure";
  return end.reasons.some(
    ({ value, params }) => value.toUpperCase() === "SIP" && params.get("cause") === "408",
  );
}
