/** Controlling function: a MESSAGE to a pre-defined group. IM-8.1.1-07a, IM-8.1.1-N1 */
import { because, type Refusal, refuse } from "@parlance/im";
import type { Originator, Untagged } from "../ports/index.ts";
import type { Group } from "./model.ts";
import { READER } from "./reader.ts";

export interface GroupFacts {
  readonly asksForIm: boolean;
  readonly untagged: Untagged;
  readonly group: Group | undefined;
  readonly originator: Originator | undefined;
  /** Address keys of the members. */
  readonly members: ReadonlySet<string>;
  /** His rights in it. */
  readonly mayWrite: boolean;
  readonly hasBody: boolean;
}

/** Undefined when nothing speaks against it; in the order of the clause. */
export function judgeGroup(facts: GroupFacts): Refusal | undefined {
  const { group, originator } = facts;
  if (!facts.asksForIm && facts.untagged !== "serve") return refuse("no feature tag"); // IM-8.1.1-01
  if (group === undefined) return refuse("no such conference"); // IM-8.1.1-07a
  if (originator === undefined) return refuse("not authenticated"); // IM-8.1.1-02
  if (!group.openToAll && !isMember(originator, facts.members)) return refuse("no initiation");
  if (originator.anonymous && !group.allowAnonymity) return refuse("no anonymity"); // IM-8.1.1-N1
  if (!facts.mayWrite) return because(refuse("access denied"), READER);
  if (!group.pagerMessages) return refuse("no pager messages");
  if (!facts.hasBody) return refuse("no body");
  return undefined;
}

function isMember({ address, user }: Originator, members: ReadonlySet<string>): boolean {
  if (members.has(address)) return true;
  return user?.identities.some((identity) => members.has(identity)) ?? false;
}
