/** Which peers are believed: fixed by the listener and the proof shown, never by a header. RFC 3324 */
import type { Flow } from "@parlance/sip";

export interface TrustedPeer {
  readonly name: string;
  /** IP addresses, believed over TCP and TLS on a listener for trusted peers alone. */
  readonly addresses: readonly string[];
  /** Names in its verified certificate, believed wherever it connects. */
  readonly tlsNames: readonly string[];
}

export class Peers {
  readonly #byAddress = new Map<string, string>();
  readonly #byName = new Map<string, string>();
  readonly #listeners: ReadonlySet<string>;

  /** `listeners` are the names of those on which nobody but trusted peers is expected. */
  constructor(peers: readonly TrustedPeer[], listeners: readonly string[]) {
    this.#listeners = new Set(listeners);
    for (const { name, addresses, tlsNames } of peers) {
      for (const address of addresses) this.#byAddress.set(address.toLowerCase(), name);
      for (const tlsName of tlsNames) this.#byName.set(tlsName.toLowerCase(), name);
    }
  }

  /** Name of the trusted peer at the other end, undefined for everybody else. */
  trusted(flow: Flow): string | undefined {
    if (flow.peerNames !== undefined) {
      for (const name of flow.peerNames) {
        const peer = this.#byName.get(name.toLowerCase());
        if (peer !== undefined) return peer;
      }
    }
    // The source address of a datagram proves nothing, and a connection that we opened to a
    // contact of some user must not become a trusted one because of where it leads.
    if (flow.transport !== "TCP" && flow.transport !== "TLS") return undefined;
    if (flow.listener === undefined || !this.#listeners.has(flow.listener)) return undefined;
    return this.#byAddress.get(flow.remote.host.toLowerCase());
  }

  /** A listener for trusted peers alone: whoever else comes there is turned away. */
  closedListener(flow: Flow): boolean {
    return flow.listener !== undefined && this.#listeners.has(flow.listener);
  }
}
