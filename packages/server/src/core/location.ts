/** Which contacts of a user a request may go to, the best first. RFC 3841 §7.2, RFC 5627 §6.1, RFC 5626 §7 */
import {
  AcceptContact,
  type CallerPreferences,
  Event,
  explicitPreferences,
  groupByDevice,
  type GruuTools,
  implicitPreferences,
  isSecure,
  parseFeatures,
  type Params,
  rankTargets,
  readGruu,
  RejectContact,
  resolveGruu,
  type SipRequest,
  type SipUri,
} from "@parlance/sip";
import type { Account } from "./directory.ts";
import type { RegisteredContact } from "./registrar/contact.ts";
import type { Contacts } from "./registrar/contacts.ts";

const KEPT = 256; // different wishes seen lately; nearly all requests of one service say the same

export class Location {
  readonly #contacts: Contacts;
  readonly #gruu: GruuTools;
  readonly #preferences = new Map<string, CallerPreferences>();

  constructor(contacts: Contacts, gruu: GruuTools) {
    this.#contacts = contacts;
    this.#gruu = gruu;
  }

  /** Contacts of the user that fit what the caller wants. Throws `FormatError` for broken wishes. */
  find(request: SipRequest, account: Account, now: number): readonly RegisteredContact[] {
    let contacts = this.#contacts.of(account.user.name);
    const [first] = contacts;
    if (first === undefined) return contacts;
    const { uri } = request;
    if (uri.kind === "sip" && uri.secure) contacts = contacts.filter(isReachedSecurely);
    if (contacts.some(({ expiresAt }) => expiresAt <= now)) {
      contacts = contacts.filter(({ expiresAt }) => expiresAt > now);
    }
    if (contacts.length === 0) return contacts;
    const preferences = this.#preferencesOf(request);
    return rankTargets(contacts.map(targetFor(preferences)), preferences).map(
      ({ target }) => target.contact,
    );
  }

  /** The contacts of one device; 480 when it is away, 404 when there never was such a GRUU. */
  findDevice(
    uri: SipUri,
    account: Account | undefined,
  ): readonly RegisteredContact[] | 404 | 480 {
    const contacts = account === undefined ? undefined : this.#contacts.of(account.user.name);
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

  #preferencesOf(request: SipRequest): CallerPreferences {
    const accept = request.texts(AcceptContact);
    const reject = request.texts(RejectContact);
    const method = request.method;
    const key = `${method}\n${accept.join()}\n${reject.join()}\n${request.text(Event) ?? ""}`;
    const known = this.#preferences.get(key);
    if (known !== undefined) return known;
    const made =
      accept.length === 0 && reject.length === 0
        ? implicitPreferences(method, request.get(Event)?.value)
        : explicitPreferences(
            request.get(AcceptContact)?.map(entriesOf) ?? [],
            request.get(RejectContact)?.map(entriesOf) ?? [],
          );
    if (this.#preferences.size >= KEPT) this.#preferences.clear();
    this.#preferences.set(key, made);
    return made;
  }
}

/**
 * Groups to be tried one after the other: by q, and inside a group every device by its freshest flow
 * only. RFC 3261 §16.6, RFC 5626 §7
 */
export function tiersOf(
  contacts: readonly RegisteredContact[],
): readonly (readonly RegisteredContact[])[] {
  const [first] = contacts;
  if (first === undefined) return [];
  if (contacts.length === 1) return [contacts];
  const tiers = new Map<number, RegisteredContact[]>();
  for (const [contact] of groupByDevice(contacts.map(asFlowChoice))) {
    if (contact === undefined) continue;
    const tier = tiers.get(contact.contact.q);
    if (tier === undefined) tiers.set(contact.contact.q, [contact.contact]);
    else tier.push(contact.contact);
  }
  return [...tiers].sort(([a], [b]) => b - a).map(([, tier]) => tier);
}

function asFlowChoice(contact: RegisteredContact) {
  // Only contacts with a reg-id are flows of one device; others stand for themselves.
  const instance = contact.regId === undefined ? undefined : contact.instance;
  return { contact, instance, regId: contact.regId, refreshedAt: contact.id };
}

/** sips: promises TLS on every hop. RFC 3261 §26.2.2, RFC 5630 §3.1 */
function isReachedSecurely({ contact, flow }: RegisteredContact): boolean {
  return flow === undefined ? contact.secure : isSecure(flow.transport);
}

const INSTANCE = "+sip.instance";

/** The instance is told apart by few wishes only, so it is not part of what contacts share. */
function targetFor({ accept, reject }: CallerPreferences) {
  const byInstance = [...accept, ...reject].some(({ terms }) =>
    terms.some(({ tag }) => tag === INSTANCE),
  );
  return (contact: RegisteredContact) => {
    const { q, instance } = contact;
    if (!byInstance || instance === undefined) return { contact, q, features: contact.features };
    const own = parseFeatures([[INSTANCE, `<${instance}>`]]);
    return { contact, q, features: new Map([...contact.features, ...own]) };
  };
}

function entriesOf(params: Params): Iterable<readonly [string, string]> {
  return params.entries();
}
