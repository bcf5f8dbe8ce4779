/** One session of messages with one other user: what goes and comes in it, until it is idle. OMA IM 7.1.3 */
import { formatCpim, formatDateTime, type MimeHeader, takesType } from "@parlance/formats";
import { ANONYMOUS_URI, CPIM, IS_COMPOSING, parseRelease } from "@parlance/im";
import {
  gather,
  type IncomingHead,
  type IncomingSink,
  type MessageLife,
  type OutgoingMessage,
  type Sending,
} from "@parlance/msrp";
import { type IncomingCall, parseUri, type SipResponse } from "@parlance/sip";
import type { Cancel, Clock } from "@parlance/wire";
import { ImError } from "../base/errors.ts";
import { recorderAt, referral } from "../conference/refer.ts";
import type { InSession } from "../receiving/receiver.ts";
import type { CarriedLife, Carrier } from "../sending/carrier.ts";
import { envelope, type Sender } from "../sending/pager-message.ts";
import type { SentRecord } from "../store/client-store.ts";
import { MOST_MESSAGE_BYTES } from "./bounds.ts";
import { isFromFocus } from "./invitation.ts";
import {
  type MediaEnd,
  type MediaOwner,
  type MediaPorts,
  MediaSession,
} from "./media/media-session.ts";
import type { MediaTerms } from "./media/own-description.ts";
import { messageIdent } from "./message-ident.ts";
import { serviceNotice } from "./service-notice.ts";

export type SessionState =
  /** The other side is asked. */
  | "inviting"
  /** Agreed on, but not connected yet. */
  | "connecting"
  | "open"
  /** The connection was lost, and another one is tried for. */
  | "reconnecting"
  | "over";

/** What came in a session; resolves with the status of MSRP that it deserves. */
export type TakeInSession = (
  entity: { readonly headers: readonly MimeHeader[]; readonly content: Uint8Array },
  of: InSession,
) => Promise<number>;

export interface ChatSessionPorts {
  readonly media: MediaPorts;
  readonly clock: Clock;
  readonly sender: Sender;
  readonly idleMs: number;
  readonly take: TakeInSession;
  readonly changed: (session: ChatSession, end: MediaEnd | undefined) => void;
}

const TEXT = "text/plain";
/** What can be shown in a conversation comes bare or in an envelope, all else in an envelope. */
export const CHAT_TERMS: MediaTerms = {
  acceptTypes: [CPIM, TEXT, IS_COMPOSING],
  acceptWrappedTypes: ["*"], // IM-7.1.3.1-02: those of 3GPP TS 26.141, and any other
  maxSize: MOST_MESSAGE_BYTES,
  direction: "sendrecv",
};
/** Whoever was called leaves it to the caller to end an idle session, for so long. */
const LONGER_FOR_THE_CALLED_MS = 15_000;
const PATIENCE_MS = 180_000;

export class ChatSession implements MediaOwner, Carrier {
  /** Address of the other side. */
  readonly peer: string;
  readonly #name: string | undefined;
  /** We have called. */
  readonly ours: boolean;
  readonly anonymous: boolean;
  /** Resolves when it is open; rejects with ImError. */
  readonly opened: Promise<void>;
  readonly #ports: ChatSessionPorts;
  readonly #media: MediaSession;
  readonly #open = Promise.withResolvers<void>();
  /** Messages of ours of which something is still to be heard. */
  readonly #unsettled = new Set<string>();
  #state: SessionState = "inviting";
  #idle: Cancel = () => {};

