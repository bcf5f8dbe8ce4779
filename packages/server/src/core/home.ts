/** What is ours: the domains we answer for, and the addresses under which we listen. RFC 3261 §16.4, §10.3 step 1 */
import {
  type Address,
  addressKey,
  defaultPort,
  type Flow,
  hostText,
  imAddress,
  type OtherUri,
  type SipUri,
  sipUri,
  type TransportName,
  type Uri,
} from "@parlance/sip";

const MAX_ADDRESSES = 64; // listeners, and wildcard ones on a machine of many networks

export class Home {
  readonly domain: string;
  readonly #names: Set<string>;
  /** Names of this server alone; undefined when those of the domain lead to it. */
  readonly #hosts: ReadonlySet<string> | undefined;
  readonly #addresses = new Set<string>();
  readonly #listeners = new Map<TransportName, Address>();
  readonly #learnt = new Map<TransportName, Address>();

  /** `hosts`: behind a core, to which the name of the domain leads, the names that lead here. */
  constructor(domain: string, aliases: readonly string[], hosts?: readonly string[]) {
    this.domain = domain.toLowerCase();
    this.#names = new Set([this.domain, ...aliases.map((name) => name.toLowerCase())]);
    this.#hosts = hosts && new Set(hosts.map((name) => name.toLowerCase()));
  }

  /** We listen there: a URI with this address means us. */
  listens(address: Address, transport: TransportName): void {
    if (this.#addresses.size >= MAX_ADDRESSES) return;
    this.#addresses.add(authority(address));
    if (!this.#listeners.has(transport)) this.#listeners.set(transport, address);
  }

  /** What our Via names: where we listen, and not the port that a connection of ours happens to have. RFC 3261 §18.1.1 */
  sentBy({ transport, listener, local }: Flow): Address {
    if (listener !== undefined || transport === "UDP") return local;
    return this.#listeners.get(transport) ?? local;
  }

  /** Where a peer that has shown nothing reaches us by this transport, as far as we know. */
  addressFor(transport: TransportName): Address {
    const known = this.#learnt.get(transport) ?? this.#listeners.get(transport);
    return known ?? { host: this.domain, port: defaultPort(transport) };
  }

  /** A flow of a listener shows under which address it is reached, also where it listens on all. */
  learn({ listener, local, transport }: Flow): void {
    const learnt = this.#learnt.get(transport);
    if (learnt?.host === local.host && learnt.port === local.port) return; // as nearly always
    if (listener === undefined && transport !== "UDP") return;
    this.#learnt.set(transport, local);
    this.listens(local, transport);
  }

  /** Does the host part lead to us? Our names do with any port, our addresses with that of a listener. */
  isOurs({ host, port }: { readonly host: string; readonly port?: number | undefined }): boolean {
    if (host === this.domain && port === undefined) return true;
    const name = host.toLowerCase();
    if (this.#names.has(name)) return true;
    return this.#addresses.has(`${name}:${port ?? 5_060}`);
  }

  /** Does a Route lead to this very server? */
  isHere(uri: { readonly host: string; readonly port?: number | undefined }): boolean {
    if (this.#hosts === undefined) return this.isOurs(uri);
    const name = uri.host.toLowerCase();
    return this.#hosts.has(name) || this.#addresses.has(`${name}:${uri.port ?? 5_060}`);
  }

  /** The address key of a user or service of ours, whichever of our names was used; else undefined. */
  keyOf(uri: Uri): string | undefined {
    if (uri.kind === "tel") return addressKey(uri);
    if (uri.kind === "other") return this.#keyOfMailbox(uri);
    if (uri.user === undefined || !this.isOurs(uri)) return undefined;
    if (uri.host === this.domain && uri.port === undefined) return addressKey(uri);
    return addressKey({ ...uri, host: this.domain, port: undefined });
  }

  /** An im: URI of our domain is the user of that name: nobody has to look further. RFC 3428 §5, RFC 3861 */
  #keyOfMailbox(uri: OtherUri): string | undefined {
    const mailbox = uri.scheme === "im" ? imAddress(uri) : undefined;
    if (mailbox === undefined || !this.#names.has(mailbox.host.toLowerCase())) return undefined;
    return addressKey(sipUri(mailbox.user, this.domain));
  }

  /** The server itself is meant, and nobody in it. */
  isServer(uri: Uri): boolean {
    if (uri.kind !== "sip" || uri.user !== undefined) return false;
    return this.isOurs(uri) || this.isHere(uri);
  }

  /** The same address in the domain's own name, for those who compare. */
  normal(uri: SipUri): SipUri {
    if (uri.host === this.domain && uri.port === undefined) return uri;
    return this.isOurs(uri) ? { ...uri, host: this.domain, port: undefined } : uri;
  }
}

function authority({ host, port }: Address): string {
  return `${hostText(host).toLowerCase()}:${port}`;
}
