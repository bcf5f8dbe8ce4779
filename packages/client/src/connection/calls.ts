/** The calls of one account, over its line. RFC 3261 §13, OMA IM 7.1.1, 7.1.2 */
import { ISFOCUS, offers, type SessionKind } from "@parlance/im";
import {
  CallTable,
  Contact,
  type Face,
  type Flow,
  type IncomingCall,
  type IncomingOwner,
  type OutgoingCall,
  type OutgoingOwner,
  type ServerTransaction,
  type SipRequest,
} from "@parlance/sip";
import type { Clock, Random } from "@parlance/wire";
import type { Faces } from "./faces.ts";
import type { Requests } from "./requests.ts";

export interface CallsPorts {
  readonly clock: Clock;
  readonly random: Random;
  readonly requests: Requests;
  readonly flow: () => Flow | undefined;
  readonly faces: Faces;
}

const MAX_CALLS = 64; // far more than sessions and transfers that one person has at a time

export class Calls {
  readonly #ports: CallsPorts;
  readonly #table: CallTable;

  constructor(ports: CallsPorts) {
    const { clock, random, requests, flow } = ports;
    this.#ports = ports;
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
    const { conference, usual } = this.#ports.faces;
    const face = isOfFocus(transaction.request) ? conference : usual;
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
    const { usual, largeMessage, conference } = this.#ports.faces;
    switch (kind) {
      case "large message":
        return largeMessage;
      case "conference":
        return conference;
      case "conversation":
      case "file":
        return usual;
    }
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
