/** Which contacts of a user a request may go to, the best first. RFC 3841 §7.2, RFC 5627 §6.1, RFC 5626 §7 */
import {
  type CallerPreferences,
  type GruuTools,
  groupByDevice,
  isSecure,
  PreferenceCache,
  parseFeatures,
  rankTargets,
  readGruu,
  resolveGruu,
  type SipRequest,
  type SipUri,
} from "@parlance/sip";
import type { Account } from "./directory.ts";
import type { RegisteredContact } from "./registrar/contact.ts";
import type { Contacts } from "./registrar/contacts.ts";

export class Location {
  readonly #contacts: Contacts;
  readonly #gruu: GruuTools;
  readonly #preferences = new PreferenceCache();
  readonly #behindCore: boolean;

  /** `behindCore`: over what a contact is reached is the core's business. */
  constructor(contacts: Contacts, gruu: GruuTools, behindCore: boolean) {
    this.#contacts = contacts;
    this.#gruu = gruu;
    this.#behindCore = behindCore;
  }

  /** Contacts of the user that fit what the caller wants. Throws `FormatError` for broken wishes. */
  find(request: SipRequest, account: Account, now: number): readonly RegisteredContact[] {
    let contacts = this.#contacts.of(account.user.address);
    const [first] = contacts;
    if (first === undefined) return contacts;
    const { uri } = request;
    if (uri.kind === "sip" && uri.secure && !this.#behindCore)
      contacts = contacts.filter(isReachedSecurely);
    if (contacts.some(({ expiresAt }) => expiresAt <= now)) {
      contacts = contacts.filter(({ expiresAt }) => expiresAt > now);
    }
    if (contacts.length === 0) return contacts;
    const preferences = this.#preferences.of(request);
    const target = targetFor(preferences);
    const [only] = contacts;
    if (contacts.length === 1 && only !== undefined) {
      return rankTargets([target(only)], preferences).length === 0 ? [] : [only]; // as nearly always
    }
    return rankTargets(contacts.map(target), preferences).map((ranked) => ranked.target.contact);
  }

  /** The contacts of one device; 480 when it is away, 404 when there never was such a GRUU. */
  findDevice(uri: SipUri, account: Account | undefined): readonly RegisteredContact[] | 404 | 480 {
    const contacts = account === undefined ? undefined : this.#contacts.of(account.user.address);
    const found = resolveGruu(
      readGruu(uri, this.#gruu),
      contacts?.map((contact) => ({
        contact,
        instance: contact.instance,
        callIdSince: contact.row.registeredAt,
      })),
    );
    if (found.do === "refuse") return found.status;
    return found.contacts.map(({ contact }) => contact);
  }

  /** Whose device a temporary GRUU hides: an address key. */
  addressBehind(uri: SipUri): string | undefined {
    return readGruu(uri, this.#gruu)?.address;
  }
}

/** Every device by its freshest flow only. RFC 5626 §7 */
export function freshestFlows(
  contacts: readonly RegisteredContact[],
): readonly RegisteredContact[] {
  if (contacts.length < 2) return contacts;
  return groupByDevice(contacts.map(asFlowChoice)).flatMap(([first]) =>
    first === undefined ? [] : [first.contact],
  );
}

function asFlowChoice(contact: RegisteredContact) {
  // Only contacts with a reg-id are flows of one device; others stand for themselves.
  const instance = contact.regId === undefined ? undefined : contact.instance;
  return { contact, instance, regId: contact.regId, refreshedAt: contact.refreshedAt };
}

/** sips: promises TLS on every hop. RFC 3261 §26.2.2, RFC 5630 §3.1 */
function isReachedSecurely({ target }: RegisteredContact): boolean {
  return isSecure(target.transport);
}

const INSTANCE = "+sip.instance";

/** The instance is told apart by few wishes only, so it is not part of what contacts share. */
function targetFor({ accept, reject }: CallerPreferences) {
  const byInstance = accept.some(speaksOfInstance) || reject.some(speaksOfInstance);
  return (contact: RegisteredContact) => {
    const { q, instance } = contact;
    if (!byInstance || instance === undefined) return { contact, q, features: contact.features };
    const own = parseFeatures([[INSTANCE, `<${instance}>`]]);
    return { contact, q, features: new Map([...contact.features, ...own]) };
  };
}

function speaksOfInstance({ terms }: CallerPreferences["accept"][number]): boolean {
  return terms.some(({ tag }) => tag === INSTANCE);
}
