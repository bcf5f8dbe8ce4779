/** From a GRUU in the Request-URI to the registered contacts of one device. RFC 5627 §6.1 */

import { addressKey, type SipUri } from "../message/index.ts";
import { isGruu } from "./public-gruu.ts";
import { type GruuTools, openTemporaryGruu } from "./temporary-gruu.ts";

export interface GruuTarget {
  /** Address key of the user. */
  readonly address: string;
  readonly instance: string;
  /** Undefined for a public GRUU, which never ends while the user exists. */
  readonly issuedAt: number | undefined;
}

/**
 * Whose device is meant. Undefined for a `gr` that we did not make: 404 (RFC 5627 §6.1). Ask only
 * for URIs with `gr` in a domain of ours.
 */
export function readGruu(uri: SipUri, tools: GruuTools): GruuTarget | undefined {
  const instance = uri.params.get("gr");
  if (instance === undefined) return undefined;
  if (instance === "") return openTemporaryGruu(uri, tools); // RFC 5627 §3.1.2: no value
  return { address: addressKey(uri), instance, issuedAt: undefined };
}

/** A registered contact, as far as this choice needs it. */
export interface GruuContact {
  readonly instance: string | undefined;
  /** First registration under the present Call-ID: temporary GRUUs from before it are void. §5.1 */
  readonly callIdSince: number;
}

export type GruuResolution<T> =
  | { readonly do: "forward"; readonly contacts: readonly T[] }
  | { readonly do: "refuse"; readonly status: 404 | 480 };

/**
 * The contacts that a GRUU leads to, out of those of its user (undefined: no such user). A device
 * that is away is 480; a temporary GRUU without its registration no longer exists, 404.
 */
export function resolveGruu<T extends GruuContact>(
  target: GruuTarget | undefined,
  contacts: readonly T[] | undefined,
): GruuResolution<T> {
  if (target === undefined || contacts === undefined) return { do: "refuse", status: 404 };
  const { instance, issuedAt } = target;
  const device = contacts.filter((contact) => contact.instance === instance);
  const valid =
    issuedAt === undefined ? device : device.filter(({ callIdSince }) => callIdSince <= issuedAt); // RFC 5627 §5.1
  if (valid.length > 0) return { do: "forward", contacts: valid };
  return { do: "refuse", status: issuedAt === undefined ? 480 : 404 }; // RFC 5627 §5.3
}

/**
 * Whether a contact in a REGISTER leads back to the user who registers it: his own address, or a
 * GRUU of his. Such a REGISTER is refused with 403. RFC 5627 §5.1
 */
export function leadsBack(contact: SipUri, addressOfRecord: SipUri, tools: GruuTools): boolean {
  const user = addressKey(addressOfRecord);
  if (isGruu(contact)) return readGruu(contact, tools)?.address === user;
  return addressKey(contact) === user && contact.port === addressOfRecord.port;
}
