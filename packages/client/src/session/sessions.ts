/** All sessions of a client: those that it opens, and those that others open with it. OMA IM 7.1.1, 7.1.2, 9.1, 9.2 */
import { isRefusal, refuse } from "@parlance/im";
import { MsrpEndpoint } from "@parlance/msrp";
import { type Flow, parseUri, type ServerTransaction, type SipRequest } from "@parlance/sip";
import { ImError } from "../base/errors.ts";
import type { Signal } from "../base/signal.ts";
import type { Calls } from "../connection/calls.ts";
import type { Runtime } from "../runtime.ts";
import type { Sender } from "../sending/pager-message.ts";
import type { SendingState, SentRecord } from "../store/client-store.ts";
import type { Trace } from "../trace.ts";
import { CHAT_TERMS, ChatSession, type TakeInSession } from "./chat-session.ts";
import { Door } from "./door.ts";
import { type Invitation, isFromFocus, readInvitation } from "./invitation.ts";
import { makeInvite } from "./invite.ts";
import { takeLarge } from "./large/large-receiver.ts";
import { sendLarge } from "./large/large-sender.ts";
import type { MediaPorts } from "./media/media-session.ts";
import { placeOn } from "./media/place.ts";
import { TracedDialer } from "./media/traced-dialer.ts";
import type { SessionInvitation } from "./session-invitation.ts";
import type { SessionSettings } from "./session-settings.ts";
import type { OpenOptions } from "./talk.ts";
import type { Talks } from "./talks.ts";

export interface SessionsPorts {
  readonly runtime: Runtime;
  readonly calls: Calls;
  readonly sender: Sender;
  readonly domain: string;
  readonly flow: () => Flow | undefined;
  readonly isOnline: () => boolean;
  /** Where WebSockets for sessions are opened. */
  readonly url: string | undefined;
  readonly take: TakeInSession;
  /** The user has asked his server for what this brings: how it is taken then. */
  readonly asked: (request: SipRequest, take: TakeInSession) => TakeInSession | undefined;
  readonly talks: Talks;
  readonly invited: (invitation: SessionInvitation) => void;
  /** Whether somebody decides about invitations. */
  readonly decides: () => boolean;
  readonly trace: Trace | undefined;
  readonly report: (error: unknown) => void;
}

export type FileTaker = (
  invitation: Invitation,
  transaction: ServerTransaction,
  media: MediaPorts,
) => void | Promise<void>;

/** `replaces`: it takes the place of a session that there is. */
export type GroupTaker = (
  invitation: Invitation,
  transaction: ServerTransaction,
  replaces: boolean,
) => void;

export class Sessions {
  /** Undefined where the runtime opens no MSRP connections. */
  readonly media: MediaPorts | undefined;
  readonly door: Door;
  /** Who takes invitations for files; without anybody they are refused. */
  files: FileTaker | undefined;
  /** Who takes invitations into groups; without anybody they are refused. */
  groups: GroupTaker | undefined;
  readonly #ports: SessionsPorts;
  readonly #settings: SessionSettings;
  readonly #endpoint: MsrpEndpoint | undefined;

  constructor(ports: SessionsPorts, settings: SessionSettings) {
    const { runtime, calls, flow, isOnline, url, domain, invited } = ports;
    const { clock, random, msrp } = runtime;
    this.#ports = ports;
    this.#settings = settings;
    this.door = new Door({ calls, clock, domain, most: settings.most, invited });
    if (msrp === undefined) return;
    const { trace, report } = ports;
    const dialer = trace === undefined ? msrp : new TracedDialer(msrp, { clock, trace, report });
    const endpoint = new MsrpEndpoint({ clock, random, dialer });
    const place = () => {
      const line = flow();
      return line && placeOn(line, url);
    };
    this.#endpoint = endpoint;
    this.media = { calls, endpoint, random, place, isOnline };
  }

  /** Sends a message as a session of its own. Rejects with ImError. */
  async sendLarge(record: SentRecord, signal: Signal | undefined): Promise<SendingState> {
    const { media, door } = this;
    if (media === undefined) throw new ImError("too large");
    if (!media.isOnline()) throw new ImError("offline");
    const { sender, runtime } = this.#ports;
    const { random } = runtime;
    return sendLarge(record, signal, { media, sender, random, hold: (one) => door.hold(one) });
  }

