/** What the documents of a user say about who may reach him; read from memory. OMA IM 16.2 */
import type { MediaKind } from "@parlance/formats";
import type { Access } from "@parlance/im";
import type { Originator, User } from "./principal.ts";

/** What rules ask of the other one. */
export type Who = Omit<Originator, "uri">;

export interface UserRules {
  /** `undefined` names nobody. */
  access(originator: Who | undefined, user: User, media: MediaKind): Access;
  /** Which rule it is that refuses him, in words for whoever traces: nobody else may know. */
  refusing?(originator: Who | undefined, user: User, media: MediaKind): string;
}
