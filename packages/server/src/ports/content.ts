/** The body of a request, read when first asked for and only once. */
import type { Cpim, Entity, Imdn } from "@parlance/formats";
import type { Refusal } from "@parlance/im";

export type Reading<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly refusal: Refusal };

export interface Content {
  /** Media type in lower case without parameters; undefined when there is no body. */
  readonly mediaType: string | undefined;
  /** Octets on the wire. */
  readonly sizeBytes: number;
  /** The body with its content coding undone; 415 or 413 when that cannot be done. */
  readonly bytes: Reading<Uint8Array>;
  /** The message/cpim that the body is, or is about; undefined when it is something else; 400 when malformed. */
  readonly cpim: Reading<Cpim> | undefined;
  /** The notification in the body, bare or inside CPIM, or undefined when it is something else. */
  readonly imdn: Reading<Imdn> | undefined;
  /** For contacts that do not say they are IM clients; undefined when it is fit for them as it is. */
  readonly withoutHistory: Entity | undefined;
}
