/** The calls of one account, over its line. RFC 3261 §13, OMA IM 7.1.1, 7.1.2 */
import {
  CLIENT_EXTENSIONS,
  IM_TAG,
  ISFOCUS,
  LARGE_MESSAGE_TAG,
  offers,
  type SessionKind,
} from "@parlance/im";
import {
  CallTable,
  Contact,
  type Face,
  type Flow,
  type IncomingCall,
  type IncomingOwner,
  type NameAddr,
  type OutgoingCall,
  type OutgoingOwner,
  Params,
  type ServerTransaction,
  type SipRequest,
  UserAgent,
} from "@parlance/sip";
import type { Clock, Random } from "@parlance/wire";
import type { Requests } from "./requests.ts";

export interface CallsPorts {
  readonly clock: Clock;
  readonly random: Random;
  readonly requests: Requests;
  readonly flow: () => Flow | undefined;
  /** Where requests of peers are to go now; undefined before the first registration. */
  readonly contact: () => NameAddr | undefined;
  readonly userAgent: string;
  /** UUID URN of the device. */
  readonly instance: string;
}

/** What a client understands; the others of the service are for servers, or for later. */
export const CLIENT_METHODS = [
  "INVITE",
  "ACK",
  "CANCEL",
  "BYE",
  "OPTIONS",
  "MESSAGE",
  "UPDATE",
  "NOTIFY",
  "PRACK",
] as const;

const MAX_CALLS = 64; // far more than sessions and transfers that one person has at a time

export class Calls {
  readonly #ports: CallsPorts;
  readonly #table: CallTable;
  readonly #face: Face;
  readonly #largeMessageFace: Face;
  readonly #conferenceFace: Face;

  constructor(ports: CallsPorts) {
    const { clock, random, requests, flow, instance } = ports;
    this.#ports = ports;
    this.#face = this.#faceWith(Params.none);
    this.#largeMessageFace = this.#faceWith(Params.of([LARGE_MESSAGE_TAG, ""]));
    // By it a focus knows that the same device comes back. RFC 5626 §4.1
    this.#conferenceFace = this.#faceWith(Params.none.withQuoted("+sip.instance", `<${instance}>`));
    this.#table = new CallTable(
      { clock, random, outlet: requests.outlet, destinationOf: flow },
      { calls: MAX_CALLS },
    );
  }

  place(invite: SipRequest, owner: OutgoingOwner, { kind, patienceMs }: CallWish): OutgoingCall {
    return this.#table.place(invite, [], owner, { face: this.#faceOf(kind), patienceMs });
  }

  /** An INVITE that begins a call; undefined when it was refused here. Throws `FormatError`. */
  invited(transaction: ServerTransaction, owner: IncomingOwner): IncomingCall | undefined {
    const face = isOfFocus(transaction.request) ? this.#conferenceFace : this.#face;
    return this.#table.invited(transaction, owner, face);
  }

  /** A request in a dialog, which is answered in any case. Only our server speaks to us, so it is the peer of all. */
  serve(transaction: ServerTransaction): void | Promise<void> {
    const call = this.#table.find(transaction.request, () => true);
    return call === undefined ? transaction.reply(481) : call.serve(transaction);
  }

  acknowledge(ack: SipRequest): void {
    this.#table.ack(ack, () => true);
  }

  replaces(invite: SipRequest): ReturnType<CallTable["replaces"]> {
    return this.#table.replaces(invite);
  }

  stop(): void {
    this.#table.stop();
  }

  #faceOf(kind: CallWish["kind"]): Face {
    switch (kind) {
      case "large message":
        return this.#largeMessageFace;
      case "conference":
        return this.#conferenceFace;
      case "conversation":
      case "file":
        return this.#face;
    }
  }

  /** The same contact and methods in requests that make no call. */
  get face(): Pick<Face, "contact" | "allow" | "supported"> {
    return this.#face;
  }

  #faceWith(features: Params): Face {
    const { contact, userAgent } = this.#ports;
    let last: NameAddr | undefined;
    return {
      // A new connection is another contact: what is sent next tells the peer.
      get contact(): NameAddr {
        last = contact() ?? last;
        if (last === undefined) throw new Error("not registered yet");
        const { uri } = last;
        return { name: undefined, uri, params: features.with(IM_TAG, "") }; // IM-7.1.1.1-04, IM-9.1.1.1-03
      },
      allow: CLIENT_METHODS, // IM-7.1.1.1-03
      supported: CLIENT_EXTENSIONS, // IM-7.1.1.1-06, IM-7.1.2.2-05, IM-9.1.1.1-05
      edit: (edit) => edit.set(UserAgent, userAgent),
    };
  }
}

/** RFC 4579 §5.1 */
function isOfFocus(invite: SipRequest): boolean {
  const contacts = invite.get(Contact);
  if (contacts === undefined || "star" in contacts) return false;
  return contacts.some(({ params }) => offers(params, ISFOCUS));
}

export interface CallWish {
  /** As it shows in Contact: large messages have a tag of their own, and a focus is told which device it is. */
  readonly kind: SessionKind | "conference";
  /** How long it may ring. */
  readonly patienceMs: number;
}
