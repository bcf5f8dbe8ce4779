/** Who a request comes from, as proved by its listener and credentials. RFC 3324, RFC 3325 */
import type { Uri } from "@parlance/sip";

/** A provisioned IM user, as the directory in memory holds him. Replaced whole, never changed. */
export interface User {
  /** Private name, the digest username. */
  readonly name: string;
  /** Address key of the primary IM Address: "sip:alice@parlance.test". */
  readonly address: string;
  /** Address keys of every identity that the user may claim, the primary one first. */
  readonly identities: readonly string[];
  /** As the operator calls him. */
  readonly displayName: string | undefined;
  /** As he calls himself in his profile; shown to others only where it passes for nobody else. */
  readonly profileName?: string | undefined;
  readonly disabled: boolean;
}

/** The classes of peers; a header or a domain name never decides. */
export type Principal =
  | { readonly kind: "anonymous" }
  | { readonly kind: "user"; readonly user: User }
  /** Believed when it asserts an identity. `peer` is its name in the configuration. */
  | { readonly kind: "trusted peer"; readonly peer: string }
  /** Our own functions. `onBehalfOf` is the address key of the user whose request this goes on with. */
  | { readonly kind: "server"; readonly onBehalfOf: string | undefined };

/** The Authenticated Originator's IM Address (OMA IM 5.1) and what goes with it. */
export interface Originator {
  /** The address as it is asserted to trusted peers. */
  readonly uri: Uri;
  /** Its address key. */
  readonly address: string;
  /** Privacy asks to hide the address from the other side. RFC 3325 §9.3 */
  readonly anonymous: boolean;
  /** Set when the originator is one of our users. */
  readonly user: User | undefined;
}
