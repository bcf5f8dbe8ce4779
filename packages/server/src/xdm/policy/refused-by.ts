/** By which rule of a user somebody is refused, in words for whoever traces. OMA IM 16.2 */
import type { PreparedRule } from "@parlance/im";
import type { User, Who } from "../../ports/index.ts";

/** What an id of a rule may be to be shown: its user has chosen it. */
const SHOWN_ID = /^[\w.-]{1,64}$/;

/** `rule`: undefined where no rule speaks of him, and the configuration refuses then. */
export function refusedBy(
  rule: Pick<PreparedRule, "id" | "namesOnly"> | undefined,
  originator: Who | undefined,
  { address }: User,
): string {
  if (rule === undefined) return `no rule of ${address} lets it in, and access.invite refuses`;
  const named = SHOWN_ID.test(rule.id) ? ` "${rule.id}"` : "";
  if (rule.namesOnly)
    return `${whoOf(originator)} is on the block list of ${address}: rule${named}`;
  return `rule${named} of ${address} refuses ${whoOf(originator)}`;
}

function whoOf(originator: Who | undefined): string {
  if (originator === undefined) return "somebody unknown";
  return originator.anonymous ? "who hides who he is" : originator.address;
}
