/** Sends a request to contacts of a user, or to a peer outside. RFC 3261 §16.6, RFC 3841 §7.3, RFC 5626 §5.3 */
import {
  type Flow,
  type Hop,
  hostText,
  incomingBreadth,
  isReliable,
  loopMark,
  MaxBreadth,
  type NameAddr,
  Params,
  parseUri,
  RequestDisposition,
  readDisposition,
  type SipRequest,
  sipUri,
} from "@parlance/sip";
import type { Originator, Passage } from "../ports/index.ts";
import { formFor, listenerTo } from "./contact-form.ts";
import { type DialogLegs, type LegWay, partyOf, wayOf } from "./dialog-legs.ts";
import { type Branch, Fork, type ForkObserver, type ForkPorts, sendOne } from "./fork.ts";
import type { Home } from "./home.ts";
import { freshestFlows } from "./location.ts";
import { prepare } from "./prepare.ts";
import type { RegisteredContact } from "./registrar/contact.ts";
import type { Ringing } from "./ringing.ts";

export interface ForwardObserver extends ForkObserver {
  /** How to stop it, should the caller hang up. */
  cancellable(cancel: () => void): void;
}

/** The request as one contact is to get it: with a media address that its device can reach. */
export type Dress = (request: SipRequest, contact: RegisteredContact) => SipRequest;

/** Somewhere outside, and who is there. */
export interface Outside {
  readonly peer: string;
  readonly target: Hop;
  readonly trusted: boolean;
}

export interface ForwarderPorts extends ForkPorts {
  readonly legs: DialogLegs;
  readonly home: Home;
  readonly ringing: Ringing;
}

/** RFC 3261 §12, RFC 6665, RFC 3515 */
const DIALOG_MAKERS: ReadonlySet<string> = new Set(["INVITE", "SUBSCRIBE", "REFER"]);
const LOOSE = Params.of(["lr"]);

export class Forwarder {
  readonly #ports: ForwarderPorts;

  constructor(ports: ForwarderPorts) {
    this.#ports = ports;
  }

  toContacts(
    passage: Passage,
    contacts: readonly RegisteredContact[],
    observer: ForwardObserver,
    dress: Dress = (request) => request,
  ): void {
    const { request } = passage;
    const [only] = contacts;
    if (contacts.length === 1 && only !== undefined && request.method !== "INVITE") {
      return sendOne(this.#branchTo(passage, request, only, undefined), this.#ports, observer);
    }
    const { fork, parallel } = readDisposition(request.get(RequestDisposition)); // RFC 3841 §9.1
    const freshest = freshestFlows(contacts);
    const wanted = fork === false ? freshest.slice(0, 1) : freshest;
    const many = wanted.length > 1 || request.has(MaxBreadth);
    const plan = {
      method: request.method,
      // One after the other, where the caller wants it so: no two have the same rank then.
      targets: wanted.map((to, at) => ({ to, q: parallel === false ? -at : to.q })),
      parallel: false,
      breadth: incomingBreadth(request),
      branch: (contact: RegisteredContact, maxBreadth: number) =>
        this.#branchTo(passage, dress(request, contact), contact, many ? maxBreadth : undefined),
    };
    if (request.method !== "INVITE" || only === undefined) {
      return this.#start(new Fork(plan, this.#ports, observer), observer);
    }
    const ringing: Fork<RegisteredContact> = new Fork(plan, this.#ports, {
      provisional: (response, from) => observer.provisional(response, from),
      late: (response, from) => observer.late(response, from),
      end(end) {
        leave();
        observer.end(end);
      },
    });
    const leave = this.#ports.ringing.enter(only.user, ringing, request);
    this.#start(ringing, observer);
  }

  /** A domain that is not ours, by the route that the operator configured. */
  toOutside(
    passage: Passage,
    { peer, target, trusted }: Outside,
    observer: ForwardObserver,
    dress: (request: SipRequest) => SipRequest = (request) => request,
  ): void {
    const { originator } = passage;
    const request = dress(passage.request);
    const plan = {
      method: request.method,
      targets: [{ to: target, q: 1 }],
      parallel: false,
      breadth: incomingBreadth(request),
      branch: (to: Hop): Branch => {
        const recordRoutes = this.#recordRoutes(passage, `peer ${peer}`, wayOf(to), undefined);
        const prepared = prepare(request, {
          asserted: trusted ? assertedOf(originator) : undefined,
          ...(recordRoutes === undefined ? {} : { recordRoutes }),
          realm: this.#ports.home.domain,
        });
        return { to, request: prepared, loopMark: loopMark(request) };
      },
    };
    this.#start(new Fork(plan, this.#ports, observer), observer);
  }

  #start<T>(fork: Fork<T>, observer: ForwardObserver): void {
    observer.cancellable(() => fork.cancel());
    fork.start();
  }

  #branchTo(
    passage: Passage,
    dressed: SipRequest,
    contact: RegisteredContact,
    maxBreadth: number | undefined,
  ): Branch {
    const routes = contact.path.length === 0 ? undefined : contact.path.map(routeOf);
    const [edge] = routes ?? [];
    const way: LegWay = edge === undefined ? wayOf(contact.target) : { kind: "route" };
    const recordRoutes = this.#recordRoutes(passage, contact.user, way, contact.flow);
    const formed = formFor(contact, dressed, passage.content);
    const request = prepare(formed, {
      uri: contact.contact,
      ...(routes === undefined ? {} : { routes }),
      ...(recordRoutes === undefined ? {} : { recordRoutes }),
      ...(maxBreadth === undefined ? {} : { maxBreadth }),
      asserted: undefined, // a client is never told more than From says. RFC 3325 §5
      realm: this.#ports.home.domain,
    });
    return {
      request,
      to: edge?.uri.kind === "sip" ? edge.uri : contact.target,
      contact,
      answered: listenerTo(contact, formed),
    };
  }

  /**
   * Two values, one for each leg: whoever sends later finds his own on top and the other below it.
   * RFC 5658 §4
   */
  #recordRoutes(
    { request, principal, flow }: Passage,
    target: string,
    way: LegWay,
    towards: Flow | undefined,
  ): readonly NameAddr[] | undefined {
    const source = partyOf(principal);
    if (!makesDialog(request)) return undefined;
    if (flow === undefined || source === undefined) return undefined;
    const { legs } = this.#ports;
    const { callId } = request;
    const near = legs.seal({ party: source, way: wayOf(flow) }, callId);
    const far = legs.seal({ party: target, way }, callId);
    return [routeTo(far, towards ?? flow), routeTo(near, flow)];
  }
}

/** Its answer makes a dialog, so that we have to stay in its path. */
export function makesDialog({ method }: SipRequest): boolean {
  return DIALOG_MAKERS.has(method);
}

/** Where the peer at the other end of this flow reaches us. */
export function routeTo(leg: string, { local, transport }: Flow): NameAddr {
  const params = isReliable(transport) ? LOOSE.with("transport", transport.toLowerCase()) : LOOSE;
  const uri = sipUri(leg, hostText(local.host), { port: local.port, params });
  return { name: undefined, uri, params: Params.none };
}

function routeOf(text: string): NameAddr {
  return { name: undefined, uri: parseUri(text), params: Params.none };
}

/** RFC 3325 §5 */
export function assertedOf(originator: Originator | undefined): NameAddr | undefined {
  if (originator === undefined) return undefined;
  return { name: undefined, uri: originator.uri, params: Params.none };
}
