/** One session in a group: its call, what is said in it, and what is asked of its focus. OMA IM 7.1.3.2.1, 7.1.3.3 */
import {
  formatCpim,
  formatDateTime,
  type MimeHeader,
  parseCpim,
  takesType,
} from "@parlance/formats";
import { CPIM, IS_COMPOSING } from "@parlance/im";
import {
  gather,
  type IncomingHead,
  type IncomingSink,
  type SendFailure,
  type Sending,
} from "@parlance/msrp";
import {
  addressKey,
  formatUri,
  type IncomingCall,
  PAssertedIdentity,
  ReferSub,
  type SipResponse,
  type Tagged,
  type Uri,
} from "@parlance/sip";
import type { Clock, Random } from "@parlance/wire";
import { ImError } from "../base/errors.ts";
import type { CarriedLife, RoomCarrier } from "../sending/carrier.ts";
import { envelopeBetween, type Sender } from "../sending/pager-message.ts";
import { MOST_MESSAGE_BYTES } from "../session/bounds.ts";
import type { TakeInSession } from "../session/chat-session.ts";
import { isFromFocus, type Offered } from "../session/invitation.ts";
import { refusalError } from "../session/media/call-error.ts";
import {
  type MediaEnd,
  type MediaOwner,
  type MediaPorts,
  MediaSession,
} from "../session/media/media-session.ts";
import type { MediaTerms } from "../session/media/own-description.ts";
import { messageIdent } from "../session/message-ident.ts";
import type { SentRecord } from "../store/client-store.ts";
import { InviteOutcomes } from "./invite-outcomes.ts";
import { type Moderation, moderation } from "./moderation.ts";
import { nicknameError } from "./nickname.ts";
import type { Asked } from "./outcome.ts";
import { Pace } from "./pace.ts";
import { authorOf, type GroupNames, namedIn, reachOf } from "./reach.ts";
import { type Referral, recorderAt, referral } from "./refer.ts";
import { type RoomOffers, roomOffers } from "./room-offers.ts";

/** What the group has to know of itself for its session. */
export interface RoomIdentity {
  /** What messages to all go to. IM-7.1.3.2.1-02 */
  readonly address: string;
  readonly names: GroupNames;
  /** Who we are in it. IM-7.1.3.2.1-04 */
  readonly own: string;
}

export interface RoomSessionPorts {
  readonly media: MediaPorts;
  readonly clock: Clock;
  readonly random: Random;
  readonly sender: Sender;
  readonly take: TakeInSession;
  readonly identity: () => RoomIdentity;
  /** Resolves when `identity` says who we are, or it is no use to wait. */
  readonly ownKnown: () => Promise<void>;
}

export interface RoomSessionOwner {
  /** Both sides have agreed, the first time or anew. */
  agreed(session: RoomSession): void;
  open(session: RoomSession): void;
  /** The connection is gone, and another one is tried for. */
  lost(session: RoomSession): void;
  over(session: RoomSession, end: MediaEnd): void;
}

type Referring = Pick<Referral, "targets" | "method" | "hides">;

/** What a focus is, as it says itself. */
export interface Focus {
  /** Session identity. RFC 4579 §5.1 */
  readonly uri: Uri;
  readonly text: string;
  /** Of the group, or of the session where there is no group. OMA IM 7.2.1.1 */
  readonly identity: string | undefined;
}

const ROOM_TERMS: MediaTerms = {
  acceptTypes: [CPIM], // IM-7.1.3.2.1-01
  acceptWrappedTypes: ["*"],
  maxSize: MOST_MESSAGE_BYTES,
  direction: "sendrecv",
};
/** An ad-hoc group is there when the first of those who were asked has come. */
const PATIENCE_MS = 180_000;

export class RoomSession implements MediaOwner, RoomCarrier {
  readonly knowsDoubles = false;
  readonly media: MediaSession;
  readonly #owner: RoomSessionOwner;
  readonly #ports: RoomSessionPorts;
  readonly #pace = new Pace();
  readonly #outcomes: InviteOutcomes;
  #focus: Focus | undefined;
  #open = false;

  /** Throws ImError when there is no line. */
  constructor(owner: RoomSessionOwner, ports: RoomSessionPorts) {
    this.#owner = owner;
    this.#ports = ports;
    this.#outcomes = new InviteOutcomes(ports.clock);
    this.media = new MediaSession(ROOM_TERMS, this, ports.media, {
      receiveBytes: MOST_MESSAGE_BYTES,
    });
  }

