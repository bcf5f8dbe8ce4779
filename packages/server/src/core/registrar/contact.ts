/** One registered contact: its row in the store, and what sending to it needs. RFC 3261 §10.3 */
import { IM_TAG, offers } from "@parlance/im";
import {
  Contact,
  defaultPort,
  type Features,
  type Flow,
  formatNameAddr,
  type Hop,
  hostAddress,
  type NameAddr,
  NO_FEATURES,
  Params,
  parseFeatures,
  parseUri,
  type SipUri,
} from "@parlance/sip";
import { FormatError, parsed } from "@parlance/wire";
import type { Binding } from "../../ports/index.ts";
import type { StoredBinding } from "../../store/index.ts";
import type { Account } from "../directory.ts";
import { type PushTarget, pushTargetOf } from "../push/push-target.ts";
import { ASLEEP } from "../push/sleepers.ts";

export class RegisteredContact implements Binding {
  readonly id: number;
  readonly account: Account;
  /** As it is, or will be, in the store, which keeps it for longer than granted and with the CSeq of an earlier refresh. */
  readonly row: StoredBinding;
  readonly flow: Flow | undefined;
  /** When its last REGISTER came. */
  readonly refreshedAt: number;
  /** What was granted. */
  readonly expiresAt: number;
  readonly cseq: number;
  /** The row is on the disk. */
  stored: boolean;
  #capabilities: Capabilities;
  #contact: SipUri | undefined;
  #target: Flow | Hop | undefined;

  constructor(of: {
    readonly id: number;
    readonly account: Account;
    readonly row: StoredBinding;
    readonly flow: Flow | undefined;
    readonly refreshedAt: number;
    /** What was granted last, where the row is older or lasts longer. */
    readonly granted?: { readonly expiresAt: number; readonly cseq: number };
    readonly stored?: boolean;
    readonly capabilities: Capabilities;
  }) {
    this.id = of.id;
    this.account = of.account;
    this.row = of.row;
    this.flow = of.flow;
    this.refreshedAt = of.refreshedAt;
    const { expiresAt, cseq } = of.granted ?? of.row;
    this.expiresAt = expiresAt;
    this.cseq = cseq;
    this.stored = of.stored ?? false;
    this.#capabilities = of.capabilities;
  }

  get user(): string {
    return this.row.user;
  }

  /** Read when first used: most registered contacts are refreshed more often than called. */
  get contact(): SipUri {
    this.#contact ??= sipUriOf(this.uriText);
    return this.#contact;
  }

  get contactText(): string {
    return this.row.contactText;
  }

  get uriText(): string {
    return uriTextOf(this.row.contactText);
  }

  get q(): number {
    return this.row.q;
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

  get capabilities(): Capabilities {
    return this.#capabilities;
  }

  get imClient(): boolean {
    return this.#capabilities.imClient;
  }

  get datagramsOnly(): boolean {
    return this.row.path.length === 0 && readHop(this.row.flow)?.datagramsOnly === true;
  }

  get tagged(): boolean {
    return this.#capabilities.tagged;
  }

  /** Not, once it has refused one: see `refusesEnvelopes`. */
  get takesEnvelopes(): boolean {
    return this.#capabilities.takesEnvelopes;
  }

  /** From now on until its device registers anew. */
  refusesEnvelopes(): void {
    this.#capabilities = { ...this.#capabilities, takesEnvelopes: false };
  }

  get features(): Features {
    return this.#capabilities.features;
  }

  /** A core has told of it: where it is reached is the core's to know. */
  get atTheCore(): boolean {
    return this.row.flow === AT_THE_CORE;
  }

  /** How its device is woken when its connection is gone. RFC 8599 */
  get push(): PushTarget | undefined {
    return MAY_BE_WOKEN.test(this.row.contactText) ? pushTargetOf(this.contact) : undefined;
  }

  /** Its registration outlives its connection. */
  get outlivesFlow(): boolean {
    return this.row.flow === ASLEEP;
  }

  /** Where requests go, unless a path leads to it. */
  get target(): Flow | Hop {
    this.#target ??= this.flow ?? readHop(this.row.flow) ?? hopOf(this.contact);
    return this.#target;
  }
}

const MAY_BE_WOKEN = /;pn-prid=/i;

/** What a contact says about its device, shared by all that say the same. */
export interface Capabilities {
  readonly features: Features;
  /** Says so itself. */
  readonly tagged: boolean;
  readonly imClient: boolean;
  /** Group rooms in which all that is said is a MESSAGE. */
  readonly textRooms: boolean;
  /** message/cpim, which RFC 3428 §7 leaves to the client. */
  readonly takesEnvelopes: boolean;
}

export const NO_CAPABILITIES: Capabilities = {
  features: NO_FEATURES,
  tagged: false,
  imClient: false,
  textRooms: false,
  takesEnvelopes: true,
};

/** What stands in `flow` of a binding that a core has told of: nothing is sent to it from here. */
export const AT_THE_CORE = "core";

const KEPT = 512; // kinds of clients seen lately; each is one short text and a small map

/** As linphone says it: `ephemeral/1.1,groupchat/1.1`. */
const TEXT_ROOMS = /(?:^|,)groupchat\b/;

export class CapabilitiesReader {
  readonly #plainSip: boolean;
  readonly #kept = new Map<string, Capabilities>();

