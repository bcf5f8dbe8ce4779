/** Participating function of the originator: what its user may send. OMA IM 8.2, 9.2 */
import { type Refusal, refuse, type SenderClaim } from "@parlance/im";
import type { Originator, Untagged, User } from "../ports/index.ts";

export interface OriginatingFacts {
  readonly isMessage: boolean;
  readonly asksForIm: boolean;
  readonly untagged: Untagged;
  readonly originator: Originator | undefined;
  readonly user: User;
  readonly sizeBytes: number;
  readonly maxBytes: number;
  /** Why the body is in no coding or charset that is read here. */
  readonly unreadable: Refusal | undefined;
  /** Whether a body of several parts can be taken apart, within the bounds of number and depth. */
  readonly partsReadable: boolean;
  /** Whom the envelope names; undefined without one, a refusal when it cannot be read. */
  readonly claim: SenderClaim | Refusal | undefined;
}

export type OriginatingJudgement =
  | Refusal
  /** `fillInSender`: the envelope names nobody, so the server writes who it is. */
  | { readonly kind: "pass"; readonly fillInSender: boolean };

const PASS: OriginatingJudgement = { kind: "pass", fillInSender: false };
const PASS_FILLED_IN: OriginatingJudgement = { kind: "pass", fillInSender: true };

/** The clause step by step; the order of the checks is the order of the answers. */
export function judgeOriginating(facts: OriginatingFacts): OriginatingJudgement {
  const { originator, user, claim } = facts;
  if (facts.isMessage && !facts.asksForIm && facts.untagged !== "serve") {
    return facts.untagged === "refuse" ? refuse("no feature tag") : PASS; // IM-8.1.1-01
  }
  if (originator?.user?.name !== user.name) return refuse("not authenticated"); // IM-8.1.1-02
  if (user.disabled) return refuse("not provisioned");
  if (!facts.isMessage) return PASS;
  if (facts.sizeBytes > facts.maxBytes) return refuse("message too large");
  if (facts.unreadable !== undefined) return facts.unreadable;
  if (!facts.partsReadable) return refuse("bad body"); // nobody could show it
  if (claim === undefined || claim === "named") return PASS;
  if (claim === "missing") return PASS_FILLED_IN;
  if (claim === "other") return refuse("wrong sender"); // an envelope must not lie about its author
  if (claim === "anonymous") return originator.anonymous ? PASS : refuse("wrong sender"); // IM-8.1.1-04
  return claim;
}
