/** Calls of the server itself, over its own sender. RFC 3261 §12, §13 */
import {
  type Call,
  type CallAsker,
  type CallOptions,
  type CallOwner,
  type CallStats,
  CallTable,
  type Destination,
  type Dialog,
  type DialogReference,
  type Face,
  type Flow,
  formatUri,
  hostText,
  type IncomingCall,
  type IncomingOwner,
  isReliable,
  type NameAddr,
  type OutgoingCall,
  type OutgoingOwner,
  Params as ParamList,
  type Params,
  type Placing,
  type ReplacesVerdict,
  type RequestOptions,
  type ServerTransaction,
  type SipRequest,
  sipUri,
  type Uri,
} from "@parlance/sip";
import type { Clock, Random } from "@parlance/wire";
import type { Calls, Passage, Principal, Towards } from "../ports/index.ts";
import { partyOf } from "./dialog-legs.ts";
import type { Home } from "./home.ts";
import type { LiveFlows } from "./live-flows.ts";
import type { RegisteredContact } from "./registrar/contact.ts";
import type { Contacts } from "./registrar/contacts.ts";
import type { Sender } from "./sender.ts";

export interface CallPorts {
  readonly sender: Sender;
  readonly clock: Clock;
  readonly random: Random;
  readonly flows: LiveFlows;
  readonly contacts: Contacts;
  readonly home: Home;
  /** Name of the trusted peer at the other end of a flow. */
  readonly peerOf: (flow: Flow) => string | undefined;
  /**
   * Whoever is on the other side, the requests in his dialog come from a core that answers for him.
   * IM-7.2.1.6-X1, IM-7.2.1.9-X1, IM-7.2.2.5-X1, IM-7.2.2.6-X1
   */
  readonly behindCore: boolean;
}

/** Who is on the other side of a call. */
interface Party {
  readonly name: string;
  /** Where the INVITE came from, if it came. */
  readonly host: string | undefined;
}

const CONTACT_BITS = 96;

export class ServerCalls implements Calls {
  readonly #ports: CallPorts;
  readonly #table: CallTable;
  /** Who is on the other side of the calls of an owner. */
  readonly #parties = new WeakMap<CallOwner, Party>();

  constructor(ports: CallPorts, options: CallOptions = {}) {
    const { clock, random, sender } = ports;
    this.#ports = ports;
    this.#table = new CallTable(
      {
        clock,
        random,
        outlet: {
          request: (request, to, asker, more) => this.#send(request, to, asker, more),
          send: (request, to) => sender.pass(request, to),
        },
        destinationOf: (dialog, learned) => this.#destinationOf(dialog, learned),
      },
      options,
    );
  }

  get stats(): CallStats {
    return this.#table.stats;
  }

  invited(passage: Passage, owner: IncomingOwner, face: Face): IncomingCall | undefined {
    const { transaction, principal, flow } = passage;
    const name = partyOf(principal);
    if (transaction === undefined || name === undefined) return undefined;
    this.#parties.set(owner, { name, host: flow?.remote.host });
    return this.#table.invited(transaction, owner, face);
  }

  place(invite: SipRequest, party: string, owner: OutgoingOwner, placing: Placing): OutgoingCall {
    this.#parties.set(owner, { name: party, host: undefined });
    // Where it goes is the outlet's to know.
    return this.#table.place(invite, [], owner, placing);
  }

  contact(
    { transport, local }: Pick<Towards, "transport" | "local">,
    params: Params,
    user = this.#ports.random.token(CONTACT_BITS),
  ): NameAddr {
    const { home } = this.#ports;
    const { host, port } = local ?? home.addressFor(transport);
    const by = isReliable(transport)
      ? ParamList.none.with("transport", transport.toLowerCase())
      : ParamList.none;
    const uri = sipUri(user, hostText(host), { port, params: by });
    return { name: undefined, uri, params };
  }

  ofTarget(reference: DialogReference): Call | undefined {
    return this.#table.ofTarget(reference);
  }

  replaced(invite: SipRequest): ReplacesVerdict<Call> {
    return this.#table.replaces(invite);
  }

  /** Takes a request in a dialog of ours; false when it is in none, or not from who is in it. */
  serve(transaction: ServerTransaction, principal: Principal): boolean | Promise<void> {
    const party = partyOf(principal);
    const call = this.#table.find(transaction.request, ({ owner }) => this.#isHeard(owner, party));
    if (call === undefined) return false;
    return call.serve(transaction) ?? true;
  }

  #isHeard(owner: CallOwner, party: string | undefined): boolean {
    if (party === undefined) return false;
    return this.#ports.behindCore || this.#parties.get(owner)?.name === party;
  }

  /**
   * An ACK cannot be challenged. Both tags and the Call-ID are ours and his alone, and it comes from where he is: by
   * address, since a port behind address translation may have changed since. Security rule 16
   */
  ack(request: SipRequest, flow: Flow): boolean {
    return this.#table.ack(request, ({ owner }) => this.#comesFrom(owner, flow));
  }

  #comesFrom(owner: CallOwner, flow: Flow): boolean {
    const party = this.#parties.get(owner);
    if (party === undefined) return false;
    const { contacts, peerOf, behindCore } = this.#ports;
    const peer = peerOf(flow);
    if (behindCore) return peer !== undefined;
    // A user may sit behind a proxy that we trust; a peer sits behind nobody.
    if (party.name.startsWith("peer ")) return party.name === `peer ${peer}`;
    if (peer !== undefined) return true;
    const { host } = flow.remote;
    return (
      party.host === host || contacts.of(party.name).some((contact) => hostOf(contact) === host)
    );
  }

  stop(): void {
    this.#table.stop();
  }

  #send(
    request: SipRequest,
    to: Destination,
    asker: CallAsker,
    options: RequestOptions | undefined,
  ) {
    return this.#ports.sender.send(request, to, asker, options);
  }

  /** Where a contact of that user is now, when the connection it had is gone; undefined where that is not known. */
  wayTo(party: string, contact: Uri, learned: Flow): Destination | undefined {
    return this.#isGone(learned) ? this.#registered(party, contact) : learned;
  }

  /** A connection that is gone leads to the contact that its device has registered since. */
  #destinationOf(dialog: Dialog, learned: Destination): Destination | undefined {
    if (!("remote" in learned) || !this.#isGone(learned)) return learned;
    const address = this.#ports.home.keyOf(dialog.remote.uri);
    return address === undefined ? undefined : this.#registered(address, dialog.remoteTarget);
  }

  #isGone({ transport, id }: Flow): boolean {
    return isReliable(transport) && this.#ports.flows.get(id) === undefined;
  }

  #registered(address: string, contact: Uri): Destination | undefined {
    const text = formatUri(contact);
    return this.#ports.contacts.of(address).find(({ uriText }) => uriText === text)?.target;
  }
}

function hostOf({ target }: RegisteredContact): string {
  return "remote" in target ? target.remote.host : target.address.host;
}
