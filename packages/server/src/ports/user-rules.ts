/** What the documents and settings of a user say about what he receives; read from memory. */
import type { Originator, User } from "./principal.ts";

export interface UserRules {
  /** False: the user does not want anything from this sender. `undefined` names nobody. */
  admits(originator: Originator | undefined, user: User): boolean;
  /** False: messages of this sender are not kept while the user is away. */
  allowsStorage(originator: Originator | undefined, user: User): boolean;
  /** True: nothing of that kind on any device. */
  bars(user: User, kind: "sessions" | "messages" | "files"): boolean;
  /** False: the user is to be answered for like one who is not there. */
  visible(user: User): boolean;
}
