/** Participating function of the target user: which sessions reach him. OMA IM 7.1, 9.3, 10 */
import { type Refusal, refuse } from "@parlance/im";
import type { User } from "../../ports/index.ts";
import type { Access } from "../judge-terminating.ts";

export interface TerminatingSessionFacts {
  readonly user: User;
  readonly access: Access;
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
  | { readonly kind: "defer" };

/** The table of the clause, in its order. */
export function judgeTerminatingSession(
  facts: TerminatingSessionFacts,
): TerminatingSessionJudgement {
  if (facts.user.disabled) return refuse("no such user");
  if (facts.access === "reject") return refuse("access denied");
  if (facts.barred) return refuse("barred");
  if (!facts.visible || facts.reachable === 0) {
    return facts.storable ? { kind: "defer" } : refuse("unreachable");
  }
  if (facts.queueing && facts.storable) return { kind: "defer" };
  if (facts.running >= facts.maxSessions) return refuse("too many sessions");
  return { kind: "forward" };
}
