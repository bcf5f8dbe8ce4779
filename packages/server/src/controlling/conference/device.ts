/** A device of a participant in the session: its call, and its leg of the room. Clause 8.1 */
import type { MessageMedia, Sdp } from "@parlance/formats";
import {
  type Body,
  type Call,
  type CallEnd,
  type CallOwner,
  type Face,
  type Offer,
  Params,
  type ServerTransaction,
  type Tagged,
} from "@parlance/sip";
import { ownAnswer, ownOffer, readAnswerTo, type SessionMedia } from "../../media/index.ts";
import type { MediaRoom, PagerDelivery, PagerLeg, RoomLeg, Towards } from "../../ports/index.ts";
import type {
  Departure,
  DescribedBody,
  DeviceStatus,
  EndingWords,
  ParticipantDevice,
} from "./model.ts";
import type { Participant } from "./participant.ts";
import { type RoomMedia, roomDeviceOf, roomMediaOf } from "./room-media.ts";

/** What the conference does about its devices. */
export interface DeviceHost {
  /** The peer offers another session. */
  modified(device: Device, offer: Offer): void;
  /** REFER, MESSAGE and what else comes in its dialog. */
  requested(device: Device, transaction: ServerTransaction): boolean | Promise<void>;
  /** Its call is over, whoever ended it. */
  gone(device: Device, end: CallEnd): void;
}

export type Ending = Pick<Departure, "method" | "reason">;

/** As `PagerDelivery`, to a device as it is known by now. */
export type DeliveryByMessage = (
  envelope: Uint8Array,
  to: Pick<Device, "contact" | "instance" | "asked">,
) => ReturnType<PagerDelivery>;

export interface DeviceFacts {
  readonly participant: Participant;
  readonly face: Face;
  /** Its contact: the key of the endpoint in the conference state. */
  readonly contact: string;
  /** `+sip.instance`, by which it is known again. RFC 5626 §4.1 */
  readonly instance: string | undefined;
  /** It holds no media: brings it an envelope by MESSAGE. */
  readonly deliver?: DeliveryByMessage | undefined;
}

export class Device implements ParticipantDevice {
  readonly participant: Participant;
  readonly face: Face;
  instance: string | undefined;
  contact: string;
  status: DeviceStatus;
  call: Call | undefined;
  /** What it has said last that the session is about. */
  subject: string | undefined;
  #leg: RoomLeg | undefined;
  #pager: PagerLeg | undefined;
  readonly #deliver: DeliveryByMessage | undefined;
  #told: { readonly body: Body; readonly sdp: Sdp } | undefined;
  #ending: Ending | undefined;
  #asked = false;
  /** Of the m= line. */
  #place = 0;
  readonly #host: DeviceHost;

  constructor({ participant, face, contact, instance, deliver }: DeviceFacts, host: DeviceHost) {
    this.#deliver = deliver;
    this.participant = participant;
    this.face = face;
    this.contact = contact;
    this.instance = instance;
    this.status = "dialing-in";
    this.#host = host;
  }

  readonly owner: CallOwner = {
    offered: (offer) => this.#host.modified(this, offer),
    acknowledged: (_, answer) => this.#acknowledged(answer),
    requested: (transaction) => this.#host.requested(this, transaction),
    description: () => this.#told?.body,
    ended: (_, end) => this.#host.gone(this, end),
  };

  get leg(): RoomLeg | PagerLeg | undefined {
    return this.#leg ?? this.#pager;
  }

  get upToDate(): boolean {
    return this.#leg?.upToDate ?? true;
  }

  /** It holds no media: what it says comes by MESSAGE. */
  get byMessage(): boolean {
    return this.#deliver !== undefined;
  }

  /** It is in by an INVITE of ours. */
  get asked(): boolean {
    return this.#asked;
  }

  /** What has come from it by MESSAGE; undefined for one that holds media. */
  get pager(): PagerLeg | undefined {
    return this.#pager;
  }

