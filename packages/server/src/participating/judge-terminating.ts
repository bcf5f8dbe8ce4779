/** Participating function of the target user: what reaches him, and how. OMA IM 8.2, 9.3 */
import { because, type Grounds, type Refusal, refuse } from "@parlance/im";
import type { User } from "../ports/index.ts";
import { barredBy, behindOthers, lockedOut, notThere, ruledOut } from "./grounds.ts";

/** What the rules of the user say about one sender. */
export type Access = "pass" | "reject";

export interface TerminatingFacts {
  readonly isMessage: boolean;
  readonly user: User;
  /** Somebody vouches for who sent it. RFC 3325 §5 */
  readonly asserted: boolean;
  readonly access: Access;
  /** Where they reject it: which of them, in words. */
  readonly rule: string | undefined;
  /** No pager messages wanted on any device. */
  readonly barred: boolean;
  /** It is a link to a file, and no files are wanted on any device that takes messages. */
  readonly filesBarred: boolean;
  /** An invisible user is answered for like one who is not there. */
  readonly visible: boolean;
  /** Contacts that can take the request. */
  readonly reachable: number;
  /** Of those, contacts that may get a body of this length. RFC 3428 §8 */
  readonly fitting: number;
  /** No author could send it in another way, but we can: kept, it is brought in a session. */
  readonly broughtBySession: boolean;
  /** Earlier messages wait for the same user, and must not be overtaken. */
  readonly queueing: boolean;
  readonly storable: boolean;
}

export type TerminatingJudgement =
  | Refusal
  | { readonly kind: "forward" }
  | { readonly kind: "defer"; readonly grounds?: Grounds };

const FORWARD = { kind: "forward" } as const;
const DEFER = { kind: "defer" } as const;

/** The table of the clause, in its order. */
export function judgeTerminating(facts: TerminatingFacts): TerminatingJudgement {
  const { user } = facts;
  if (user.disabled) return because(refuse("no such user"), lockedOut(user));
  if (facts.isMessage && !facts.asserted) return refuse("not authenticated"); // IM-8.1.1-02
  if (facts.access === "reject") return because(refuse("access denied"), ruledOut(facts));
  if (facts.isMessage && facts.barred) return because(refuse("barred"), barredBy(user, "messages")); // and nothing is stored
  if (facts.isMessage && facts.filesBarred) {
    return because(refuse("files barred"), barredBy(user, "files"));
  }
  if (!facts.visible || facts.reachable === 0) return orElse(facts);
  if (facts.isMessage && facts.fitting === 0) {
    if (facts.broughtBySession && facts.storable) return DEFER;
    return refuse("too long for datagrams"); // IM-8.1-02
  }
  if (facts.queueing && facts.storable) return { kind: "defer", grounds: behindOthers(user) };
  return FORWARD; // IM-8.1.1-05
}

export type FailureJudgement =
  | TerminatingJudgement
  /** Give the sender the answer that came. */
  | { readonly kind: "pass back" }
  /** The contact does not know the envelope: try once more with what is inside. */
  | { readonly kind: "unwrap" };

export interface FailureFacts {
  readonly isMessage: boolean;
  /** Best answer of all contacts, 408 when none came. */
  readonly status: number;
  readonly storable: boolean;
  /** No author could send it in another way, but we can: kept, it is brought in a session. */
  readonly broughtBySession: boolean;
  /** The body is an envelope with plain text in it, and was not unwrapped yet. */
  readonly unwrappable: boolean;
}

const PASS_BACK = { kind: "pass back" } as const;
const UNWRAP = { kind: "unwrap" } as const;

/** After every contact failed. */
export function judgeFailure(facts: FailureFacts): FailureJudgement {
  const { status } = facts;
  if (!facts.isMessage) return PASS_BACK;
  // Plain SIP phones answer 415 to every envelope; linphone 488 to one that it does not like.
  if (facts.unwrappable && (status === 415 || status === 488)) return UNWRAP;
  if ((meansAway(status) || (status === 413 && facts.broughtBySession)) && facts.storable) {
    return DEFER;
  }
  return PASS_BACK;
}

/** Answers that say nothing about the message, only that its user is not there now. */
export function meansAway(status: number): boolean {
  // 430: the flow of an outbound contact broke (RFC 5626 §11.5).
  return status === 408 || status === 480 || status === 430 || (status >= 500 && status < 600);
}

function orElse(facts: TerminatingFacts): TerminatingJudgement {
  const grounds = notThere(facts);
  if (facts.isMessage && facts.storable) return { kind: "defer", grounds };
  return because(refuse("unreachable"), grounds);
}