  invite(make: Parameters<MediaSession["invite"]>[0]): void {
    this.media.invite(make, { kind: "conference", patienceMs: PATIENCE_MS });
  }

  invited(incoming: IncomingCall): void {
    this.media.invited(incoming);
  }

  /** `focus`: the Contact of the INVITE. */
  accept(offered: Offered | undefined, focus: Focus): boolean {
    this.#focus = focus;
    return this.media.accept(offered);
  }

  /** Undefined while it is not agreed on. */
  get focus(): Focus | undefined {
    return this.#focus;
  }

  get isOpen(): boolean {
    return this.#open;
  }

  /** Nicknames and private messages, as far as the room has them. RFC 7701 §8 */
  get offers(): RoomOffers {
    return roomOffers(this.media.media?.remote.chatroom, this.media.agent);
  }

  get maxBytes(): number {
    return this.media.media?.remote.maxSize ?? MOST_MESSAGE_BYTES;
  }

  waitMs(): number {
    return this.#pace.take(this.#ports.clock.now());
  }

  /** IM-7.1.3.2.1-P1 */
  send(record: SentRecord, life: CarriedLife): Sending | undefined {
    const { id, receipts, disposition, reach, recipients } = record;
    const { own, address } = this.#ports.identity();
    const to =
      reach === "private"
        ? recipients.map((one) => one.address) // IM-7.1.3.2.1-03b
        : [address]; // IM-7.1.3.2.1-02
    // Of delivery MSRP reports. OMA IM 5.7
    const asked = receipts.filter((each) => each === "displayed");
    return this.media.send(
      {
        messageId: messageIdent(id),
        contentType: CPIM, // IM-7.1.3.2.1-01
        content: envelopeBetween(record, { from: own, to }, asked), // IM-7.1.3.2.1-04, IM-7.1.3.2.1-05
        headers: disposition === undefined ? [] : [["Content-Disposition", disposition]],
        successReport: receipts.includes("delivered"), // IM-7.1.3.2.1-06
        failureReport: "yes",
      },
      life,
    );
  }

