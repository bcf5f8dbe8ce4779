/** Whom a session has asked to come, and who waits for that. Clauses 7.2.1.2, 7.2.1.3, 7.2.2.2 */
import type { Entity } from "@parlance/formats";
import { missedBy } from "@parlance/im";
import type { IncomingCall } from "@parlance/sip";
import type { SessionMedia } from "../../media/index.ts";
import type { MediaRoom, Onward, Towards } from "../../ports/index.ts";
import type { Attendance } from "./attendance.ts";
import type { Device } from "./device.ts";
import { FirstRound, type FirstRoundUser } from "./first-round.ts";
import { Invitation, type InvitationPorts, type InvitationUser } from "./invitation.ts";
import type { Invited } from "./invitation-request.ts";
import type { Participant } from "./participant.ts";
import type { ConferenceOptions, ConferencePorts } from "./ports.ts";
import { PHONE_MEDIA, sharedMedia, type TakenMedia } from "./room-media.ts";
import type { RoomTerms } from "./room-terms.ts";
import type { Roster } from "./roster.ts";

export interface InviteMore {
  readonly history?: Entity | undefined;
  readonly types?: readonly string[];
  /** Told in the state of the session when he does not come: the address of whoever asks. */
  readonly toldTo?: string;
  /** Told the final status. */
  readonly done?: (status: number) => void;
}

/** What of the session the invitations need. */
export interface InvitingHost {
  /** User part of the session identity. */
  readonly user: string;
  readonly room: MediaRoom;
  readonly terms: RoomTerms;
  readonly attendance: Attendance;
  readonly roster: Roster;
  readonly over: boolean;
  readonly count: number;
  know(participant: Participant): void;
  keep(participant: Participant): void;
  changed(participant: Participant): void;
  judge(): void;
  end(text: string): void;
}

/** By one invitation, or by one for each of some devices of his. */
interface Asking {
  /** Those that have no end yet. */
  pending: number;
  came: boolean;
}

interface Asked {
  readonly participant: Participant;
  readonly asking: Asking;
  readonly toldTo: string | undefined;
  readonly done: ((status: number) => void) | undefined;
}

export class Inviting implements InvitationUser, FirstRoundUser {
  readonly #host: InvitingHost;
  readonly #ports: ConferencePorts;
  readonly #options: ConferenceOptions;
  readonly #asked = new Map<Invitation, Asked>();
  #round: FirstRound | undefined;

  constructor(host: InvitingHost, ports: ConferencePorts, options: ConferenceOptions) {
    this.#host = host;
    this.#ports = ports;
    this.#options = options;
  }

  /** Those who have been asked and have not answered. */
  get pending(): number {
    return this.#asked.size;
  }

  get round(): FirstRound | undefined {
    return this.#round;
  }

  /** The inviting user waits; his INVITE is answered by what becomes of the others. */
  wait(device: Device, incoming: IncomingCall, offer: SessionMedia): FirstRound {
    this.#round = new FirstRound({ device, incoming, offer }, this);
    return this.#round;
  }

