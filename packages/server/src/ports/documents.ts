/** Documents that users keep, for functions that act by them. RFC 4825 */
import type { MaybePromise } from "./maybe-promise.ts";

/** One version of a document. */
export interface DocumentVersion {
  readonly etag: string;
  readonly bytes: Uint8Array;
}

export interface DocumentNews {
  readonly auid: string;
  /** Name of the account. */
  readonly owner: string;
  readonly name: string;
  /** Undefined: there was none. */
  readonly before: DocumentVersion | undefined;
  /** Undefined: it is gone. */
  readonly after: DocumentVersion | undefined;
}

/** Told after the commit; the change is answered when all have taken it in. */
export type DocumentListener = (news: DocumentNews) => MaybePromise<void>;
