/** Sessions that run, and that the rules of one who is in them refuse now: a block holds for them at once. OMA IM 16.2 */
import type { MediaKind } from "@parlance/formats";
import type { User, UserRules, Who } from "../../ports/index.ts";
import { ABOUT_SESSION } from "../about-session.ts";
import type { Endable, SessionFacts } from "./session-facts.ts";

/**
 * Ends them on both sides, with no word of the reason: who was blocked is not told. `before` are the rules as they
 * were, if what they refused already is to be spared: a user may have called whom he does not let in.
 */
export function endRefused(
  sessions: Iterable<readonly [Endable, SessionFacts]>,
  user: User,
  rules: UserRules,
  before: UserRules | undefined,
): void {
  const refused: Endable[] = [];
  for (const [session, facts] of sessions) {
    const other = otherThan(user, facts);
    if (other === "not in it") continue;
    const { media } = ABOUT_SESSION[facts.kind];
    const spared = before !== undefined && refuses(before, other, user, media);
    if (!spared && refuses(rules, other, user, media)) refused.push(session);
  }
  for (const session of refused) session.end();
}

function otherThan(
  { name }: User,
  { caller, called }: SessionFacts,
): Who | undefined | "not in it" {
  if (called?.user?.name === name) return caller;
  return caller?.user?.name === name ? called : "not in it";
}

function refuses(rules: UserRules, who: Who | undefined, user: User, media: MediaKind): boolean {
  return rules.access(who, user, media).invite === "refuse";
}
