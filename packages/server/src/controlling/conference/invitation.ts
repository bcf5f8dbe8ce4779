/** One user is asked to come: by INVITE to his devices, elsewhere when they say so, until there is an end. Clause 7.2.2.2 */
import type { Entity } from "@parlance/formats";
import { isRefusal } from "@parlance/im";
import {
  type Call,
  type CallFailure,
  Contact,
  formatUri,
  type OutgoingCall,
  type OutgoingOwner,
  type SipRequest,
  type SipResponse,
  sessionOf,
  type Uri,
} from "@parlance/sip";
import type { Cancel, Random } from "@parlance/wire";
import { holdsNoSessions, ownOffer } from "../../media/index.ts";
import type {
  Calls,
  MediaRoom,
  Onward,
  OnwardUser,
  RoomLeg,
  Towards,
  Way,
} from "../../ports/index.ts";
import { deviceOfGruu } from "./ask.ts";
import type { Device } from "./device.ts";
import { focusFace, textFocusContact } from "./focus-face.ts";
import { type Invited, makeInvitation, withHistory } from "./invitation-request.ts";
import { PHONE_MEDIA, type RoomMedia, roomMediaOf, type TakenMedia } from "./room-media.ts";

export interface InvitationPorts {
  readonly calls: Calls;
  readonly way: Pick<Way, "reach" | "awaitDevice">;
  readonly random: Random;
  readonly userAgent: string;
  /** How long it may ring. */
  readonly patienceMs: number;
}

/** Where he is asked to. */
export interface InvitationPlace {
  /** User part of the session identity. */
  readonly user: string;
  readonly room: MediaRoom;
  readonly media: RoomMedia;
  readonly history: Entity | undefined;
  /** Of this server, where phones come in whose rooms are made of MESSAGEs; undefined: they do not. */
  readonly phoneDomain?: string | undefined;
  /** Makes the device that will be his. `byMessage`: a phone with rooms of its own. */
  device(towards: Towards | undefined, byMessage: boolean): Device;
}

/** Whoever waits for the end: exactly one of `joined` and `missed`. */
export interface InvitationUser {
  /** IM-7.2.1.3-G1 */
  rang(invitation: Invitation): void;
  joined(invitation: Invitation, media: TakenMedia): void;
  /** This one goes to one of his devices, and another one to another: each is in a room of its own. */
  alsoTo?(invitation: Invitation, onward: Onward): void;
  /** His devices hold no sessions: does he come without? */
  comesWithout?(invitation: Invitation): boolean;
  /** The final status. */
  missed(invitation: Invitation, status: number): void;
}

interface Candidate {
  readonly leg: RoomLeg;
  readonly offer: ReturnType<typeof ownOffer>;
}

/** Contacts of a redirection that are tried. Clause 7.9 */
const MOST_REDIRECTIONS = 3;

export class Invitation implements OnwardUser {
  readonly invited: Invited;
  readonly #place: InvitationPlace;
  readonly #ports: InvitationPorts;
  readonly #user: InvitationUser;
  readonly #candidates = new Map<string, Candidate>();
  /** Where else it may go. */
  readonly #elsewhere: Uri[] = [];
  #redirections = 0;
  #device: Device | undefined;
  #chosen: Candidate | undefined;
  #outgoing: OutgoingCall | undefined;
  /** Gives up the wait for a device that sleeps. */
  #asleep: Cancel | undefined;
  #history: Entity | undefined;
  /** One of the devices says that it is an IM client. */
  #tagged = true;
  /** None of them does, and some have group rooms of their own: those are asked as such rooms ask. interop: linphone */
  #byMessage = false;
  /** The status of one that was called off. */
  #cancelled: number | undefined;
  #over = false;

  constructor(
    invited: Invited,
    place: InvitationPlace,
    ports: InvitationPorts,
    user: InvitationUser,
  ) {
    this.invited = invited;
    this.#place = place;
    this.#ports = ports;
    this.#user = user;
    this.#history = place.history;
  }

  get device(): Device | undefined {
    return this.#device;
  }

  begin(): void {
    this.#try(this.invited.target);
  }

