/** May a message be kept for a user who is away, and until when? OMA IM 12, storing */
import { type BodyKind, mayBeStored, type Refusal, refuse } from "@parlance/im";

export interface StoringFacts {
  readonly kind: BodyKind;
  /** Epoch ms. */
  readonly receivedAt: number;
  /** Epoch ms; when the author says that he sent it. */
  readonly sentAt: number | undefined;
  readonly expiresSeconds: number | undefined;
  /** Longest life of a message, and of a report or notice. */
  readonly maxSeconds: number;
  readonly maxReportSeconds: number;
}

export type StoringJudgement = Refusal | { readonly kind: "store"; readonly expiresAt: number };

export function judgeStoring(facts: StoringFacts): StoringJudgement {
  const { kind, receivedAt, expiresSeconds } = facts;
  if (!mayBeStored(kind, expiresSeconds)) return refuse("unreachable");
  const life = kind === "message" ? facts.maxSeconds : facts.maxReportSeconds;
  const latest = receivedAt + life * 1000;
  if (expiresSeconds === undefined) return { kind: "store", expiresAt: latest };
  // RFC 3428 §4. A clock that runs ahead cannot make a message live longer.
  const sentAt = Math.min(facts.sentAt ?? receivedAt, receivedAt);
  const expiresAt = Math.min(sentAt + expiresSeconds * 1000, latest);
  return expiresAt <= receivedAt ? refuse("unreachable") : { kind: "store", expiresAt };
}
