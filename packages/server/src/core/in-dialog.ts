/** Requests inside dialogs that pass through us: only from who is in them, only to who is in them. RFC 3261 §16.12, RFC 5626 §5.3 */
import { refuse } from "@parlance/im";
import {
  type Destination,
  type NameAddr,
  Route,
  type SipRequest,
  type SipUri,
  type Uri,
} from "@parlance/sip";
import type { Passage } from "../ports/index.ts";
import type { Asker } from "./asker.ts";
import { type DialogLegs, type Leg, partyOf } from "./dialog-legs.ts";
import type { Directory } from "./directory.ts";
import { Fork, type ForkPorts } from "./fork.ts";
import { assertedOf } from "./forwarder.ts";
import type { Home } from "./home.ts";
import type { LiveFlows } from "./live-flows.ts";
import type { Location } from "./location.ts";
import { prepare } from "./prepare.ts";
import type { RegisteredContact } from "./registrar/contact.ts";
import { passBack } from "./routes.ts";

/** What the route set says: the legs that we named, topmost first, and what is left of it. */
export interface RouteSet {
  readonly request: SipRequest;
  readonly legs: readonly Leg[];
  /** Some value names a leg that we did not make for this dialog. */
  readonly forged: boolean;
}

const MOST_OWN = 4; // two legs, and an outbound proxy in front of them

/** Takes our own values off the top of Route. RFC 3261 §16.4 */
export function readRouteSet(received: SipRequest, home: Home, legs: DialogLegs): RouteSet {
  const routes = received.get(Route);
  if (routes === undefined) return { request: received, legs: [], forged: false };
  const own = ownValues(routes, home);
  if (own.length === 0) return { request: received, legs: [], forged: false };
  const edit = received.edit();
  const named: Leg[] = [];
  let forged = false;
  for (const { uri } of own) {
    edit.removeFirst(Route);
    if (uri.kind !== "sip" || uri.user === undefined) continue; // the outbound proxy that we are
    const leg = legs.open(uri.user, received.callId);
    if (leg === undefined) forged = true;
    else named.push(leg);
  }
  return { request: edit.done(), legs: named, forged };
}

function ownValues(routes: readonly NameAddr[], home: Home): readonly NameAddr[] {
  const others = routes.findIndex(({ uri }) => uri.kind !== "sip" || !home.isHere(uri));
  return routes.slice(0, Math.min(others < 0 ? routes.length : others, MOST_OWN));
}

export interface InDialogPorts extends ForkPorts {
  readonly home: Home;
  readonly directory: Directory;
  readonly location: Location;
  readonly flows: LiveFlows;
  /** Where the rest of a route set leads. */
  readonly routed: (next: Uri | undefined) => SipUri | undefined;
}

export class InDialog {
  readonly #ports: InDialogPorts;

  constructor(ports: InDialogPorts) {
    this.#ports = ports;
  }

  /** The first leg is the sender's own, the second that of the other side. */
  relay(passage: Passage, [near, far]: readonly Leg[], asker: Asker): void {
    const { request, principal, originator } = passage;
    if (near === undefined || far === undefined || near.party !== partyOf(principal)) {
      return asker.refuse(refuse("no such dialog"));
    }
    const to = this.#targetOf(far, request);
    if (to === undefined) {
      return asker.refuse({ ...refuse("no such dialog"), status: 430 }); // RFC 5626 §5.3: flow failed
    }
    const trusted = far.party.startsWith("peer ");
    const prepared = this.#prepared(request, far, trusted ? assertedOf(originator) : undefined);
    const plan = {
      method: request.method,
      targets: [{ to, q: 1 }],
      parallel: false,
      breadth: 1,
      branch: () => ({ request: prepared, to }),
    };
    const fork = new Fork(plan, this.#ports, {
      provisional: (response) => asker.pass(response),
      late: (response) => asker.pass(response),
      end: (end) => passBack(end, asker),
    });
    asker.onCancel(() => fork.cancel());
    fork.start();
  }

  /** The ACK of a 2xx cannot be challenged; that it knows the sealed legs is its proof. */
  ack(request: SipRequest, [near, far]: readonly Leg[]): void {
    if (near === undefined || far === undefined) return;
    const to = this.#targetOf(far, request);
    if (to === undefined) return;
    this.#ports.sender.pass(this.#prepared(request, far, undefined), to);
  }

  #prepared(request: SipRequest, far: Leg, asserted: NameAddr | undefined): SipRequest {
    const { home } = this.#ports;
    const contact = this.#deviceOf(request, far);
    const uri = contact === undefined ? {} : { uri: contact.contact };
    return prepare(request, { ...uri, asserted, realm: home.domain });
  }

  /** A GRUU of the other side as the target: the device itself knows its contact only. RFC 5627 §6.1 */
  #deviceOf({ uri }: SipRequest, { party }: Leg): RegisteredContact | undefined {
    const { home, directory, location } = this.#ports;
    if (uri.kind !== "sip" || !uri.params.has("gr") || !home.isOurs(uri)) return undefined;
    const found = location.findDevice(home.normal(uri), directory.owner(party));
    return typeof found === "number" ? undefined : found[0];
  }

  #targetOf({ way }: Leg, request: SipRequest): Destination | undefined {
    if (way.kind === "connection") return this.#ports.flows.get(way.flowId);
    if (way.kind === "hop") return way.hop;
    const [next] = request.get(Route) ?? []; // the edge proxy, or the core, put itself there
    return this.#ports.routed(next?.uri);
  }
}
