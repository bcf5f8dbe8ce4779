/** A registered contact of a user. RFC 3261 §10.3, RFC 5626, RFC 5627 */
import type { Flow, SipUri } from "@parlance/sip";

export interface Binding {
  /** Unique in the process; the same as long as the contact is renewed, never used again after it. */
  readonly id: number;
  /** Address key of the user's primary IM Address. */
  readonly user: string;
  /** The contact URI as the client wrote it. */
  readonly contact: SipUri;
  /** The whole Contact value as the client wrote it: URI, features, q, +sip.instance … */
  readonly contactText: string;
  /** Preference 0 to 1 in thousandths, 1000 when the client gave none. */
  readonly q: number;
  /** Epoch ms. */
  readonly expiresAt: number;
  readonly instance: string | undefined;
  readonly regId: number | undefined;
  /** Says that it is an IM client: `+g.oma.sip-im`. */
  readonly tagged: boolean;
  /** Is tagged, or counts as if it were under `compat.plainSip`. */
  readonly imClient: boolean;
  /** Route set towards the client. RFC 3327 */
  readonly path: readonly string[];
  /** The connection that lives and dies with this binding; undefined for a contact we can dial. */
  readonly flow: Flow | undefined;
  /** Reached on the way that its own datagrams came by, where no stream leads. */
  readonly datagramsOnly: boolean;
}