  /** To all. IM-7.1.3.4-01 */
  sendComposing(document: Uint8Array): void {
    const { own, address } = this.#ports.identity();
    const { remote } = this.media.media ?? {};
    if (!this.#open || remote === undefined) return;
    if (!takesType([...remote.acceptTypes, ...remote.acceptWrappedTypes], IS_COMPOSING)) return;
    const content = formatCpim({
      from: { name: undefined, uri: own },
      to: [{ name: undefined, uri: address }],
      cc: [],
      dateTime: formatDateTime(this.#ports.clock.now()),
      subjects: [],
      require: [],
      extensions: [],
      contentHeaders: [["Content-Type", IS_COMPOSING]],
      content: document,
    });
    this.media.send({ contentType: CPIM, content, failureReport: "no" }, {});
  }

  /** A notification to whoever wrote something. True when the room has it, or will never take it. OMA IM 5.7 */
  sendReceipt(cpim: Uint8Array): Promise<boolean> {
    return new Promise((resolve) => {
      const failed = ({ why }: SendFailure): void => resolve(why === "refused");
      const message = { contentType: CPIM, content: cpim };
      const sending = this.media.send(message, { accepted: () => resolve(true), failed });
      if (sending === undefined) resolve(false);
    });
  }

  /** Rejects with ImError. RFC 7701 §7 */
  async nickname(name: string): Promise<void> {
    if (!this.offers.nicknames) throw new ImError("not supported");
    const status = await new Promise<number | undefined>((resolve) => {
      this.media.nickname(name, resolve);
    });
    const error = nicknameError(status);
    if (error !== undefined) throw error;
  }

  /** Resolves when the focus will see to it. Rejects with ImError. OMA IM 4.7, 4.14 */
  async refer(of: Referring): Promise<void> {
    await this.#refer({ ...of, reports: false });
  }

  /** Asks one to come, and hears of it. Resolves and rejects in the same way. */
  async ask(address: string, hides: boolean): Promise<Asked> {
    this.#outcomes.expect();
    try {
      const of: Referring = { targets: [address], method: "INVITE", hides };
      const answer = await this.#refer({ ...of, reports: true });
      const reports = answer.get(ReferSub)?.value.toLowerCase() !== "false"; // RFC 4488 §4
      return { address, came: this.#outcomes.accepted(answer.cseq.number, reports) };
    } catch (error) {
      this.#outcomes.refused();
      throw error;
    }
  }

  /** What is said is recorded for the user from now on, or is not any more. Rejects with ImError. OMA IM 15.1 */
  async record(on: boolean, name?: string): Promise<void> {
    const targets = [recorderAt(this.#ports.sender, name)];
    await this.refer({ targets, method: on ? "INVITE" : "BYE", hides: true });
  }

  /** Resolves when it is so. Rejects with ImError: "refused" for whoever may not. */
  async moderate(wish: Moderation): Promise<void> {
    const { call } = this.media;
    const focus = this.#focus;
    if (call === undefined || focus === undefined) throw new ImError("closed");
    const { userAgent } = this.#ports.sender;
    const outcome = await call.request("PUBLISH", moderation(wish, focus.text, userAgent));
    if (outcome.kind === "failed")
      throw new ImError(outcome.why === "timeout" ? "timeout" : "offline");
    if (outcome.response.status >= 300) throw refusalError(outcome.response);
  }

  end(reasons?: readonly Tagged[]): void {
    this.media.end(reasons);
  }

  // As the media session sees it.

  /** OMA IM 4.1 */
  suits(answer: SipResponse): boolean {
    return isFromFocus(answer);
  }

  agreed(): void {
    const { call, answer } = this.media;
    const contact = call?.peer.contact;
    if (this.#focus === undefined && contact !== undefined) {
      const [identity] = answer?.get(PAssertedIdentity) ?? [];
      this.#focus = focusAt(contact.uri, identity && addressKey(identity.uri));
    }
    this.#owner.agreed(this);
  }

  open(): void {
    this.#open = true;
    this.#owner.open(this);
  }

  lost(): void {
    this.#open = false;
    this.#owner.lost(this);
  }

  /** IM-7.1.3.3-P1 */
  incoming(head: IncomingHead): IncomingSink | number {
    if (!/^message\/cpim(?:\s|;|$)/i.test(head.contentType)) return 415;
    const headers: MimeHeader[] = [["Content-Type", head.contentType]];
    const disposition = head.request.header("Content-Disposition");
    if (disposition !== undefined) headers.push(["Content-Disposition", disposition]);
    return gather(head, MOST_MESSAGE_BYTES, (gathered) => {
      const content = gathered.slice(); // the room that it was gathered in may be twice as large
      return this.#take({ headers, content }, `msrp ${head.messageId}`);
    });
  }

  /** A focus may report of REFERs that have asked for none. RFC 3515 §2.4.4 */
  requested(transaction: Parameters<NonNullable<MediaOwner["requested"]>>[0]): boolean {
    if (transaction.request.method !== "NOTIFY") return false;
    transaction.reply(200);
    this.#outcomes.notified(transaction.request);
    return true;
  }

  over(end: MediaEnd): void {
    this.#open = false;
    this.#outcomes.close();
    this.#owner.over(this, end);
  }

  async #refer(of: Referring & { readonly reports: boolean }): Promise<SipResponse> {
    const { call } = this.media;
    if (call === undefined) throw new ImError("closed");
    const { random, sender } = this.#ports;
    const outcome = await call.request("REFER", referral({ ...of, sender, random }));
    if (outcome.kind === "failed")
      throw new ImError(outcome.why === "timeout" ? "timeout" : "offline");
    if (outcome.response.status >= 300) throw refusalError(outcome.response);
    return outcome.response;
  }

  /** Who hides knows what he has said himself, on another device, by what the roster calls him. */
  async #take(entity: Parameters<TakeInSession>[0], id: string): Promise<number> {
    await this.#ports.ownKnown();
    const { names, own, address } = this.#ports.identity();
    const cpim = parseCpim(entity.content);
    if (!cpim.ok) return 400;
    const reach = reachOf(cpim.value, names);
    const from = reach === "system" ? address : authorOf(cpim.value);
    if (from === undefined) return 400;
    return this.#ports.take(entity, {
      id,
      from,
      fromName: cpim.value.from?.name,
      conversation: address,
      reach,
      ...(reach === "private" ? { privateTo: namedIn(cpim.value) } : {}),
      own: from === own,
    });
  }
}

export function focusAt(uri: Uri, identity: string | undefined): Focus {
  return { uri, text: formatUri(uri), identity };
}
