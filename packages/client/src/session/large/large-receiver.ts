/** Takes a message that comes as a session of its own, and shows it as a message. OMA IM 9.2 */
import type { MimeHeader } from "@parlance/formats";
import { CPIM, refuse } from "@parlance/im";
import { gather, type IncomingHead, type IncomingSink } from "@parlance/msrp";
import type { ServerTransaction } from "@parlance/sip";
import type { Cancel, Clock } from "@parlance/wire";
import { MOST_MESSAGE_BYTES } from "../bounds.ts";
import type { TakeInSession } from "../chat-session.ts";
import type { Door } from "../door.ts";
import type { Invitation } from "../invitation.ts";
import { type MediaOwner, type MediaPorts, MediaSession } from "../media/media-session.ts";

export interface LargeReceiverPorts {
  readonly media: MediaPorts;
  readonly clock: Clock;
  readonly door: Door;
  readonly take: TakeInSession;
  /** Up to this size nobody is asked. */
  readonly unaskedBytes: number;
}

/** For the sender to say BYE once everything is there. OMA IM 9.2 */
const BYE_WAIT_MS = 10_000;
const ENVELOPE_BYTES = 16_384;

export function takeLarge(
  invitation: Invitation,
  transaction: ServerTransaction,
  ports: LargeReceiverPorts,
): void {
  const { offered } = invitation;
  const { door, unaskedBytes } = ports;
  const sizeBytes = offered?.media.file?.selector.sizeBytes;
  if (offered === undefined || !offered.media.direction.startsWith("send")) {
    return door.refuse(transaction, refuse("no common media"));
  }
  if ((sizeBytes ?? 0) > MOST_MESSAGE_BYTES + ENVELOPE_BYTES) {
    return door.refuse(transaction, refuse("too big"));
  }
  const { media } = new LargeArrival(invitation, ports);
  const incoming = door.enter(transaction, media);
  if (incoming === undefined) return;
  const accept = (): void => void media.accept(offered);
  if (sizeBytes !== undefined && sizeBytes <= unaskedBytes) return accept();
  door.ask(incoming, { invitation, kind: "large message", sizeBytes, media, accept });
}

class LargeArrival implements MediaOwner {
  readonly media: MediaSession;
  readonly #ports: LargeReceiverPorts;
  readonly #invitation: Invitation;
  #begun = false;
  #goodbye: Cancel = () => {};

  constructor(invitation: Invitation, ports: LargeReceiverPorts) {
    this.#ports = ports;
    this.#invitation = invitation;
    const terms = {
      acceptTypes: [CPIM],
      acceptWrappedTypes: ["*"],
      maxSize: MOST_MESSAGE_BYTES,
      direction: "recvonly",
    } as const;
    this.media = new MediaSession(terms, this, ports.media, {
      receiveBytes: MOST_MESSAGE_BYTES + ENVELOPE_BYTES,
    });
  }

  open(): void {}

  /** Exactly one message comes. */
  incoming(head: IncomingHead): IncomingSink | number {
    if (this.#begun) return 403;
    this.#begun = true;
    const headers: MimeHeader[] = [["Content-Type", head.contentType]];
    return gather(head, MOST_MESSAGE_BYTES + ENVELOPE_BYTES, async (content) => {
      const id = `msrp ${head.messageId}`;
      const of = { ...this.#invitation.origin, id };
      const status = await this.#ports.take({ headers, content: content.slice() }, of);
      if (status === 200) this.#waitForBye();
      else this.#begun = false;
      return status;
    });
  }

  over(): void {
    this.#goodbye();
  }

  #waitForBye(): void {
    this.#goodbye = this.#ports.clock.schedule(BYE_WAIT_MS, () => this.media.end());
  }
}
