/** What the documents of a user say about who may reach him; read from memory. OMA IM 16.2 */
import type { MediaKind } from "@parlance/formats";
import type { Access } from "@parlance/im";
import type { Originator, User } from "./principal.ts";

export interface UserRules {
  /** `undefined` names nobody. */
  access(originator: Originator | undefined, user: User, media: MediaKind): Access;
}
