/** A message that is sent as a session of its own: INVITE, exactly one message, BYE. OMA IM 9.1.1 */
import { formatRecipientList } from "@parlance/formats";
import { CPIM, isImServer, largeMessageFile, withSessionType } from "@parlance/im";
import type { SendFailure, Sending } from "@parlance/msrp";
import { type Body, parseUri, type SipRequest, type Uri } from "@parlance/sip";
import type { Random } from "@parlance/wire";
import { ImError } from "../../base/errors.ts";
import { onAbort, type Signal } from "../../base/signal.ts";
import { envelope, type Sender } from "../../sending/pager-message.ts";
import type { SendingState, SentRecord } from "../../store/client-store.ts";
import { MOST_MESSAGE_BYTES } from "../bounds.ts";
import { makeInvite } from "../invite.ts";
import {
  type MediaEnd,
  type MediaOwner,
  type MediaPorts,
  MediaSession,
} from "../media/media-session.ts";
import { withRecipients } from "../media/recipients.ts";
import { messageIdent } from "../message-ident.ts";

export interface LargeSenderPorts {
  readonly media: MediaPorts;
  readonly sender: Sender;
  readonly random: Random;
  /** Counts it among the sessions that live. */
  readonly hold: (media: MediaSession) => void;
}

const PATIENCE_MS = 180_000;

/**
 * Resolves with how far the message got: kept by the server for somebody who is away, or with his device.
 * Rejects with ImError; a message that may be tried again keeps its ids.
 */
export function sendLarge(
  record: SentRecord,
  signal: Signal | undefined,
  ports: LargeSenderPorts,
): Promise<SendingState> {
  if (record.content.length > MOST_MESSAGE_BYTES) return Promise.reject(new ImError("too large"));
  return new LargeMessage(record, ports).run(signal);
}

class LargeMessage implements MediaOwner {
  readonly #record: SentRecord;
  readonly #ports: LargeSenderPorts;
  readonly #target: Uri;
  readonly #content: Uint8Array;
  readonly #media: MediaSession;
  readonly #done = Promise.withResolvers<SendingState>();
  #sending: Sending | undefined;

  constructor(record: SentRecord, ports: LargeSenderPorts) {
    const { sender, media } = ports;
    const [only] = record.recipients;
    const many = record.recipients.length > 1;
    this.#record = record;
    this.#ports = ports;
    this.#target = many
      ? withSessionType(sender.factory, "adhoc")
      : parseUri(only?.uri ?? only?.address ?? "");
    this.#content = envelope(record, sender, this.#target);
    const terms = {
      acceptTypes: [CPIM],
      acceptWrappedTypes: ["*"],
      direction: "sendonly",
      file: largeMessageFile(this.#content.length),
    } as const;
    this.#media = new MediaSession(terms, this, media, { receiveBytes: 0 });
  }

  async run(signal: Signal | undefined): Promise<SendingState> {
    this.#ports.hold(this.#media);
    const abort = onAbort(signal, () => {
      this.#sending?.abort(); // RFC 4975 §7.1: with "#"
      this.#done.reject(new ImError("aborted"));
    });
    try {
      this.#media.invite((offer) => this.#invite(offer), {
        kind: "large message",
        patienceMs: PATIENCE_MS,
      });
      return await this.#done.promise;
    } finally {
      abort();
      this.#media.end();
    }
  }

  open(again: boolean): void {
    if (again) return; // what was not confirmed goes on by itself
    this.#sending = this.#media.send(
      { messageId: messageIdent(this.#record.id), contentType: CPIM, content: this.#content },
      {
        accepted: () => this.#done.resolve(isImServer(this.#media.agent) ? "deferred" : "accepted"),
        failed: (failure) => this.#done.reject(errorOf(failure)),
      },
    );
  }

  /** It was said that nothing comes from there. */
  incoming(): number {
    return 403;
  }

  over(end: MediaEnd): void {
    switch (end.by) {
      case "failure":
        return this.#done.reject(end.error);
      case "peer":
        return this.#done.reject(new ImError("declined"));
      case "us":
        return this.#done.reject(new ImError("aborted"));
    }
  }

  #invite(offer: Body): SipRequest {
    const { sender, random } = this.#ports;
    const { recipients, anonymous, subject } = this.#record;
    const wish = { kind: "large message", to: this.#target, anonymous, subject } as const;
    if (recipients.length === 1) return makeInvite(wish, offer, sender, random);
    const uris = recipients.map(({ address, uri = address }) => uri);
    const { body, requires } = withRecipients(
      offer,
      formatRecipientList(uris.map((uri) => ({ uri }))),
      random,
    );
    return makeInvite({ ...wish, requires }, body, sender, random);
  }
}

/** What MSRP says of the one message. RFC 4975 §10 */
function errorOf({ why, status }: SendFailure): ImError {
  const details = status === undefined ? {} : { status };
  switch (why) {
    case "refused":
      return new ImError(
        status === 413 ? "too large" : status === 415 ? "not supported" : "refused",
        details,
      );
    case "aborted":
      return new ImError("aborted");
    case "no answer":
    case "session ended":
      return new ImError("timeout"); // it may be tried again under the same id
    default:
      return new ImError("not supported", details);
  }
}
