/** What the functions of the server offer to the way through it; judgement on facts in memory. */

import type { Refusal } from "@parlance/im";
import type { SipUri } from "@parlance/sip";
import type { Binding } from "./binding.ts";
import type { MaybePromise } from "./maybe-promise.ts";
import type { Passage, Verdict } from "./passage.ts";
import type { User } from "./principal.ts";

/** Participating function of the originator. */
export interface Originating {
  judge(passage: Passage, user: User): Verdict;
}

/** Participating function of the target user. */
export interface Terminating {
  /** `bindings` are those that fit the caller's preferences (RFC 3841), the best first. */
  judge(passage: Passage, user: User, bindings: readonly Binding[]): Verdict;
  /** After every contact failed; `status` is the best answer, 408 when there was none. */
  judgeFailure(passage: Passage, user: User, status: number): Verdict;
}

/** Whoever owns an address of the server: the factory, a group, a service address. */
export interface Owner {
  owns(uri: SipUri): boolean;
  serve(passage: Passage): MaybePromise<Verdict>;
}

/** Deferred messaging. */
export interface Deferral {
  /** Resolves after the commit. */
  store(passage: Passage, user: User): Promise<Refusal | { readonly expiresAt: number }>;
  /** A contact of the user has just registered, anew or again. */
  userReachable(user: User): void;
}
