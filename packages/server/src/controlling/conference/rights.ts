/** What somebody may do in a session: by the document of its group, or by what holds for all without one. Clauses 16.3 to 16.5 */
import type { GroupRights, Role } from "@parlance/im";
import type { Originator } from "../../ports/index.ts";
import { rightsIn } from "../hosted-group.ts";
import type { Group } from "../model.ts";

/** Everybody who was invited may do everything but send others away. Clauses 7.7, 7.12, 16.5 */
const AD_HOC: GroupRights = {
  initiate: true,
  join: false,
  seeState: false, // as one who takes part he may
  addUsers: true,
  expel: false,
  privateMessages: true,
  anonymity: false,
  write: true,
  keyParticipant: false,
};

export interface Ruled {
  readonly group: Group | undefined;
  /** Address key. */
  readonly creator: string;
}

export function rightsOf(
  originator: Originator,
  { group, creator }: Ruled,
  of: { readonly now: number; readonly adHocAnonymity: boolean },
): GroupRights {
  if (group !== undefined) return rightsIn(group, originator, of.now);
  return { ...AD_HOC, expel: originator.address === creator, anonymity: of.adHocAnonymity };
}

/** What he is to the others, and whether he may write. Clause 10.3 */
export function standingIn(
  {
    address,
    rights,
    muted,
  }: { readonly address: string; readonly rights: GroupRights; readonly muted: boolean },
  { group, creator }: Ruled,
): { readonly roles: readonly Role[]; readonly mayWrite: boolean } {
  if (group === undefined) {
    return { roles: address === creator ? ["creator"] : [], mayWrite: !muted };
  }
  const { expel: moderates, write } = rights;
  const role: Role | undefined = moderates ? "moderator" : write ? undefined : "reader";
  return { roles: role === undefined ? [] : [role], mayWrite: !muted && write };
}
