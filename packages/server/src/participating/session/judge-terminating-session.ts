/** Participating function of the target user: which sessions reach him. OMA IM 7.1, 9.3, 10 */
import { because, type Grounds, type Refusal, refuse } from "@parlance/im";
import type { Barrable, User } from "../../ports/index.ts";
import { barredBy, behindOthers, lockedOut, notThere, ruledOut } from "../grounds.ts";
import type { Access } from "../judge-terminating.ts";

export interface TerminatingSessionFacts {
  readonly user: User;
  readonly access: Access;
  /** Where they reject it: which of them, in words. */
  readonly rule: string | undefined;
  /** What it is of what can be barred. */
  readonly kind: Barrable;
  /** No sessions of this kind wanted on any device. */
  readonly barred: boolean;
  /** An invisible user is answered for like one who is not there. */
  readonly visible: boolean;
  /** Contacts that can take a session of this kind. */
  readonly reachable: number;
  /** It carries one message, which may be kept for the user. */
  readonly storable: boolean;
  /** Earlier messages wait for the same user, and must not be overtaken. */
  readonly queueing: boolean;
  /** Sessions that the user is in already. */
  readonly running: number;
  readonly maxSessions: number;
}

export type TerminatingSessionJudgement =
  | Refusal
  | { readonly kind: "forward" }
  | { readonly kind: "defer"; readonly grounds: Grounds };

/** The table of the clause, in its order. */
export function judgeTerminatingSession(
  facts: TerminatingSessionFacts,
): TerminatingSessionJudgement {
  const { user } = facts;
  if (user.disabled) return because(refuse("no such user"), lockedOut(user));
  if (facts.access === "reject") return because(refuse("access denied"), ruledOut(facts));
  if (facts.barred) return because(refuse("barred"), barredBy(user, facts.kind));
  if (!facts.visible || facts.reachable === 0) {
    const grounds = notThere(facts);
    return facts.storable ? { kind: "defer", grounds } : because(refuse("unreachable"), grounds);
  }
  if (facts.queueing && facts.storable) return { kind: "defer", grounds: behindOthers(user) };
  if (facts.running >= facts.maxSessions) return refuse("too many sessions");
  return { kind: "forward" };
}
