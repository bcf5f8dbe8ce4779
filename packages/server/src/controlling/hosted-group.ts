/** A group document as this function hosts it, and what it grants to somebody. OMA IM 16.3, 17.3 */
import type { Group as GroupDocument } from "@parlance/formats";
import {
  type GroupRights,
  groupSupports,
  IM_TAG,
  type InExternalList,
  judgeGroup,
  prepareGroup,
} from "@parlance/im";
import { keyOf } from "../address-key.ts";
import type { Originator } from "../ports/index.ts";
import type { Group } from "./model.ts";

/** What a document does not say. */
export interface GroupTraits {
  readonly owner?: string;
  /** Those who are no members may write to it. */
  readonly openToAll?: boolean;
  /** Who stands in the lists elsewhere that its rules name. */
  readonly inList?: InExternalList;
}

const NOBODY: InExternalList = () => false;

export function hostedGroup(document: GroupDocument, traits: GroupTraits = {}): Group {
  const { owner, openToAll = false, inList = NOBODY } = traits;
  const prepared = prepareGroup(document);
  return {
    identity: keyOf(document.uri),
    displayName: document.displayName,
    members: document.entries.map(({ uri }) => uri),
    inviteMembers: document.inviteMembers,
    openToAll,
    allowAnonymity: document.ruleset?.rules.some(grantsAnonymity) ?? false,
    pagerMessages: groupSupports(document, "pager-mode-message"),
    document: prepared,
    inList,
    owner,
  };
}

export function rightsIn(group: Group, originator: Originator, now: number): GroupRights {
  const { address, anonymous, user } = originator;
  const identities = user?.identities ?? [address];
  return judgeGroup(
    group.document,
    {
      identities,
      anonymous,
      media: "message-session",
      service: IM_TAG,
      now,
      owner: group.owner !== undefined && identities.includes(group.owner),
    },
    group.inList,
  );
}

function grantsAnonymity({
  actions,
}: {
  readonly actions: { readonly flags: ReadonlyMap<string, boolean> };
}): boolean {
  return actions.flags.get("allow-anonymity") === true;
}
