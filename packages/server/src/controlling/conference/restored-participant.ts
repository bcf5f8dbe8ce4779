/** Somebody as he was before the server ended: whoever comes back is who he was, and who was sent away stays away. Clause 7.5 */
import type { GroupRights } from "@parlance/im";
import { parseUri } from "@parlance/sip";
import { parsed } from "@parlance/wire";
import type { User } from "../../ports/index.ts";
import type { StoredParticipant } from "../../store/index.ts";
import { Participant } from "./participant.ts";

/** Undefined for what is not as we wrote it: such a one is as if he had never been there. */
export function restoredParticipant(
  stored: StoredParticipant,
  user: User | undefined,
): Participant | undefined {
  const { address, entity, anonymous, alias, groupName, profileName, state } = stored;
  const uri = parsed(() => parseUri(stored.uri));
  if (!uri.ok) return undefined;
  const person = { address, uri: uri.value, user, identities: user?.identities ?? [address] };
  const one = new Participant(person, {
    appearance: { entity, anonymous, alias, displayName: undefined, groupName, profileName },
    rights: NOTHING,
    state: state === "expelled" ? "expelled" : "gone",
  });
  one.muted = stored.muted;
  if (state === "present") one.recordsAs = stored.recordsAs;
  return one;
}

/** Until he comes: then they are read anew. */
const NOTHING: GroupRights = {
  initiate: false,
  join: false,
  seeState: false,
  addUsers: false,
  expel: false,
  privateMessages: false,
  anonymity: false,
  write: false,
  keyParticipant: false,
};
