/** What the store is to know of contacts, and which changes tell it so. RFC 3261 §10.3, RFC 5626 §6 */
import type { Hop, SipRequest } from "@parlance/sip";
import { ownText } from "@parlance/wire";
import type { BindingChange, StoredBinding } from "../../store/index.ts";
import { ASLEEP } from "../push/sleepers.ts";
import { type RegisteredContact, writeContact, writeHop } from "./contact.ts";
import type { Wanted } from "./judge-registration.ts";
import { leaseEnd } from "./lease.ts";

/** What a row says beside the contact itself. */
export interface RowFacts {
  readonly request: SipRequest;
  /** Address key of the user. */
  readonly user: string;
  /** Address key of To. */
  readonly address: string;
  readonly path: readonly string[];
  /** Where it is reached, if not where it says. */
  readonly hop: Hop | undefined;
  /** It is kept for longer than the connection that it lives on, and sleeps when that is gone. */
  readonly outlivesFlow: boolean;
  readonly now: number;
}

export function rowOf(wanted: Wanted, facts: RowFacts): StoredBinding {
  const known = wanted.renews?.row;
  const { request, user, address, path, hop, outlivesFlow, now } = facts;
  const { callId } = request;
  return {
    user,
    id: known?.id ?? bindingId(wanted),
    address,
    contactText: writeContact(wanted.contact),
    instance: wanted.instance,
    regId: wanted.regId,
    path,
    flow: outlivesFlow ? ASLEEP : hop && writeHop(hop),
    q: wanted.q,
    callId,
    cseq: request.cseq.number,
    userAgent: known?.callId === callId ? known.userAgent : nameOf(wanted, request),
    publicGruu: undefined,
    temporaryGruu: undefined,
    registeredAt: known?.callId === callId ? known.registeredAt : now, // RFC 5627 §5.1
    expiresAt: leaseEnd(now, wanted.expiresSeconds),
  };
}

/** What the device calls itself, for its user to know it by. */
function nameOf({ contact }: Wanted, request: SipRequest): string | undefined {
  const told = contact.name ?? request.text("User-Agent");
  return told === undefined ? undefined : told.slice(0, NAME_CHARACTERS).toWellFormed();
}

const NAME_CHARACTERS = 100;

/** It is kept for hours, so it must not keep its REGISTER alive. */
export function ownRow(row: StoredBinding): StoredBinding {
  return {
    ...row,
    id: ownText(row.id),
    contactText: ownText(row.contactText),
    instance: row.instance === undefined ? undefined : ownText(row.instance),
    path: row.path.map(ownText),
    flow: row.flow === undefined ? undefined : ownText(row.flow),
    callId: ownText(row.callId),
    userAgent: row.userAgent === undefined ? undefined : ownText(row.userAgent),
  };
}

export function removal({ row }: RegisteredContact): BindingChange {
  return { do: "remove", user: row.user, id: row.id };
}

/** Undefined when the store knows of it, or need not: a contact on a connection ends with it. */
export function changeFor(
  contact: RegisteredContact,
  renews: RegisteredContact | undefined,
): BindingChange | undefined {
  if (contact.flow === undefined || contact.outlivesFlow) {
    return contact.stored ? undefined : { do: "put", binding: contact.row };
  }
  // From a datagram to a connection, or from one that could be woken to one that cannot.
  const known = renews !== undefined && (renews.flow === undefined || renews.outlivesFlow);
  return known ? removal(renews) : undefined;
}

/** Which of the user's contacts it is. RFC 5626 §6 */
function bindingId({ instance, regId, uriText }: Wanted): string {
  return regId === undefined ? uriText : `${instance} ${regId}`;
}
