/** Under which name something was said in the session of a group: he who said it may be called otherwise by now. */
import { userPart } from "./addresses.ts";
import { cleanLine } from "./clean-text.ts";
import type { Item, MemberView } from "./views.ts";

/**
 * Undefined where it was said under no other name than the one that the person goes by anyhow, or where nobody vouches for it: in its
 * session the group itself says what everybody is called. RFC 7701 §6
 */
export function saidName(
  { from, fromName, reach }: Pick<Item, "from" | "fromName" | "reach">,
  member: Pick<MemberView, "name" | "nickname"> | undefined,
): string | undefined {
  if (reach !== "all" && reach !== "private") return undefined;
  const said = cleanLine(fromName ?? "", 64);
  const usual = member?.nickname === undefined ? member?.name : undefined;
  return said === "" || said === usual || said === userPart(from) ? undefined : said;
}
