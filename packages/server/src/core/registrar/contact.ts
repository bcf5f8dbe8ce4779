/** One registered contact: its row in the store, and what sending to it needs. RFC 3261 §10.3 */
import { IM_TAG, offers } from "@parlance/im";
import {
  type Features,
  type Flow,
  type Hop,
  NO_FEATURES,
  type Params,
  parseFeatures,
  parseUri,
  type SipUri,
} from "@parlance/sip";
import { FormatError, parsed } from "@parlance/wire";
import type { Binding } from "../../ports/index.ts";
import type { StoredBinding } from "../../store/index.ts";
import type { Account } from "../directory.ts";

export class RegisteredContact implements Binding {
  readonly id: number;
  readonly account: Account;
  readonly row: StoredBinding;
  readonly flow: Flow | undefined;
  /** When its last REGISTER came. */
  readonly refreshedAt: number;
  readonly capabilities: Capabilities;
  #contact: SipUri | undefined;

  constructor(of: {
    readonly id: number;
    readonly account: Account;
    readonly row: StoredBinding;
    readonly flow: Flow | undefined;
    readonly refreshedAt: number;
    readonly capabilities: Capabilities;
  }) {
    this.id = of.id;
    this.account = of.account;
    this.row = of.row;
    this.flow = of.flow;
    this.refreshedAt = of.refreshedAt;
    this.capabilities = of.capabilities;
  }

  get user(): string {
    return this.account.user.address;
  }

  /** Read when first used: most registered contacts are refreshed more often than called. */
  get contact(): SipUri {
    this.#contact ??= sipUriOf(this.row.contact);
    return this.#contact;
  }

  get contactText(): string {
    return `<${this.row.contact}>${this.row.parameters}`;
  }

  get q(): number {
    return Math.round(this.row.q * 1_000);
  }

  get expiresAt(): number {
    return this.row.expiresAt;
  }

  get instance(): string | undefined {
    return this.row.instance;
  }

  get regId(): number | undefined {
    return this.row.regId;
  }

  get path(): readonly string[] {
    return this.row.path;
  }

  get imClient(): boolean {
    return this.capabilities.imClient;
  }

  get features(): Features {
    return this.capabilities.features;
  }

  /** Where datagrams for a client behind a NAT go, or undefined: where its contact says. */
  get hop(): Hop | undefined {
    return this.row.flow === undefined ? undefined : readHop(this.row.flow);
  }
}

/** What a contact says about its device, shared by all that say the same. */
export interface Capabilities {
  readonly features: Features;
  readonly imClient: boolean;
}

const KEPT = 512; // kinds of clients seen lately; each is one short text and a small map

export class CapabilitiesReader {
  readonly #plainSip: boolean;
  readonly #kept = new Map<string, Capabilities>();

  /** `plainSip`: phones that do not know the IM feature tag count as IM clients. */
  constructor(plainSip: boolean) {
    this.#plainSip = plainSip;
  }

  /** Throws `FormatError` for broken feature parameters. RFC 3840 §9 */
  read(parameters: string, params: Params): Capabilities {
    const known = this.#kept.get(parameters);
    if (known !== undefined) return known;
    const features = parseFeatures(params.entries());
    const imClient = this.#plainSip || offers(params, IM_TAG);
    const capabilities = { features: features.size === 0 ? NO_FEATURES : features, imClient };
    if (this.#kept.size >= KEPT) this.#kept.clear();
    this.#kept.set(parameters, capabilities);
    return capabilities;
  }
}

export function writeHop({ transport, address }: Hop): string {
  return `${transport} ${address.port} ${address.host}`;
}

function readHop(text: string): Hop | undefined {
  const [transport, port, host] = text.split(" ");
  if (transport !== "UDP" || host === undefined) return undefined;
  return { transport, address: { host, port: Number(port) } };
}

function sipUriOf(text: string): SipUri {
  const uri = parseUri(text);
  if (uri.kind !== "sip") throw new FormatError("Contact", 0, "not a SIP URI");
  return uri;
}
