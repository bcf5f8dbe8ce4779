/** What a user has set for himself; read from memory. IM-5.2.4-08 */
import type { Binding } from "./binding.ts";
import type { User } from "./principal.ts";

/** What may be refused for a while, each by itself. */
export type Barrable = "sessions" | "messages" | "files";

export interface UserSettings {
  /** True: nothing of that kind on this device; on any, where none is named. */
  bars(user: User, kind: Barrable, device?: Pick<Binding, "instance">): boolean;
  /** False: others are answered as if he were not there. */
  visible(user: User): boolean;
  /** False: he fetches himself what waits for him. */
  pushes(user: User): boolean;
  /** True: what he sends and gets in this way is kept for him. */
  keepsHistory(user: User, kind: "sessions" | "messages"): boolean;
}
