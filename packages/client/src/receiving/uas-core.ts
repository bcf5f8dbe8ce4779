/** What comes to a client outside of its calls: who answers it, and what it means for what is under way. */
import type { ReceivedImdn } from "@parlance/formats";
import {
  Allow,
  addressKey,
  parseUri,
  type ServerTransaction,
  type SipRequest,
} from "@parlance/sip";
import { parsed } from "@parlance/wire";
import { keyOrText } from "../base/addresses.ts";
import { CLIENT_METHODS } from "../connection/faces.ts";
import type { KeptWhenAsked } from "../kept/when-asked.ts";
import type { Outbox } from "../sending/outbox.ts";
import { fileReceipt } from "../session/files/file-receipts.ts";
import type { FileRecorder } from "../session/files/file-recorder.ts";
import type { SessionsWhenAsked } from "../session/when-asked.ts";
import { stateOf } from "./receipt-state.ts";
import type { Receiver } from "./receiver.ts";

export interface UasCorePorts {
  readonly sessions: SessionsWhenAsked;
  readonly kept: KeptWhenAsked;
  readonly receiver: Receiver;
  readonly outbox: Outbox;
  readonly fileRecorder: FileRecorder;
}

export class UasCore {
  readonly #ports: UasCorePorts;

  constructor(ports: UasCorePorts) {
    this.#ports = ports;
  }

  async serve(request: SipRequest, transaction: ServerTransaction): Promise<void> {
    switch (request.method) {
      case "INVITE":
        return this.#ports.sessions.invited(transaction);
      case "MESSAGE":
        return this.#takeMessage(request, transaction);
      case "OPTIONS":
        return transaction.reply(200, undefined, (edit) => {
          edit.set(Allow, CLIENT_METHODS);
          edit.setText("Accept", "application/sdp, message/cpim, text/plain, */*");
        });
      case "NOTIFY":
      case "BYE":
      case "UPDATE":
        return transaction.reply(481); // outside of any dialog
      default:
        return transaction.reply(405, undefined, (edit) => edit.set(Allow, CLIENT_METHODS));
    }
  }

  /** A notification about something of ours, from whoever reports for himself alone. */
  async takeReceipt({ imdn }: ReceivedImdn, from: string): Promise<void> {
    const { outbox, fileRecorder } = this.#ports;
    const { messageId, recipientUri, notification } = imdn;
    const recipient = recipientUri === undefined ? from : keyOrText(recipientUri);
    const state = stateOf(imdn);
    if (state !== undefined) await outbox.advance(messageId, state, recipient);
    const receipt = fileReceipt(notification);
    if (receipt !== undefined) await fileRecorder.heard(messageId, receipt, recipient);
  }

  /** Sends a receipt in the session with its addressee; false: there is none that is open. */
  async giveReceipt(address: string, receipt: Uint8Array): Promise<boolean> {
    const peer = parsed(() => addressKey(parseUri(address)));
    const session = peer.ok ? this.#ports.sessions.talks.find(peer.value)?.current : undefined;
    return session?.state === "open" ? session.sendReceipt(receipt) : false;
  }

  async #takeMessage(request: SipRequest, transaction: ServerTransaction): Promise<void> {
    const { kept, receiver } = this.#ports;
    const asked = kept.asked.answeredBy(request);
    if (asked?.take === undefined) await receiver.take(request, transaction);
    else {
      const type = request.text("Content-Type") ?? "text/plain";
      const status = asked.take({ headers: [["Content-Type", type]], content: request.body });
      transaction.reply(status);
      if (status !== 200) return;
    }
    asked?.came();
  }
}
