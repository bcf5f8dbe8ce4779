/** The ways out: domains that the operator routed, and no others. RFC 3261 §16.5 */
import { type Refusal, refuse } from "@parlance/im";
import type { Hop, Uri } from "@parlance/sip";
import type { Onward, Passage } from "../ports/index.ts";
import type { Asker } from "./asker.ts";
import type { ForkEnd } from "./fork.ts";
import type { Forwarder, ForwardObserver, Outside } from "./forwarder.ts";
import { onwardToOutside } from "./onward.ts";

export interface StaticRoute {
  /** Domains reached by it; "*" for all that have no other. */
  readonly domains: readonly string[];
  /** Name of the peer at its end. */
  readonly peer: string;
  readonly hop: Hop;
  /** The peer is told who the sender is. RFC 3324 */
  readonly trusted: boolean;
}

/** What leads away from here. */
export interface Exits {
  leave(passage: Passage, asker: Asker): void;
  /** The same for an INVITE that a function sends anew; undefined when it cannot, or leads nowhere. */
  onward?(passage: Passage): Onward | undefined;
}

export class Routes implements Exits {
  readonly #byDomain = new Map<string, StaticRoute>();
  readonly #forwarder: Forwarder;

  constructor(routes: readonly StaticRoute[], forwarder: Forwarder) {
    this.#forwarder = forwarder;
    for (const route of routes) {
      for (const domain of route.domains) this.#byDomain.set(domain.toLowerCase(), route);
    }
  }

  /** For a target that is not ours. We are no open relay: what nobody routed stays here. */
  leave(passage: Passage, asker: Asker): void {
    const { uri } = passage.request;
    if (uri.kind !== "sip") return asker.refuse(refuse("no such user"));
    const outside = this.#find(uri);
    if (outside === undefined) return asker.refuse(NO_ROUTE);
    // The target stays as it is: also the identity of a session that another enabler holds. IM-8.1.1-08
    this.#forwarder.toOutside(passage, outside, answering(asker));
  }

  onward(passage: Passage): Onward | undefined {
    const outside = this.#find(passage.request.uri);
    return outside && onwardToOutside(passage, outside, this.#forwarder);
  }

  #find(uri: Uri): Outside | undefined {
    if (uri.kind !== "sip") return undefined;
    const route = this.#byDomain.get(uri.host.toLowerCase()) ?? this.#byDomain.get("*");
    return route && { peer: route.peer, target: route.hop, trusted: route.trusted };
  }
}

/** Only who has logged in comes so far, and may know why. */
const NO_ROUTE: Refusal = {
  ...refuse("access denied"),
  warning: "nothing goes from here to that domain",
};

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
