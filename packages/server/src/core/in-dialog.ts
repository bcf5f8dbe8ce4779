/** Requests inside dialogs that pass through us: only from who is in them, only to who is in them. RFC 3261 §16.12, RFC 5626 §5.3 */
import { refuse } from "@parlance/im";
import { type Destination, type NameAddr, Route, type SipRequest } from "@parlance/sip";
import type { Passage } from "../ports/index.ts";
import type { Asker } from "./asker.ts";
import { type DialogLegs, type Leg, partyOf } from "./dialog-legs.ts";
import { Fork, type ForkPorts } from "./fork.ts";
import { assertedOf } from "./forwarder.ts";
import type { Home } from "./home.ts";
import type { LiveFlows } from "./live-flows.ts";
import { prepare } from "./prepare.ts";
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
  const others = routes.findIndex(({ uri }) => uri.kind !== "sip" || !home.isOurs(uri));
  return routes.slice(0, Math.min(others < 0 ? routes.length : others, MOST_OWN));
}

export interface InDialogPorts extends ForkPorts {
  readonly home: Home;
  readonly flows: LiveFlows;
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
    const prepared = prepare(request, {
      asserted: trusted ? assertedOf(originator) : undefined,
      realm: this.#ports.home.domain,
    });
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
    this.#ports.sender.pass(
      prepare(request, { asserted: undefined, realm: this.#ports.home.domain }),
      to,
    );
  }

  #targetOf({ way }: Leg, request: SipRequest): Destination | undefined {
    if (way.kind === "connection") return this.#ports.flows.get(way.flowId);
    if (way.kind === "hop") return way.hop;
    const [next] = request.get(Route) ?? []; // the edge proxy put itself there
    return next?.uri.kind === "sip" ? next.uri : undefined;
  }
}
