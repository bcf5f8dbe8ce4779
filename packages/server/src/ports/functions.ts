/** What the functions of the server offer to the way through it; judgement on facts in memory. */

import type { Refusal } from "@parlance/im";
import type { SipUri } from "@parlance/sip";
import type { Binding } from "./binding.ts";
import type { MaybePromise } from "./maybe-promise.ts";
import type { Onward } from "./onward.ts";
import type { Edit, Passage, Verdict } from "./passage.ts";
import type { User } from "./principal.ts";
import type { TakeOver } from "./take-over.ts";

/** Participating function of the originator. */
export interface Originating {
  judge(passage: Passage, user: User): Verdict;
}

/** Participating function of the target user. */
export interface Terminating {
  /** `bindings` are those that fit the caller's preferences (RFC 3841), the best first. */
  judge(passage: Passage, user: User, bindings: readonly Binding[]): Verdict;
  /**
   * After every contact failed: "pass" gives the sender that answer, "forward" tries these contacts
   * once more with its edit.
   */
  judgeFailure(passage: Passage, user: User, failure: Failure): Verdict;
}

/** How forwarding to the contacts of a user ended. */
export interface Failure {
  /** The best answer, 408 when there was none. RFC 3261 §16.7 step 6 */
  readonly status: number;
  readonly tried: readonly Binding[];
  /** It was the second time: the first failure was answered "forward". */
  readonly again: boolean;
}

/** Whoever owns an address of the server: the factory, a group, a service address. */
export interface Owner {
  /** For whoever looks on. */
  readonly name: string;
  owns(uri: SipUri): boolean;
  /**
   * What functions before it wanted changed has been changed in the request. `target` is its Request-URI in the
   * domain's own name.
   */
  serve(passage: Passage, target: SipUri): MaybePromise<Verdict>;
}

/** Sessions that go through the server: two calls, whose messages pass its switch. */
export interface Sessions {
  /** "pass" lets the INVITE go on as it is; whoever takes it sends it onward. */
  take(passage: Passage, onward: Onward): Verdict;
  /** The INVITE with a Replaces that means something behind us; the same when it has none. */
  translated(passage: Passage): Edit | undefined;
  /**
   * A MESSAGE to a user who has a session with its author, whose phone holds none: true when the session has
   * brought it; undefined when it is nothing for a session.
   */
  bring(passage: Passage, user: User): Promise<boolean> | undefined;
}

/** Deferred messaging. */
export interface Deferral {
  /** Resolves after the commit. The request is the one that would have gone to a contact. */
  store(passage: Passage, user: User): Promise<Refusal | { readonly expiresAt: number }>;
  /**
   * A large message that nobody can take now: answered here, and received in full. `instead` takes the place of a
   * call that was placed in vain.
   */
  receive(passage: Passage, user: User, instead?: TakeOver): Verdict;
  /** A contact of the user has just registered, anew or again. */
  userReachable(user: User): void;
}
