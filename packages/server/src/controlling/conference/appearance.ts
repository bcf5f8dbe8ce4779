/** How somebody is seen who comes in: his entity, and what he goes by. Clauses 7.1.1.15, 7.2.3.2, D-02, D-09 */
import {
  type Appearance,
  type NicknamePolicy,
  nicknameAtJoin,
  participantEntity,
} from "@parlance/im";
import type { Uri } from "@parlance/sip";
import type { Random } from "@parlance/wire";

export interface Newcomer {
  readonly uri: Uri;
  readonly anonymous: boolean;
  /** What he asks to be called. */
  readonly wish: string | undefined;
  /** As his account has it. */
  readonly accountName: string | undefined;
  /** As he calls himself in his profile. */
  readonly profileName: string | undefined;
  /** As the document of the group has it. */
  readonly groupName: string | undefined;
}

export function appearanceOf(
  newcomer: Newcomer,
  policy: NicknamePolicy,
  random: Random,
  taken: (entity: string) => boolean,
): Appearance {
  const { uri, anonymous, wish, accountName, groupName, profileName } = newcomer;
  const own = profileName === undefined ? undefined : nicknameAtJoin(profileName, policy);
  return {
    entity: participantEntity(uri, anonymous, random, taken),
    anonymous,
    alias: wish === undefined ? undefined : nicknameAtJoin(wish, policy),
    displayName: undefined,
    groupName: anonymous ? undefined : groupName,
    profileName: anonymous ? undefined : (own ?? accountName),
  };
}