  /** What holds between the two, as we said it last. */
  get told(): Body | undefined {
    return this.#told?.body;
  }

  /** It has a place in the room; false where no listener of ours can be reached by it. */
  attach(room: MediaRoom, towards: Towards): boolean {
    if (this.#deliver !== undefined) {
      this.#attachByMessage(room);
      return true;
    }
    this.#leg ??= room.attach(this.participant.address, towards, { device: this.instance });
    return this.#leg !== undefined;
  }

  /** It was asked to come, has said yes, and holds no media. */
  answeredByMessage(room: MediaRoom): void {
    this.#asked = true;
    this.#attachByMessage(room);
  }

  /** It is in. */
  enter(): void {
    this.#leg?.enter(this.instance);
  }

  /** A leg that was offered is the one that it has taken. */
  take(leg: RoomLeg, told: { readonly body: Body; readonly sdp: Sdp }): void {
    this.#leg = leg;
    this.#told = told;
  }

  /** What its INVITE is answered with; undefined when the two sides come to nothing. */
  meet(offer: SessionMedia, media: RoomMedia): { readonly body?: Body } | undefined {
    if (this.byMessage) return {};
    const body = this.answer(offer, media);
    return body && { body };
  }

  /** The answer to an offer of the device; undefined when the two sides come to nothing, and all stays as it was. */
  answer(offer: SessionMedia, media: RoomMedia): Body | undefined {
    const leg = this.#leg;
    if (leg === undefined) return undefined;
    const own = { ...roomMediaOf(media), setup: "passive" as const };
    const made = ownAnswer(offer, leg.leg, own, this.#told?.sdp);
    if (made === undefined) return undefined;
    leg.leg.agree(made.peer);
    leg.update(roomDeviceOf(made.remote));
    this.#told = made;
    this.#place = offer.place;
    return made.body;
  }

  /** An offer of ours for the session that it is in. */
  offer(media: RoomMedia): DescribedBody | undefined {
    const leg = this.#leg;
    if (leg === undefined) return undefined;
    const { body, sdp } = ownOffer(leg.leg, roomMediaOf(media), this.#told?.sdp, this.#place);
    return { ...body, sdp };
  }

  /** The answer to an offer of ours holds from now on; undefined, and nothing changes, when there is none. */
  agree(offer: DescribedBody, answer: Body | undefined): MessageMedia | undefined {
    const leg = this.#leg;
    const read = leg && readAnswerTo(offer, answer, this.#place);
    if (leg === undefined || read === undefined) return undefined;
    leg.leg.agree(read.peer);
    leg.update(roomDeviceOf(read.remote));
    this.#told = { body: offer, sdp: offer.sdp };
    return read.remote;
  }

  /** Why we have ended it. */
  get ending(): Ending | undefined {
    return this.#ending;
  }

  /** BYE, with the reason that the user is shown. IM-7.2.1.9-02, IM-7.2.1.9-03 */
  end(text: string, { cause = 200, method = "departed" }: EndingWords = {}): void {
    const { call } = this;
    this.call = undefined;
    this.#ending = { method, reason: text };
    const params = Params.of(["cause", String(cause)]).withQuoted("text", text);
    const reason: Tagged = { value: "SIP", params };
    call?.end([reason]);
  }

  detach(comesBack = false): void {
    this.#pager?.detach();
    this.#pager = undefined;
    this.#leg?.detach(comesBack);
    this.#leg = undefined;
  }

  #attachByMessage(room: MediaRoom): void {
    const deliver = this.#deliver;
    if (deliver === undefined) throw new Error("a device that holds media");
    this.#pager ??= room.attachPager(this.participant.address, (envelope) =>
      deliver(envelope, this),
    );
  }

  /** A re-INVITE without an offer got what held; its ACK may say something else. RFC 3261 §14.2 */
  #acknowledged(answer: Body | undefined): void {
    const told = this.#told;
    if (answer !== undefined && told !== undefined)
      this.agree({ ...told.body, sdp: told.sdp }, answer);
  }
}