  /** `plainSip`: phones that do not know the IM feature tag count as IM clients. */
  constructor(plainSip: boolean) {
    this.#plainSip = plainSip;
  }

  /** Of the header parameters of a contact. Throws `FormatError` for broken features. RFC 3840 §9 */
  read(params: Params): Capabilities {
    const told = withoutOwn(params);
    const text = told.format("header");
    const known = this.#kept.get(text);
    if (known !== undefined) return known;
    const features = parseFeatures(told.entries());
    const tagged = offers(told, IM_TAG);
    const capabilities = {
      features: features.size === 0 ? NO_FEATURES : features,
      tagged,
      imClient: tagged || this.#plainSip,
      textRooms: TEXT_ROOMS.test(told.get("+org.linphone.specs") ?? ""),
      takesEnvelopes: true,
    };
    if (this.#kept.size >= KEPT) this.#kept.clear();
    this.#kept.set(text, capabilities);
    return capabilities;
  }

  /** Of a row that came back from the store; undefined when it cannot be read any more. */
  readRow(row: StoredBinding): Capabilities | undefined {
    const read = parsed(() => {
      const contacts = Contact.read(row.contactText);
      const [contact] = "star" in contacts ? [] : contacts;
      return this.read(contact?.params ?? Params.none);
    });
    return read.ok ? read.value : undefined;
  }
}

/** As it is kept and told again: without what holds for one registration only. */
export function writeContact({ uri, params }: NameAddr): string {
  let kept = params;
  for (const name of ["expires", "pub-gruu", "temp-gruu"]) kept = kept.without(name);
  return formatNameAddr({ name: undefined, uri, params: kept });
}

/** What is not alike in two devices of one kind. */
function withoutOwn(params: Params): Params {
  let told = params;
  for (const name of OWN) told = told.without(name);
  return told;
}

const OWN = ["expires", "q", "+sip.instance", "reg-id", "pub-gruu", "temp-gruu"];

export function writeHop({ transport, address }: Hop): string {
  return `${transport} ${address.port} ${address.host}`;
}

function readHop(text: string | undefined): Hop | undefined {
  const [transport, port, host] = text?.split(" ") ?? [];
  if (transport !== "UDP" || host === undefined) return undefined;
  return { transport, address: { host, port: Number(port) }, datagramsOnly: true };
}

/** Only contacts at an IP address are reached where they say: see `reachOf`. RFC 3263 §4.1, §4.2 */
function hopOf({ secure, host, port, params }: SipUri): Hop {
  const wanted = params.get("transport")?.toUpperCase();
  const transport = secure || wanted === "TLS" ? "TLS" : wanted === "TCP" ? "TCP" : "UDP";
  const address = { host: hostAddress(host) ?? host, port: port ?? defaultPort(transport) };
  return { transport, address };
}

/** Between the brackets that `writeContact` puts around it. */
function uriTextOf(contactText: string): string {
  return contactText.slice(1, contactText.indexOf(">"));
}

/** Throws `FormatError`. */
export function contactUriOf({ contactText }: StoredBinding): SipUri {
  return sipUriOf(uriTextOf(contactText));
}

function sipUriOf(text: string): SipUri {
  const uri = parseUri(text);
  if (uri.kind !== "sip") throw new FormatError("Contact", 0, "not a SIP URI");
  return uri;
}