  /** An INVITE that begins something. */
  async invited(transaction: ServerTransaction): Promise<void> {
    const { door, media } = this;
    const { request } = transaction;
    const read = readInvitation(request);
    if (isRefusal(read)) return door.refuse(transaction, read);
    if (media === undefined) return door.refuse(transaction, refuse("no common media"));
    const replaced = this.#ports.calls.replaces(request);
    if (replaced.kind === "refuse") return transaction.reply(replaced.status); // RFC 3891 §3
    const replaces = replaced.kind === "replace";
    if (isFromFocus(request) && read.kind === "conversation") {
      if (this.groups === undefined) return door.refuse(transaction, refuse("no common media"));
      this.groups(read, transaction, replaces);
    } else await this.#take(read, transaction, media);
    if (replaced.kind === "replace") replaced.usage.end(); // RFC 3891 §3
  }

  lineIsBack(): void {
    this.door.lineIsBack();
  }

  /** BYE to everybody. */
  end(): void {
    this.door.close();
  }

  /** After `end`, when goodbyes have been said. */
  stop(): void {
    this.#endpoint?.stop();
  }

  #take(
    invitation: Invitation,
    transaction: ServerTransaction,
    media: MediaPorts,
  ): void | Promise<void> {
    const { door } = this;
    switch (invitation.kind) {
      case "conversation":
        return this.#takeConversation(invitation, transaction, media);
      case "large message": {
        const { runtime, decides, asked } = this.#ports;
        const asking = asked(transaction.request, this.#ports.take);
        const unaskedBytes =
          decides() && asking === undefined
            ? this.#settings.autoAcceptLargeBytes
            : Number.POSITIVE_INFINITY;
        const take = asking ?? this.#ports.take;
        const ports = { media, clock: runtime.clock, door, take, unaskedBytes };
        return takeLarge(invitation, transaction, ports);
      }
      case "file":
        if (this.files !== undefined) return this.files(invitation, transaction, media);
        return door.refuse(transaction, refuse("no common media"));
    }
  }

  /** Calls another user. Throws ImError when that is not possible now. */
  call(peer: string, how: Omit<OpenOptions, "signal">): ChatSession {
    if (this.media === undefined) throw new ImError("not supported");
    if (!this.media.isOnline()) throw new ImError("offline");
    if (this.door.full) throw new ImError("busy");
    const { sender, runtime } = this.#ports;
    const { subject, anonymous = false } = how;
    const session = this.#session({ peer, name: undefined, ours: true, anonymous }, this.media);
    this.door.hold(session.media);
    const wish = {
      kind: "conversation",
      to: parseUri(peer),
      subject,
      anonymous,
      toUser: true,
    } as const;
    session.invite((body) => makeInvite(wish, body, sender, runtime.random));
    return session;
  }

  #takeConversation(
    invitation: Invitation,
    transaction: ServerTransaction,
    media: MediaPorts,
  ): void {
    const { from: peer, fromName: name } = invitation.origin;
    const { incoming: policy } = this.#settings;
    if (policy === "decline") return transaction.reply(603);
    const talk = this.#ports.talks.with(peer);
    if (talk.calling !== undefined && this.#oursCounts(peer)) return transaction.reply(486);
    const session = this.#session({ peer, name, ours: false, anonymous: false }, media);
    const incoming = this.door.enter(transaction, session.media);
    if (incoming === undefined) return;
    talk.calling?.end();
    const accept = (): void => {
      talk.add(session);
      session.media.accept(invitation.offered);
    };
    if (policy === "accept") return accept();
    const about = { invitation, kind: "conversation", sizeBytes: undefined } as const;
    this.door.ask(incoming, { ...about, media: session.media, accept });
  }

  /** Both have called at the same time: that of the lesser address counts, as both sides know. */
  #oursCounts(peer: string): boolean {
    return this.#ports.sender.address < peer;
  }

  #session(
    of: {
      readonly peer: string;
      readonly name: string | undefined;
      readonly ours: boolean;
      readonly anonymous: boolean;
    },
    media: MediaPorts,
  ): ChatSession {
    const { runtime, sender, take, talks } = this.#ports;
    return new ChatSession(
      { ...of, terms: CHAT_TERMS },
      {
        media,
        clock: runtime.clock,
        sender,
        idleMs: this.#settings.idleMs,
        take,
        changed: (session, end) => talks.with(of.peer).changed(session, end),
      },
    );
  }
}
