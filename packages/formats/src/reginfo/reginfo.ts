/** application/reginfo+xml: which contacts a user has registered. RFC 3680, RFC 5628 */

export interface Reginfo {
  /** Rises by one with each document of a subscription. RFC 3680 §5.1 */
  readonly version: number;
  /** `partial` documents hold only what changed. */
  readonly state: "full" | "partial";
  readonly registrations: readonly Registration[];
}

export interface Registration {
  readonly aor: string;
  /** The same in all documents of a subscription. */
  readonly id: string;
  readonly state: "init" | "active" | "terminated";
  readonly contacts: readonly RegisteredContact[];
}

export interface RegisteredContact {
  readonly id: string;
  readonly state: "active" | "terminated";
  readonly event: ContactEvent;
  readonly uri: string;
  readonly displayName: string | undefined;
  readonly expiresSeconds: number | undefined;
  readonly retryAfterSeconds: number | undefined;
  readonly registeredSeconds: number | undefined;
  readonly q: string | undefined;
  readonly callId: string | undefined;
  readonly cseq: number | undefined;
  /** Contact parameters that RFC 3261 does not know: feature tags, instance … */
  readonly parameters: readonly (readonly [name: string, value: string])[];
  readonly publicGruu: string | undefined; // RFC 5628 §5
  readonly temporaryGruu: TemporaryGruu | undefined; // RFC 5628 §5
}

export interface TemporaryGruu {
  readonly uri: string;
  /** CSeq of the REGISTER that brought the oldest temporary GRUU still alive. */
  readonly firstCseq: number;
}

/** What brought a contact into its state. RFC 3680 §5.1 */
export type ContactEvent = (typeof CONTACT_EVENTS)[number];

export const CONTACT_EVENTS = [
  "registered",
  "created",
  "refreshed",
  "shortened",
  "expired",
  "deactivated",
  "probation",
  "unregistered",
  "rejected",
] as const;

export const REGINFO_TYPE = "application/reginfo+xml";
export const REGINFO = "urn:ietf:params:xml:ns:reginfo";
export const GRUUINFO = "urn:ietf:params:xml:ns:gruuinfo";
