/** Where the core is: the places that the operator named, and no others. RFC 3261 §16.6, security rule 5 */
import { type NameAddr, Params, type SipUri, type TransportName, type Uri } from "@parlance/sip";
import type { TrustedPeer } from "../peers.ts";

export class CoreHops {
  readonly #next: SipUri;
  readonly #hosts: ReadonlySet<string>;

  /** `next` is where requests go that bring no Route of the core with them. */
  constructor(next: SipUri, peers: readonly TrustedPeer[]) {
    this.#next = next.params.has("lr") ? next : withParam(next, "lr");
    const named = peers.flatMap(({ addresses, tlsNames }) => [...addresses, ...tlsNames]);
    this.#hosts = new Set([next.host, ...named].map((host) => bare(host.toLowerCase())));
  }

  /** Of the two that a core is believed over. */
  get transport(): TransportName {
    const wanted = this.#next.params.get("transport")?.toUpperCase();
    return this.#next.secure || wanted === "TLS" ? "TLS" : "TCP";
  }

  /** For requests of our own. */
  get route(): NameAddr {
    return { name: undefined, uri: this.#next, params: Params.none };
  }

  /**
   * The element of the core that wants the request back. A Route to elsewhere leads nowhere from
   * here: the core gets the request and sees itself what to do with it.
   */
  find(route: Uri | undefined): SipUri {
    if (route?.kind !== "sip" || !this.#hosts.has(bare(route.host.toLowerCase())))
      return this.#next;
    if (route.secure || route.params.has("transport")) return route;
    // An address alone would mean a datagram, which no core is believed in.
    const transport = this.#next.params.get("transport");
    return transport === undefined ? route : withParam(route, "transport", transport);
  }
}

function withParam(uri: SipUri, name: string, value?: string): SipUri {
  return { ...uri, params: uri.params.with(name, value) };
}

/** An IPv6 address without its brackets. */
function bare(host: string): string {
  return host.startsWith("[") ? host.slice(1, -1) : host;
}
