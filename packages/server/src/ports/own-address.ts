/** What a user may ask of the server at his own address: state that he publishes, and things of his that he watches. */
import type { MaybePromise } from "./maybe-promise.ts";
import type { Passage, Verdict } from "./passage.ts";

export interface OwnAddress {
  /** Event packages, by the method that they are asked with. */
  readonly packages: { readonly publish: readonly string[]; readonly subscribe: readonly string[] };
  /** A PUBLISH or SUBSCRIBE of one of these packages; whoever it is from and whatever it is addressed to. */
  serve(passage: Passage, target: OwnTarget): MaybePromise<Verdict>;
}

/** What the address in the Request-URI is. */
export interface OwnTarget {
  /** Address key; undefined where it is none of our domain. */
  readonly key: string | undefined;
}
