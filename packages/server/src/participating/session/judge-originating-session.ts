/** Participating function of the originator: which sessions its user may begin. OMA IM 7.1, 9.2, 10 */
import { type Refusal, refuse } from "@parlance/im";
import type { Originator, User } from "../../ports/index.ts";

export interface OriginatingSessionFacts {
  /** By the feature tag, or because requests without it are served too. */
  readonly isOurs: boolean;
  readonly originator: Originator | undefined;
  readonly user: User;
  /** Contact says that a conference server speaks: no user is one. RFC 4579 §5.2 */
  readonly contactIsFocus: boolean;
  /** Sessions that the user is in already. */
  readonly running: number;
  readonly maxSessions: number;
  /** Why the server cannot stand in the media path of this offer; undefined when it can, or need not. */
  readonly media: Refusal | undefined;
}

export type OriginatingSessionJudgement = Refusal | { readonly kind: "pass" };

const PASS = { kind: "pass" } as const;

/** The clause step by step; the order of the checks is the order of the answers. */
export function judgeOriginatingSession(
  facts: OriginatingSessionFacts,
): OriginatingSessionJudgement {
  const { originator, user } = facts;
  if (!facts.isOurs) return PASS; // calls of another service go their way
  if (originator?.user?.name !== user.name) return refuse("not authenticated");
  if (user.disabled) return refuse("not provisioned");
  if (facts.contactIsFocus) return refuse("already focus");
  if (facts.running >= facts.maxSessions) return refuse("too many sessions");
  return facts.media ?? PASS;
}
