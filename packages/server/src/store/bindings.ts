/** Registrations: where a user can be reached. RFC 3261 §10, RFC 5626 §6 */

export interface StoredBinding {
  /** Address key of the user's primary IM Address. */
  readonly user: string;
  /** Which of the user's bindings this is: instance and reg-id, or the Contact URI. RFC 5626 §6 */
  readonly id: string;
  /** Address key of the address-of-record in To. */
  readonly address: string;
  /** The whole Contact value as the client wrote it: URI, features, q … RFC 3840 §9 */
  readonly contactText: string;
  readonly instance: string | undefined;
  readonly regId: number | undefined;
  /** Path values, topmost first. RFC 3327 §5 */
  readonly path: readonly string[];
  /** The flow it came in on, in the core's own words; the store does not read it. */
  readonly flow: string | undefined;
  /** Preference 0 to 1 in thousandths. RFC 3261 §20.10 */
  readonly q: number;
  readonly callId: string;
  readonly cseq: number;
  readonly userAgent: string | undefined;
  /** RFC 5627 §3.1 */
  readonly publicGruu: string | undefined;
  readonly temporaryGruu: string | undefined;
  readonly registeredAt: number;
  readonly expiresAt: number;
}

export type BindingChange =
  | { readonly do: "put"; readonly binding: StoredBinding }
  | { readonly do: "remove"; readonly user: string; readonly id: string }
  | { readonly do: "remove all"; readonly user: string };

export interface BindingStore {
  /**
   * Durable when it resolves. All changes of one call, in their order, or none: a REGISTER is never
   * half done (RFC 3261 §10.3 step 7).
   */
  change(changes: readonly BindingChange[]): Promise<void>;

  /** Reads only: bindings in the order of user and id, at most `limit`, those after `after`. */
  list(after: BindingKey | undefined, limit: number): Promise<readonly StoredBinding[]>;
}

export interface BindingKey {
  readonly user: string;
  readonly id: string;
}