  /** Throws ImError when there is no line. */
  constructor(
    of: {
      readonly peer: string;
      readonly name: string | undefined;
      readonly ours: boolean;
      readonly anonymous: boolean;
      readonly terms: MediaTerms;
    },
    ports: ChatSessionPorts,
  ) {
    this.peer = of.peer;
    this.#name = of.name;
    this.ours = of.ours;
    this.anonymous = of.anonymous;
    this.#ports = ports;
    this.#media = new MediaSession(of.terms, this, ports.media, {
      receiveBytes: MOST_MESSAGE_BYTES,
    });
    this.opened = this.#open.promise;
    this.opened.catch(() => {}); // told by the state, too
  }

  get state(): SessionState {
    return this.#state;
  }

  /** Whether messages may be given to it: it brings them, or says that it could not. */
  get usable(): boolean {
    return this.#state === "open" || this.#state === "reconnecting";
  }

  get media(): MediaSession {
    return this.#media;
  }

  /** The other side knows a message by its id, whichever way it comes. */
  get knowsDoubles(): boolean {
    const { media, agent = "" } = this.#media;
    if (media === undefined || !takesType(media.remote.acceptTypes, CPIM)) return false;
    return parseRelease(agent)?.component === "client";
  }

  invite(make: Parameters<MediaSession["invite"]>[0]): void {
    this.#media.invite(make, { kind: "conversation", patienceMs: PATIENCE_MS });
  }

  invited(incoming: IncomingCall): void {
    this.#media.invited(incoming);
  }

  /** Whether the other side takes such a message. */
  takes({
    contentType,
    content,
    anonymous,
    disposition,
    recipients,
    expiresAt,
  }: SentRecord): boolean {
    const { media } = this.#media;
    if (media === undefined || !media.sends || anonymous !== this.anonymous) return false;
    if (recipients.length > 1 || expiresAt !== undefined) return false; // MESSAGE can say that
    const { acceptTypes, acceptWrappedTypes, maxSize = MOST_MESSAGE_BYTES } = media.remote;
    if (content.length + ROOM_FOR_ENVELOPE > maxSize) return false;
    const essence = contentType.split(";", 1)[0]?.trim().toLowerCase() ?? "";
    if (!takesType(acceptTypes, CPIM))
      return disposition === undefined && takesType(acceptTypes, essence);
    return takesType([...acceptTypes, ...acceptWrappedTypes], essence);
  }

  /** Undefined when it is too late. IM-7.1.3.2-P1 */
  send(record: SentRecord, life: CarriedLife): Sending | undefined {
    const { id, receipts, disposition } = record;
    const reported = receipts.includes("delivered");
    const over = (): void => {
      this.#unsettled.delete(id);
      this.touched();
    };
    const sending = this.#media.send(
      {
        messageId: messageIdent(id),
        ...this.#content(record),
        // IM-7.1.3.2-01: also where a wrapper says it. R-16
        headers: disposition === undefined ? [] : [["Content-Disposition", disposition]],
        successReport: reported, // IM-7.1.3.2-04
        failureReport: "yes",
      },
      {
        accepted: () => {
          if (!reported) over();
          life.accepted();
        },
        delivered: () => {
          over();
          life.delivered();
        },
        unreported: () => {
          over();
          life.unreported();
        },
        failed: (failure) => {
          over();
          life.failed(failure);
        },
      },
    );
    if (sending === undefined) return undefined;
    this.#unsettled.add(id);
    this.touched();
    return sending;
  }

  /** IM-7.1.3.4-01, IMSpec-SMM-C-013. False when the other side does not want to know. */
  sendComposing(document: Uint8Array): boolean {
    const { media } = this.#media;
    if (media === undefined || !media.sends) return false;
    const { acceptTypes, acceptWrappedTypes } = media.remote;
    const wrapped = takesType(acceptTypes, CPIM);
    const types = wrapped ? [...acceptTypes, ...acceptWrappedTypes] : acceptTypes;
    if (!takesType(types, IS_COMPOSING)) return false;
    const content = wrapped ? this.#wrap(document) : document;
    this.touched();
    this.#media.send(
      { contentType: wrapped ? CPIM : IS_COMPOSING, content, failureReport: "no" },
      {},
    );
    return true;
  }

  /** A notification in its envelope. Resolves with true when the other side has it. RFC 5438 §12 */
  sendReceipt(cpim: Uint8Array): Promise<boolean> {
    const { media } = this.#media;
    if (!this.usable || media === undefined || !takesType(media.remote.acceptTypes, CPIM)) {
      return Promise.resolve(false);
    }
    return new Promise((resolve) => {
      const message: OutgoingMessage = { contentType: CPIM, content: cpim };
      const life: MessageLife = { accepted: () => resolve(true), failed: () => resolve(false) };
      if (this.#media.send(message, life) === undefined) resolve(false);
    });
  }

  /** The server records it for the user, or does not any more. Rejects with ImError. OMA IM 15.1 */
  async record(on: boolean, name?: string): Promise<void> {
    const { call } = this.#media;
    if (call === undefined) throw new ImError("closed");
    const { sender } = this.#ports;
    const { random } = this.#ports.media;
    const targets = [recorderAt(sender, name)];
    const method = on ? "INVITE" : "BYE";
    const asked = referral({ targets, method, sender, random, hides: true, reports: false });
    const outcome = await call.request("REFER", asked);
    if (outcome.kind === "failed")
      throw new ImError(outcome.why === "timeout" ? "timeout" : "offline");
    const { status } = outcome.response;
    if (status >= 300) throw new ImError(status === 403 ? "refused" : "not supported", { status });
  }

  /** Something has happened in it: it is not idle. */
  touched(): void {
    this.#idle();
    if (this.#state === "over" || this.#state === "inviting") return;
    const waitMs = this.#ports.idleMs + (this.ours ? 0 : LONGER_FOR_THE_CALLED_MS);
    this.#idle = this.#ports.clock.schedule(waitMs, () => {
      if (this.#unsettled.size === 0) this.end();
      else this.touched();
    });
  }

  end(): void {
    this.#media.end();
  }

  // As the media session sees it.

  /** Groups and rooms are not for conversations with one user: what goes there has to reach those who are away, too. */
  suits(answer: SipResponse): boolean {
    return !isFromFocus(answer);
  }

  agreed(): void {
    if (this.#state === "inviting") this.#become("connecting");
  }

  open(): void {
    this.#become("open");
    this.#open.resolve();
    this.touched();
  }

  lost(): void {
    this.#become("reconnecting");
  }

  /** Of what is complete and kept MSRP tells the sender, if he wants to know. IM-7.1.3.3-03 */
  incoming(head: IncomingHead): IncomingSink | number {
    const disposition = head.request.header("Content-Disposition");
    const headers: MimeHeader[] = [["Content-Type", head.contentType]];
    if (disposition !== undefined) headers.push(["Content-Disposition", disposition]);
    return gather(head, this.#media.terms.maxSize ?? MOST_MESSAGE_BYTES, (content) => {
      this.touched();
      const entity = { headers, content: content.slice() }; // the room that it was gathered in may be twice as large
      const notice = serviceNotice(entity, this.#ports.sender);
      return this.#ports.take(entity, {
        id: `msrp ${head.messageId}`,
        from: this.peer,
        fromName: this.#name,
        conversation: this.peer,
        ...notice,
      });
    });
  }

  over(end: MediaEnd): void {
    this.#idle();
    this.#state = "over";
    this.#open.reject(end.by === "failure" ? end.error : new ImError("closed"));
    this.#ports.changed(this, end);
  }

  #become(state: SessionState): void {
    if (this.#state === "over") return;
    this.#state = state;
    this.#ports.changed(this, undefined);
  }

  /** In an envelope where the other side takes one: it carries the id by which doubles are known. */
  #content(record: SentRecord): { readonly contentType: string; readonly content: Uint8Array } {
    const { media } = this.#media;
    if (media === undefined || !takesType(media.remote.acceptTypes, CPIM)) return record;
    // Of delivery MSRP reports. OMA IM 5.7
    const receipts = record.receipts.filter((each) => each === "displayed");
    const { sender } = this.#ports;
    // Who has answered the INVITE has told no name, and a name may change.
    const name = this.anonymous ? undefined : sender.displayName;
    const content = envelope(record, sender, parseUri(this.peer), receipts, name);
    return { contentType: CPIM, content };
  }

  #wrap(document: Uint8Array): Uint8Array {
    const { sender, clock } = this.#ports;
    return formatCpim({
      from: { name: undefined, uri: this.anonymous ? ANONYMOUS_URI : sender.address },
      to: [{ name: undefined, uri: this.peer }],
      cc: [],
      dateTime: formatDateTime(clock.now()),
      subjects: [],
      require: [],
      extensions: [],
      contentHeaders: [["Content-Type", IS_COMPOSING]],
      content: document,
    });
  }
}

/** Addresses, id, subject and what else stands around a content. */
const ROOM_FOR_ENVELOPE = 4_096;
