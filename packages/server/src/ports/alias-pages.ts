/** Pages outside of the session on which somebody says what he wants to be called in it. IM-7.2.3.5-P1 */

export interface AliasGuest {
  /** Of the room, for people. */
  readonly room: string | undefined;
  /** What he is called now, for people. */
  readonly called: () => string;
  /** He has asked for this name. */
  choose(alias: string): AliasChoice;
}

export type AliasChoice =
  | { readonly kind: "given"; readonly alias: string }
  | { readonly kind: "refused"; readonly because: "not a name" | "taken" };

export interface AliasLink {
  readonly url: string;
  /** Epoch ms. */
  readonly expiresAt: number;
  /** Of the page. */
  readonly sizeBytes: number;
  /** He has gone: the link leads nowhere. */
  withdraw(): void;
}

export interface AliasPages {
  /** For one name. Undefined when there are too many of them. */
  invite(guest: AliasGuest): AliasLink | undefined;
}
