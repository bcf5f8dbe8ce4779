/** Controlling function: a MESSAGE to many through the factory. IM-8.1.1-06a, RFC 5365 §7 */
import { type Refusal, refuse, type SenderClaim } from "@parlance/im";
import type { Originator, Untagged } from "../ports/index.ts";
import type { ListBody } from "./model.ts";

/** Why there is no list to work on. */
export type ListFault = "missing" | "not valid" | "too many";

export interface ListFacts {
  readonly asksForIm: boolean;
  readonly untagged: Untagged;
  readonly originator: Originator | undefined;
  /** Option tags of Require that are not known here. */
  readonly unknownExtensions: readonly string[];
  readonly body: ListBody | ListFault | Refusal;
  /** Whom the envelope in the body names; undefined without one. */
  readonly claim: SenderClaim | Refusal | undefined;
}

export type ListJudgement = Refusal | { readonly kind: "copy"; readonly body: ListBody };

/** In the order of the clause. That the factory exists was seen by whoever asks. */
export function judgeList(facts: ListFacts): ListJudgement {
  const { originator, body } = facts;
  if (!facts.asksForIm && facts.untagged !== "serve") return refuse("no feature tag"); // IM-8.1.1-01
  if (originator === undefined) return refuse("not authenticated"); // IM-8.1.1-02
  if (originator.user === undefined) return refuse("not provisioned"); // IM-8.1.1-06b: a home service
  if (originator.user.disabled) return refuse("not provisioned");
  if (facts.unknownExtensions.length > 0) {
    return refuse("unknown extension", [["Unsupported", facts.unknownExtensions.join(", ")]]);
  }
  if (body === "missing") return refuse("no list"); // IM-8.1.1-06a
  if (body === "not valid") return refuse("bad list");
  if (body === "too many") return refuse("list too long");
  if ("kind" in body) return body;
  if (body.parts.length === 0) return refuse("no body");
  const lie = judgeClaim(facts.claim, originator);
  return lie ?? { kind: "copy", body };
}

/** The envelope must name who sends it; the service cannot know what is in a part it cannot read. */
function judgeClaim(claim: ListFacts["claim"], { anonymous }: Originator): Refusal | undefined {
  if (claim === undefined || claim === "named" || claim === "missing") return undefined;
  if (claim === "anonymous") return anonymous ? undefined : refuse("wrong sender"); // IM-8.1.1-04
  return claim === "other" ? refuse("wrong sender") : claim;
}
