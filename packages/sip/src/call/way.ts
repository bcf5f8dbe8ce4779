/** The dialog of a call and the way to its peer: what is sent in it gets its number, its route and its place here. RFC 3261 §12.2 */
import { ackOf, afterResponse, type Dialog, nextRequest } from "../dialog/index.ts";
import type { Destination, RequestOptions, SendFailure } from "../endpoint/index.ts";
import {
  KeptRequest,
  type RequestEdit,
  type SipRequest,
  type SipResponse,
} from "../message/index.ts";
import { type Body, type CallEdit, type Face, putBody, putFace } from "./body.ts";
import type { CallEngine } from "./engine.ts";
import { Peer, readable } from "./peer.ts";
import type { CallAsker, CallSending, SentRequest } from "./ports.ts";

/** Hears what becomes of a request in a dialog. */
export interface WayUser {
  /** `sent` is the request as it went; provisional answers come here too. */
  response(response: SipResponse, sent: SipRequest): void;
  failed(why: SendFailure | "timeout"): void;
}

/** An ACK that is sent again for every repeat of its 2xx. */
export interface SentAck {
  readonly request: KeptRequest;
  readonly to: Destination;
}

/** They move the remote target of the peer, or make a usage of the dialog: their Contact is ours. RFC 3261 §12.2, RFC 6665 §3.1.1 */
const WITH_CONTACT = new Set(["INVITE", "UPDATE", "REFER", "SUBSCRIBE", "NOTIFY"]);

export class Way {
  readonly engine: CallEngine;
  readonly face: Face;
  readonly peer: Peer;
  dialog: Dialog;
  learned: Destination;

  constructor(
    engine: CallEngine,
    face: Face,
    of: { readonly dialog: Dialog; readonly learned: Destination; readonly peer?: Peer },
  ) {
    this.engine = engine;
    this.face = face;
    this.peer = of.peer ?? new Peer();
    this.dialog = of.dialog;
    this.learned = of.learned;
  }

  send(
    method: string,
    build: (edit: RequestEdit<SipRequest>) => void,
    user: WayUser,
    options?: RequestOptions,
  ): CallSending | undefined {
    const { dialog, request } = nextRequest(this.dialog, method, (edit) => {
      if (WITH_CONTACT.has(method)) putFace(edit, this.engine.textsOf(this.face));
      build(edit);
      this.face.edit?.(edit);
    });
    this.dialog = dialog;
    const { outlet } = this.engine.ports;
    const to = this.#destination();
    if (to !== undefined)
      return outlet.request(request, to, new Asking(this, request, user), options);
    user.failed("no hop");
    return undefined;
  }

  /** Of a 2xx to `invite`, as that went. RFC 3261 §13.2.2.4 */
  acknowledge(invite: SipRequest, body: Body | undefined, edit?: CallEdit): SentAck | undefined {
    const to = this.#destination();
    if (to === undefined) return undefined;
    const { request } = ackOf(this.dialog, invite, (ack) => {
      edit?.(ack);
      putBody(ack, body);
      this.face.edit?.(ack);
    });
    this.engine.ports.outlet.send(request, to);
    return { request: new KeptRequest(request), to };
  }

  nextNumber(): number {
    const number = (this.dialog.localSequence ?? 0) + 1;
    this.dialog = { ...this.dialog, localSequence: number };
    return number;
  }

  /** The request went by this number at last; where an answer came from, requests may go. */
  heard(response: SipResponse, sent: SipRequest, to: Destination | undefined): void {
    if (to !== undefined) this.learned = to;
    this.peer.learn(response, this.engine);
    const { number } = sent.cseq;
    const used = this.dialog.localSequence ?? 0;
    if (number > used) this.dialog = { ...this.dialog, localSequence: number };
    // RFC 3261 §12.2.1.2; a target that cannot be read moves nothing.
    this.dialog = readable(() => afterResponse(this.dialog, sent, response)) ?? this.dialog;
  }

  #destination(): Destination | undefined {
    return this.engine.ports.destinationOf(this.dialog, this.learned);
  }
}

export function repeatAck({ ports }: CallEngine, { request, to }: SentAck): void {
  ports.outlet.send(request.read(), to);
}

class Asking implements CallAsker {
  readonly #way: Way;
  readonly #request: SipRequest;
  readonly #user: WayUser;

  constructor(way: Way, request: SipRequest, user: WayUser) {
    this.#way = way;
    this.#request = request;
    this.#user = user;
  }

  response(response: SipResponse, sent?: SentRequest): void {
    const request = sent?.request ?? this.#request;
    this.#way.heard(response, request, sent?.to);
    this.#user.response(response, request);
  }

  timeout(): void {
    this.#user.failed("timeout");
  }

  failed(reason: SendFailure): void {
    this.#user.failed(reason);
  }

  nextNumber(): number {
    return this.#way.nextNumber();
  }
}
