/** What large messages need beside what all waiting messages do. */
import type { Calls, MediaSwitch } from "../../ports/index.ts";
import type { FileContent } from "../../store/index.ts";
import type { Receptions } from "./receptions.ts";

export interface LargePorts {
  readonly calls: Calls;
  readonly media: MediaSwitch;
  /** Where their octets lie; nobody else has anything there. */
  readonly contents: FileContent;
  /** Largest one. */
  readonly maxBytes: number;
  readonly receptions: Receptions;
  /** Takes one message from what a user may write. */
  readonly mayWrite: (user: string) => boolean;
}
