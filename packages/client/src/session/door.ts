/** Who comes in: every session that lives passes here, and those of others are let in or turned away. OMA IM 7.1.2.1 */
import { formatWarning, type Refusal, refuse, type SessionKind } from "@parlance/im";
import type { IncomingCall, ServerTransaction } from "@parlance/sip";
import type { Clock } from "@parlance/wire";
import type { Calls } from "../connection/calls.ts";
import type { Invitation } from "./invitation.ts";
import type { MediaSession } from "./media/media-session.ts";
import { SessionInvitation } from "./session-invitation.ts";

export interface DoorPorts {
  readonly calls: Calls;
  readonly clock: Clock;
  readonly domain: string;
  /** Sessions at one time. */
  readonly most: number;
  readonly invited: (invitation: SessionInvitation) => void;
}

/** What the user is asked about. */
export interface Question {
  readonly invitation: Invitation;
  readonly kind: Exclude<SessionKind, "file">;
  readonly sizeBytes: number | undefined;
  readonly media: MediaSession;
  readonly accept: () => void;
}

const ANSWER_MS = 90_000; // T-answer

export class Door {
  readonly #ports: DoorPorts;
  readonly #inside = new Set<MediaSession>();

  constructor(ports: DoorPorts) {
    this.#ports = ports;
  }

  get full(): boolean {
    return this.#inside.size >= this.#ports.most;
  }

  /** One of ours; it goes by itself when it is over. */
  hold(media: MediaSession): void {
    this.#inside.add(media);
    void media.done.then(() => this.#inside.delete(media));
  }

  /** One of somebody else's; undefined when it was turned away. Throws `FormatError`. */
  enter(transaction: ServerTransaction, media: MediaSession): IncomingCall | undefined {
    if (this.full) {
      this.refuse(transaction, refuse("too many sessions"));
      return undefined;
    }
    const incoming = this.#ports.calls.invited(transaction, media);
    if (incoming === undefined) return undefined;
    media.invited(incoming);
    this.hold(media);
    return incoming;
  }

  refuse(transaction: ServerTransaction, { status, warning }: Refusal): void {
    const { domain } = this.#ports;
    transaction.reply(status, undefined, (edit) => {
      if (warning !== undefined) edit.setText("Warning", formatWarning(domain, warning));
    });
  }

  /** It rings until somebody decides, or nobody does. */
  ask(incoming: IncomingCall, { invitation, kind, sizeBytes, media, accept }: Question): void {
    const { origin, subject } = invitation;
    const asked = new SessionInvitation({
      kind,
      sizeBytes,
      from: origin.from,
      fromName: origin.fromName,
      subject,
      accept,
      decline: (status) => media.refuse(status),
    });
    this.ring(incoming, media, asked);
    this.#ports.invited(asked);
  }

  /** `asked` hears when it is too late. */
  ring(
    incoming: IncomingCall,
    media: MediaSession,
    asked: Pick<SessionInvitation, "settle" | "settled">,
  ): void {
    const cancel = this.#ports.clock.schedule(ANSWER_MS, () => {
      if (asked.settle("expired")) media.refuse(480);
    });
    void media.done.then(() => asked.settle("withdrawn"));
    void asked.settled.then(cancel);
    incoming.ring();
  }

  lineIsBack(): void {
    for (const media of this.#inside) media.lineIsBack();
  }

  /** Goodbye to everybody. */
  close(): void {
    for (const media of this.#inside) media.end();
  }
}
