/** Registrations as the document that watchers get. RFC 3680 §5, RFC 5628 */
import {
  type RegisteredContact as ContactElement,
  type ContactEvent,
  formatReginfo,
} from "@parlance/formats";
import { Contact, formatUri, isFeatureParam, parseUri, publicGruu } from "@parlance/sip";
import type { RegisteredContact } from "./contact.ts";
import type { ContactNews } from "./registrar.ts";

export interface RegDocumentAsk {
  readonly version: number;
  readonly state: "full" | "partial";
  readonly aor: string;
  /** The user has contacts now. */
  readonly active: boolean;
  readonly news: readonly ContactNews[];
  readonly now: number;
}

export function regDocument({
  version,
  state,
  aor,
  active,
  news,
  now,
}: RegDocumentAsk): Uint8Array {
  const contacts = news.map((one) => contactElement(one, now));
  const registration = active ? "active" : news.length > 0 ? "terminated" : "init";
  return formatReginfo({
    version,
    state,
    registrations: [{ aor, id: "r1", state: registration, contacts }],
  });
}

const ENDS: ReadonlySet<ContactEvent> = new Set([
  "expired",
  "unregistered",
  "deactivated",
  "rejected",
]);

function contactElement({ contact, event }: ContactNews, now: number): ContactElement {
  const { row } = contact;
  const ended = ENDS.has(event);
  return {
    id: `c${contact.id}`,
    state: ended ? "terminated" : "active",
    event,
    uri: contact.uriText,
    displayName: undefined,
    expiresSeconds: ended ? undefined : Math.max(0, Math.ceil((contact.expiresAt - now) / 1_000)),
    retryAfterSeconds: undefined,
    registeredSeconds: Math.max(0, Math.floor((now - row.registeredAt) / 1_000)),
    q: row.q === 1_000 ? undefined : (row.q / 1_000).toFixed(3),
    callId: row.callId,
    cseq: contact.cseq,
    parameters: parametersOf(contact),
    publicGruu: ended ? undefined : gruuOf(contact),
    temporaryGruu: undefined, // each answer of the registrar makes a new one, and all of them lead here
  };
}

function parametersOf(contact: RegisteredContact): readonly (readonly [string, string])[] {
  const values = Contact.read(contact.contactText);
  const [value] = "star" in values ? [] : values;
  const told = [...(value?.params.entries() ?? [])];
  return told.filter(([name]) => isFeatureParam(name) || name === "reg-id");
}

function gruuOf({ row, instance }: RegisteredContact): string | undefined {
  if (instance === undefined) return undefined;
  const aor = parseUri(row.address);
  return aor.kind === "sip" ? formatUri(publicGruu(aor, instance)) : undefined;
}