  /** Nobody waits for him any more. `status`: what becomes of it then. RFC 3261 §9.1 */
  cancel(status = 487): void {
    this.#cancelled = status;
    this.#elsewhere.length = 0;
    this.#redirections = MOST_REDIRECTIONS;
    this.#outgoing?.cancel();
    if (this.#asleep === undefined) return;
    this.#asleep();
    this.#asleep = undefined;
    this.#failedWith(status);
  }

  dress(invite: SipRequest, towards: Towards): SipRequest {
    if (this.#byMessage && towards.textRooms === true) return this.#withoutMedia(invite);
    const { calls, random } = this.#ports;
    const candidate = this.#candidates.get(keyOf(towards)) ?? this.#candidate(towards);
    if (candidate === undefined) return invite; // without an offer: it will be refused
    const body = withHistory(candidate.offer.body, this.#history, random);
    const { contact } = focusFace(calls, towards, this.#place.user);
    return invite.edit().set(Contact, [contact]).body(body.bytes, body.type).done();
  }

  chosen(towards: Towards): void {
    if (this.#byMessage && towards.textRooms === true) return this.#forgetCandidates(undefined);
    const key = keyOf(towards);
    this.#byMessage = false;
    this.#chosen = this.#candidates.get(key);
    this.#forgetCandidates(key);
  }

  /** Whoever sleeps is woken, and asked when he is there. RFC 8599 §5.6.2 */
  #try(target: Uri): void {
    const { way, random, userAgent } = this.#ports;
    const invite = makeInvitation({ ...this.invited, target }, userAgent, random);
    this.#asleep = way.awaitDevice(invite, this.invited.by.originator, () => {
      this.#asleep = undefined;
      this.#call(invite);
    });
    if (this.#asleep === undefined) this.#call(invite);
  }

  #call(invite: SipRequest): void {
    const { way, calls, patienceMs } = this.#ports;
    const onward = way.reach(invite, this.invited.by.originator);
    if (isRefusal(onward)) return this.#failedWith(onward.status);
    this.#tagged = onward.targets.some(({ tagged }) => tagged);
    const [first] = onward.targets;
    const inText = this.#tagged ? [] : onward.targets.filter(({ textRooms }) => textRooms === true);
    this.#byMessage = inText.length > 0 && this.#place.phoneDomain !== undefined;
    const isFirst = this.#device === undefined;
    this.#device ??= this.#place.device(first, this.#byMessage);
    const others = this.#byMessage ? inText.slice(1) : [];
    const { among } = onward;
    const own =
      others.length === 0 || among === undefined
        ? onward
        : among(onward.targets.filter((one) => !others.includes(one)));
    this.#outgoing = calls.place(invite, partyOf(onward), this.#owner(this.#device), {
      face: this.#device.face,
      patienceMs,
      outlet: own.outlet(this),
    });
    // All of them answer at once: of a fork one would be in, and the others sent away. interop: linphone
    if (!isFirst || among === undefined) return;
    for (const other of others) this.#user.alsoTo?.(this, among([other]));
  }