  /** Asks somebody to come. IM-7.2.1.3-08a */
  invite(
    participant: Participant,
    invited: Omit<Invited, "target">,
    { history, types, toldTo, done }: InviteMore = {},
  ): Invitation {
    participant.method = "dialed-out";
    this.#host.know(participant);
    const asking = { pending: 0, came: false };
    const { way } = this.#ports;
    const asked = { participant, asking, toldTo, done };
    const invitation = this.#ask({ ...invited, target: participant.uri }, asked, way, {
      history,
      ...(types === undefined ? {} : { types }),
    });
    this.#host.keep(participant);
    this.#host.changed(participant);
    return invitation;
  }

  #ask(
    invited: Invited,
    asked: Asked,
    way: InvitationPorts["way"],
    { history, types }: InviteMore,
  ): Invitation {
    const { calls, random } = this.#ports;
    const { userAgent, times, phones, domain } = this.#options;
    const { user, room, terms } = this.#host;
    const { media } = terms;
    const { participant, asking } = asked;
    const invitation = new Invitation(
      invited,
      {
        user,
        room,
        media: types === undefined ? media : { ...media, types },
        history,
        phoneDomain: phones === undefined ? undefined : domain,
        device: (towards, byMessage) => this.#deviceOf(participant, towards, byMessage),
      },
      { calls, way, random, userAgent, patienceMs: times.inviteMs },
      this,
    );
    asking.pending += 1;
    this.#asked.set(invitation, asked);
    return invitation;
  }

  /** He has come by himself, or will not: nobody has to ask him any more. D-10 */
  uninvite(participant: Participant, status?: number): void {
    for (const [invitation, asked] of this.#asked) {
      if (asked.participant === participant) invitation.cancel(status);
    }
  }

  /** He may not come any more: neither by an invitation nor by his own INVITE, which waits for the others. */
  turnAway(participant: Participant): void {
    this.uninvite(participant);
    const round = this.#round;
    if (round?.waiting !== true || round.device.participant !== participant) return;
    round.incoming.refuse(403);
    this.givenUp(round.device);
  }

  cancelAll(): void {
    for (const invitation of this.#asked.keys()) invitation.cancel();
  }

  /** The caller waits no more. With whoever invited all the others they are given up as well. Clause 7.14 */
  givenUp(device: Device): void {
    const round = this.#round;
    if (round?.device !== device || !round.waiting) return this.#host.attendance.forget(device);
    round.give();
    this.#host.attendance.forget(device);
    this.#host.end("session ended"); // CANCEL to those who ring, BYE to those who came
  }

  // As an invitation sees it.

  rang(invitation: Invitation): void {
    const asked = this.#asked.get(invitation);
    if (asked !== undefined) this.#host.changed(asked.participant);
    this.#round?.rang();
  }

  alsoTo(invitation: Invitation, onward: Onward): void {
    const asked = this.#asked.get(invitation);
    if (asked === undefined) return;
    const way = { reach: () => onward, awaitDevice: () => undefined };
    this.#ask(invitation.invited, asked, way, {}).begin();
  }

  joined(invitation: Invitation, media: TakenMedia): void {
    const asked = this.#over(invitation);
    const { device } = invitation;
    if (device === undefined) return;
    if (this.#host.over || device.participant.state === "expelled") {
      return device.end("session ended");
    }
    this.#host.terms.takes(media);
    this.#host.attendance.connected(device);
    if (asked === undefined || asked.asking.came) return;
    asked.asking.came = true;
    this.#round?.joined(media);
    asked.done?.(200);
  }

  comesWithout(invitation: Invitation): boolean {
    const asked = this.#asked.get(invitation);
    if (asked === undefined || this.#host.over || asked.participant.state === "expelled") {
      return false;
    }
    const { participant, done, asking } = asked;
    if (asking.came || asking.pending > 1) return false; // by another device, perhaps
    if (!this.#host.attendance.phone(participant)) return false;
    this.#over(invitation);
    this.#drop(invitation, participant);
    this.#host.changed(participant);
    this.#host.terms.takes(PHONE_MEDIA);
    this.#round?.joined(PHONE_MEDIA);
    done?.(200);
    return true;
  }

  missed(invitation: Invitation, status: number): void {
    const asked = this.#over(invitation);
    if (asked === undefined) return;
    const { participant, toldTo, done, asking } = asked;
    this.#drop(invitation, participant);
    if (asking.came || asking.pending > 0) {
      this.#host.changed(participant);
      return this.#host.over ? undefined : this.#host.judge();
    }
    done?.(status);
    const { state } = participant;
    if (toldTo !== undefined && state === "invited") {
      this.#host.roster.miss(participant.uri, toldTo, status);
    }
    if (state === "invited" || state === "expelled") {
      const at = this.#ports.clock.now();
      const method = state === "expelled" ? "booted" : missedBy(status);
      this.#host.attendance.departed(participant, { method, reason: undefined, at });
    } else if (state === "present") this.#host.changed(participant);
    if (this.#host.over) return;
    this.#round?.missed(status);
    this.#host.judge();
  }

  // As the first round sees it.

  letIn({ device, incoming, offer }: FirstRound, answer: TakenMedia): boolean {
    const { flow } = incoming.transaction;
    const towards = { key: flow.id, transport: flow.transport, local: flow.local, tagged: true };
    const all = { ...this.#host.terms.media, types: ["*"] };
    const media = sharedMedia(all, offer.media, answer); // IM-7.2.1.2-02, IM-7.2.1.3-K2
    // IM-7.2.1.2-03, IM-7.2.1.2-04, IM-7.2.1.3-K3, IM-7.2.1.3-K4, IM-7.2.1.3-K5
    const inside = this.#host.attendance.accept(device, { incoming, offer, towards }, media);
    if (!inside) this.#host.end("session ended");
    return inside;
  }

  abandoned({ device }: FirstRound): void {
    this.#host.attendance.forget(device);
    this.#host.end("no other participants"); // another device of his may be in
  }

  nobodyCame({ device }: FirstRound): void {
    if (this.#host.count > 1) return; // others have come by themselves
    device.end("no other participants");
  }

  #over(invitation: Invitation): Asked | undefined {
    const asked = this.#asked.get(invitation);
    if (asked !== undefined && this.#asked.delete(invitation)) asked.asking.pending -= 1;
    return asked;
  }

  /** The device that would have been his. */
  #drop({ device }: Invitation, { devices }: Participant): void {
    device?.detach();
    if (device !== undefined) devices.delete(device);
  }

  #deviceOf(participant: Participant, towards: Towards | undefined, byMessage: boolean): Device {
    const way = towards ?? NOWHERE;
    const of = { contact: participant.entity, instance: undefined, byMessage };
    const device = this.#host.attendance.newDevice(participant, way, of);
    device.status = "dialing-out";
    this.#host.changed(participant);
    return device;
  }
}

const NOWHERE: Towards = { key: "", transport: "TCP", local: undefined, tagged: true };
