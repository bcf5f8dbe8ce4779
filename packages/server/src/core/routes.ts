/** The ways out: domains that the operator routed, and no others. RFC 3261 §16.5 */
import { refuse } from "@parlance/im";
import type { Hop, SipUri } from "@parlance/sip";
import type { Passage } from "../ports/index.ts";
import type { Asker } from "./asker.ts";
import type { ForkEnd } from "./fork.ts";
import type { Forwarder, ForwardObserver } from "./forwarder.ts";

export interface StaticRoute {
  /** Domains reached by it; "*" for all that have no other. */
  readonly domains: readonly string[];
  /** Name of the peer at its end. */
  readonly peer: string;
  readonly hop: Hop;
  /** The peer is told who the sender is. RFC 3324 */
  readonly trusted: boolean;
}

export class Routes {
  readonly #byDomain = new Map<string, StaticRoute>();
  readonly #forwarder: Forwarder;

  constructor(routes: readonly StaticRoute[], forwarder: Forwarder) {
    this.#forwarder = forwarder;
    for (const route of routes) {
      for (const domain of route.domains) this.#byDomain.set(domain.toLowerCase(), route);
    }
  }

  find({ host }: SipUri): StaticRoute | undefined {
    return this.#byDomain.get(host.toLowerCase()) ?? this.#byDomain.get("*");
  }

  /** For a target that is not ours. We are no open relay: what nobody routed stays here. */
  leave(passage: Passage, asker: Asker): void {
    const { uri } = passage.request;
    if (uri.kind !== "sip") return asker.refuse(refuse("no such user"));
    const route = this.find(uri);
    if (route === undefined) return asker.refuse(refuse("access denied"));
    const { peer, hop: target, trusted } = route;
    // The target stays as it is: also the identity of a session that another enabler holds. IM-8.1.1-08
    this.#forwarder.toOutside(passage, { peer, target, trusted }, answering(asker));
  }
}

/** Gives the asker whatever comes back. */
export function answering(asker: Asker): ForwardObserver {
  return {
    provisional: (response) => asker.pass(response),
    late: (response) => asker.pass(response),
    end: (end) => passBack(end, asker),
    cancellable: (cancel) => asker.onCancel(cancel),
  };
}

/** 503 is about the next hop, not about us. RFC 3261 §16.7 step 6 */
export function passBack({ status, response }: ForkEnd, asker: Asker): void {
  if (response === undefined) return asker.refuse(failureOf(status));
  if (status !== 503) return asker.pass(response);
  asker.pass(response.edit().status(500, "Server Internal Error").done());
}

function failureOf(status: number): ReturnType<typeof refuse> {
  if (status === 413) return refuse("too long for datagrams");
  if (status === 480) return refuse("unreachable");
  return { ...refuse("failure"), status: status === 503 ? 500 : status };
}