  #owner(device: Device): OutgoingOwner {
    return {
      ...device.owner,
      progress: (response) => this.#progress(response),
      answered: (call, response) => this.#answered(call, response),
      failed: (failure) => this.#failed(failure),
    };
  }

  /** In the room it is called by the name of the session alone, which is what its own is known by. */
  #withoutMedia(invite: SipRequest): SipRequest {
    const { user, phoneDomain = "" } = this.#place;
    const edit = invite.edit().set(Contact, [textFocusContact(user, phoneDomain)]);
    for (const name of ["Replaces", "Session-Expires", "Min-SE"]) edit.remove(name);
    return edit.done();
  }

  #candidate(towards: Towards): Candidate | undefined {
    const { room, media } = this.#place;
    const leg = room.attach(this.#device?.participant.address ?? "", towards);
    if (leg === undefined) return undefined;
    const made = { leg, offer: ownOffer(leg.leg, roomMediaOf(media)) };
    this.#candidates.set(keyOf(towards), made);
    return made;
  }

  #progress({ status }: SipResponse): void {
    if (status !== 180 || this.#over) return;
    if (this.#device !== undefined) this.#device.status = "alerting";
    this.#user.rang(this);
  }

  #answered(call: Call, response: SipResponse): void {
    const device = this.#device;
    if (this.#byMessage) return this.#answeredInText(device, call, response);
    const chosen = this.#chosen;
    if (device === undefined || chosen === undefined || this.#over) return call.end();
    device.take(chosen.leg, chosen.offer);
    const media = device.agree(
      { ...chosen.offer.body, sdp: chosen.offer.sdp },
      sessionOf(response),
    );
    if (media === undefined) {
      call.end(); // RFC 3261 §13.2.2.4: there is a dialog, and nothing to say in it
      return this.#failedWith(488);
    }
    this.#come(device, call, response);
    this.#user.joined(this, media);
  }

  #answeredInText(device: Device | undefined, call: Call, response: SipResponse): void {
    if (device === undefined || this.#over) return call.end();
    this.#come(device, call, response);
    device.answeredByMessage(this.#place.room);
    this.#user.joined(this, PHONE_MEDIA);
  }

  #come(device: Device, call: Call, response: SipResponse): void {
    this.#over = true;
    device.call = call;
    const [contact] = contactsOf(response);
    if (contact !== undefined) device.contact = formatUri(contact);
    device.instance = instanceIn(response); // RFC 5626 §4.1
  }

  #failed(failure: CallFailure): void {
    if (this.#cancelled !== undefined) return this.#failedWith(this.#cancelled);
    if (failure.kind !== "refused") return this.#failedWith(statusOf(failure));
    const { response } = failure;
    const { status } = response;
    if (status < 400) {
      const room = MOST_REDIRECTIONS - this.#redirections;
      const contacts = contactsOf(response).slice(0, room);
      this.#redirections += contacts.length;
      this.#elsewhere.push(...contacts);
      return this.#failedWith(480);
    }
    // Whoever cannot take a list apart may take the invitation alone. RFC 5366 §5.2
    if ((status === 415 || status === 420) && this.#history !== undefined) {
      this.#history = undefined;
      return this.#try(this.invited.target);
    }
    if (this.#comesWithout(status)) return;
    this.#failedWith(status);
  }

  #comesWithout(status: number): boolean {
    if (this.#over || !holdsNoSessions(status, this.#tagged)) return false;
    if (this.#user.comesWithout?.(this) !== true) return false;
    this.#over = true;
    this.#forgetCandidates(undefined);
    return true;
  }

  #failedWith(status: number): void {
    if (this.#over) return;
    const next = this.#elsewhere.shift();
    if (next !== undefined) return this.#try(next);
    this.#over = true;
    this.#forgetCandidates(undefined);
    this.#user.missed(this, status);
  }

  #forgetCandidates(but: string | undefined): void {
    for (const [key, { leg }] of this.#candidates) {
      if (key !== but) leg.detach();
    }
    this.#candidates.clear();
  }
}

/** Devices that reach us alike share a leg: one of them will have it. */
function keyOf({ transport, local }: Towards): string {
  return `${transport} ${local?.host ?? ""} ${local?.port ?? ""}`;
}

function partyOf({ party }: Onward): string {
  return party;
}

function contactsOf(response: SipResponse): readonly Uri[] {
  const contacts = response.get(Contact);
  return contacts === undefined || "star" in contacts ? [] : contacts.map(({ uri }) => uri);
}

function instanceIn(response: SipResponse): string | undefined {
  const contacts = response.get(Contact);
  if (contacts === undefined || "star" in contacts) return undefined;
  const [contact] = contacts;
  if (contact === undefined) return undefined;
  return contact.params.get("+sip.instance") ?? deviceOfGruu(contact.uri);
}

function statusOf(failure: Exclude<CallFailure, { readonly kind: "refused" }>): number {
  switch (failure.kind) {
    case "timeout":
      return 408;
    case "unreachable":
      return failure.why === "busy" ? 503 : 480;
    case "bad answer":
      return 502;
    case "cancelled":
      return 487;
  }
}
